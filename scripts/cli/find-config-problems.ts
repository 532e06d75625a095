// What a studio's wrangler.toml lacks that this version of the package needs: an upgrade may need
// another binding, and the worker would only fail once it is deployed.
import { isDeepStrictEqual } from "node:util";
import { stringify } from "smol-toml";
import * as v from "valibot";

const Migrations = v.array(v.looseObject({ tag: v.string() }));
const Route = v.union([
  v.string(),
  v.pipe(
    v.looseObject({ pattern: v.string() }),
    v.transform(({ pattern }) => pattern),
  ),
]);
const Bindings = v.object({
  name: v.optional(v.string()),
  route: v.optional(Route),
  routes: v.optional(v.array(Route)),
  migrations: v.optional(Migrations),
  kv_namespaces: v.optional(v.array(v.looseObject({ binding: v.string(), id: v.optional(v.string()) })), []),
  durable_objects: v.optional(
    v.object({
      bindings: v.array(
        v.looseObject({ name: v.string(), class_name: v.string(), script_name: v.optional(v.string()) }),
      ),
    }),
    { bindings: [] },
  ),
  version_metadata: v.optional(v.object({ binding: v.string() })),
  ratelimits: v.optional(v.array(v.looseObject({ name: v.string(), namespace_id: v.string() })), []),
  vars: v.optional(v.record(v.string(), v.unknown()), {}),
});
type Bindings = v.InferOutput<typeof Bindings>;
type Migration = v.InferOutput<typeof Migrations>[number];

const Config = v.object({
  ...Bindings.entries,
  name: v.string(),
  main: v.string(),
  compatibility_date: v.pipe(v.string(), v.isoDate()),
  migrations: v.optional(Migrations, []),
  env: v.optional(v.record(v.string(), Bindings), {}),
});
type Config = v.InferOutput<typeof Config>;

/**
 * A sentence for each problem, with the lines to add.
 * @param given the studio's
 * @param needed this package's own
 * @param today such as "2026-11-29"
 */
export function findConfigProblems(
  given: unknown,
  needed: unknown,
  today: string = new Date().toISOString().slice(0, 10),
): string[] {
  const ours = v.parse(Config, needed);
  const parsed = v.safeParse(Config, given);
  if (!parsed.success) return parsed.issues.map((issue) => explain(v.getDotPath(issue) ?? "", ours));
  const studio = parsed.output;
  return [
    ...findDateProblem(studio, ours, today),
    ...findMissingBindings(studio, ours),
    ...Object.entries(studio.env).flatMap(([name, bindings]) => [
      ...findMissingBindings(bindings, ours, name),
      ...findEnvironmentProblems(name, bindings, studio),
      ...(bindings.migrations === undefined ? [] : findMigrationProblems(bindings.migrations, ours, name)),
    ]),
    ...findMigrationProblems(studio.migrations, ours),
  ];
}

/** What a member must be that is missing, or is something else. */
function explain(path: string, { name, compatibility_date }: Config): string {
  const example = new Map(Object.entries({ name, main: "worker.ts", compatibility_date })).get(path);
  return example === undefined
    ? `wrangler.toml: ${path} is missing, or is of another type.`
    : describe(`${path} must be text in quotes, for example`, { [path]: example });
}

function findDateProblem(studio: Config, { compatibility_date }: Config, today: string): string[] {
  const change = (what: string) => [describe(`compatibility_date is ${what}. Change it to`, { compatibility_date })];
  if (studio.compatibility_date < compatibility_date) return change("too old");
  // The runtime refuses to start.
  return studio.compatibility_date > today ? change("in the future") : [];
}

function findMissingBindings(studio: Bindings, ours: Bindings, environment?: string): string[] {
  // Environments inherit no bindings.
  const place = namePlace(environment);
  const option = environment === undefined ? "" : ` --env ${environment}`;
  const lines = (table: object) => toLines(table, environment);
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
    ...studio.kv_namespaces
      .filter(({ binding, id }) => !id && ours.kv_namespaces.some((one) => one.binding === binding))
      .map(
        ({ binding }) =>
          `wrangler.toml: The KV namespace ${binding} has no id${place}. Run "npx wrangler kv namespace create ${binding}${option}", and add the id that it prints.`,
      ),
    ...ours.durable_objects.bindings
      .filter((one) => !studio.durable_objects.bindings.some((other) => isSameObject(one, other)))
      .map(({ name, class_name }) => {
        const isThere = studio.durable_objects.bindings.some((other) => other.name === name);
        return describe(
          `The Durable Object ${name} ${isThere ? `has another class${place}. It must be` : `is missing${place}. Add`}`,
          lines({ durable_objects: { bindings: [{ name, class_name }] } }),
        );
      }),
    ...studio.durable_objects.bindings
      .filter(
        (one) =>
          one.script_name !== undefined && ours.durable_objects.bindings.some((other) => isSameObject(one, other)),
      )
      .map(
        ({ name, script_name }) =>
          `wrangler.toml: The Durable Object ${name}${place} is that of the worker ${script_name}: both would store into one. Remove script_name.`,
      ),
    ...(version_metadata === undefined || isDeepStrictEqual(studio.version_metadata, version_metadata)
      ? []
      : [describe(`The binding ${version_metadata.binding} is missing${place}. Add`, lines({ version_metadata }))]),
  ];
}

