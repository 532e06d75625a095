// What a studio's wrangler.toml lacks that this version of the package needs: an upgrade may need
// another binding, and the worker would only fail once it is deployed.
import { isDeepStrictEqual } from "node:util";
import { stringify } from "smol-toml";
import * as v from "valibot";

const Bindings = v.object({
  kv_namespaces: v.optional(v.array(v.looseObject({ binding: v.string() })), []),
  durable_objects: v.optional(
    v.object({ bindings: v.array(v.looseObject({ name: v.string(), class_name: v.string() })) }),
    { bindings: [] },
  ),
  version_metadata: v.optional(v.object({ binding: v.string() })),
});
type Bindings = v.InferOutput<typeof Bindings>;

const Config = v.object({
  ...Bindings.entries,
  name: v.string(),
  main: v.string(),
  compatibility_date: v.string(),
  migrations: v.optional(v.array(v.looseObject({ tag: v.string() })), []),
  env: v.optional(v.record(v.string(), Bindings), {}),
});
type Config = v.InferOutput<typeof Config>;

/**
 * A sentence for each problem, with the lines to add.
 * @param given the studio's
 * @param needed this package's own
 */
export function findConfigProblems(given: unknown, needed: unknown): string[] {
  const parsed = v.safeParse(Config, given);
  if (!parsed.success)
    return parsed.issues.map((issue) => `wrangler.toml: ${v.getDotPath(issue) ?? "it"} is wrong. ${issue.message}.`);
  const [studio, ours] = [parsed.output, v.parse(Config, needed)];
  return [
    ...findDateProblem(studio, ours),
    ...findMissingBindings(studio, ours),
    ...Object.entries(studio.env).flatMap(([name, bindings]) => findMissingBindings(bindings, ours, name)),
    ...findMigrationProblems(studio, ours),
  ];
}

const findDateProblem = (studio: Config, ours: Config): string[] =>
  studio.compatibility_date >= ours.compatibility_date
    ? []
    : [describe("compatibility_date is too old. Change it to", { compatibility_date: ours.compatibility_date })];

function findMissingBindings(studio: Bindings, ours: Bindings, environment?: string): string[] {
  // Environments inherit no bindings.
  const place = environment === undefined ? "" : ` in the environment ${environment}`;
  const option = environment === undefined ? "" : ` --env ${environment}`;
  const lines = (table: object) => (environment === undefined ? table : { env: { [environment]: table } });
  const { version_metadata } = ours;
  return [
    ...ours.kv_namespaces
      .filter(({ binding }) => studio.kv_namespaces.every((one) => one.binding !== binding))
      .map(({ binding }) =>
        describe(
          `The KV namespace ${binding} is missing${place}. Run "npx wrangler kv namespace create ${binding}${option}", and add`,
          lines({ kv_namespaces: [{ binding, id: "the id that it prints" }] }),
        ),
      ),
    ...ours.durable_objects.bindings
      .filter((one) => !studio.durable_objects.bindings.some((other) => isSameObject(one, other)))
      .map(({ name, class_name }) =>
        describe(
          `The Durable Object ${name} is missing${place}. Add`,
          lines({ durable_objects: { bindings: [{ name, class_name }] } }),
        ),
      ),
    ...(version_metadata === undefined || isDeepStrictEqual(studio.version_metadata, version_metadata)
      ? []
      : [describe(`The binding ${version_metadata.binding} is missing${place}. Add`, lines({ version_metadata }))]),
  ];
}

type ObjectBinding = Bindings["durable_objects"]["bindings"][number];
const isSameObject = (one: ObjectBinding, other: ObjectBinding) =>
  one.name === other.name && one.class_name === other.class_name;

/** Cloudflare runs each migration once, by its tag, in their order. The studio may have others. */
function findMigrationProblems(studio: Config, ours: Config): string[] {
  return ours.migrations.flatMap((migration, index) => {
    const given = studio.migrations.find(({ tag }) => tag === migration.tag);
    if (isDeepStrictEqual(given, migration)) return [];
    const before = ours.migrations[index - 1]?.tag;
    const order = before === undefined ? "before all others" : `after ${before}`;
    const sentence =
      given === undefined
        ? `The migration ${migration.tag} is missing. Add, ${order}`
        : `The migration ${migration.tag} is not this package's. It must be`;
    return [describe(sentence, { migrations: [migration] })];
  });
}

const describe = (sentence: string, lines: object) =>
  `wrangler.toml: ${sentence}:\n\n${stringify(lines)
    .trim()
    .replace(/^(?=.)/gm, "  ")}\n`;