/** What an environment shares with the live worker, or has not: it inherits no bindings. */
function findEnvironmentProblems(name: string, environment: Bindings, live: Bindings): string[] {
  const shared = environment.kv_namespaces.filter(({ binding, id }) =>
    live.kv_namespaces.some((one) => one.binding === binding && one.id === id && !/^0*$/.test(id ?? "")),
  );
  const counted = environment.ratelimits.filter(({ namespace_id }) =>
    live.ratelimits.some((limit) => limit.namespace_id === namespace_id),
  );
  const unlimited = live.ratelimits.filter((limit) => environment.ratelimits.every((one) => one.name !== limit.name));
  const place = `in the environment ${name}`;
  const isInherited = environment.route === undefined && environment.routes === undefined;
  const taken = listRoutes(isInherited ? live : environment).filter((route) => listRoutes(live).includes(route));
  return [
    ...(environment.name === live.name
      ? [
          `wrangler.toml: The environment ${name} has the name of the live worker, which each of its deployments would replace. Remove its name: it is ${live.name}-${name} then.`,
        ]
      : []),
    ...(taken.length > 0
      ? [
          describe(
            `The environment ${name} would take ${taken.join(", ")} away from the live worker: environments inherit routes. Give it its own, or none`,
            { env: { [name]: { routes: [], workers_dev: true } } },
          ),
        ]
      : []),
    ...shared.map(
      ({ binding }) =>
        `wrangler.toml: The KV namespace ${binding} ${place} is the live one: both would write into one log. Run "npx wrangler kv namespace create ${binding} --env ${name}", and put the id there that it prints.`,
    ),
    ...counted.map(
      (limit) =>
        `wrangler.toml: The rate limit ${limit.name} ${place} has the live one's namespace_id ${limit.namespace_id}: both would count together. Choose another number.`,
    ),
    ...unlimited.map(({ namespace_id, ...limit }) =>
      describe(`The rate limit ${limit.name} is missing ${place}. Add`, {
        env: { [name]: { ratelimits: [{ ...limit, namespace_id: `${namespace_id}1` }] } },
      }),
    ),
  ];
}

/** Sentences about variables of the live worker that an environment has not, perhaps on purpose. */
export function findMissingVariables(given: unknown): string[] {
  const parsed = v.safeParse(Config, given);
  if (!parsed.success) return [];
  const { vars, env } = parsed.output;
  return Object.entries(env).flatMap(([name, environment]) => {
    const missing = Object.keys(vars).filter((variable) => !(variable in environment.vars));
    if (missing.length === 0) return [];
    return [
      `wrangler.toml: the environment ${name} has no ${missing.join(", ")}, which [vars] has: environments inherit no variables.`,
    ];
  });
}

const listRoutes = ({ route, routes = [] }: Bindings) => (route === undefined ? routes : [route, ...routes]);

const namePlace = (environment?: string) => (environment === undefined ? "" : ` in the environment ${environment}`);
const toLines = (table: object, environment?: string) =>
  environment === undefined ? table : { env: { [environment]: table } };

type ObjectBinding = Bindings["durable_objects"]["bindings"][number];
const isSameObject = (one: ObjectBinding, other: ObjectBinding) =>
  one.name === other.name && one.class_name === other.class_name;

/** Wrangler sends those after the newest that has run. The studio may have others of its own. */
function findMigrationProblems(given: Migration[], { migrations }: Config, environment?: string): string[] {
  return migrations.flatMap((migration) => {
    const present = given.find(({ tag }) => tag === migration.tag);
    if (isDeepStrictEqual(present, migration)) return [];
    const name = `The migration ${migration.tag}`;
    const sentence =
      present === undefined
        ? `${name} is missing${namePlace(environment)}. Add, after all others`
        : `${name}${namePlace(environment)} is not this package's. It must be`;
    return [describe(sentence, toLines({ migrations: [migration] }, environment))];
  });
}

const describe = (sentence: string, lines: object) =>
  `wrangler.toml: ${sentence}:\n\n${stringify(lines)
    .trim()
    .replace(/^(?=.)/gm, "  ")}\n`;
