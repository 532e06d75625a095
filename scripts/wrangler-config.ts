// wrangler.toml, without loading Wrangler, which takes seconds. What wrangler.local.toml beside it
// has comes on top: a studio that deploys from a clone keeps its own values there, out of git.
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "smol-toml";
import * as v from "valibot";
import { CliError } from "./cli-error.ts";

const FILE = "wrangler.toml";
const LOCAL_FILE = "wrangler.local.toml";

/** @param folder of a repository: ours, or a studio's */
export async function readWranglerConfig(folder: string): Promise<unknown> {
  const config = await readToml(join(folder, FILE)).catch((thrown: unknown) => {
    if (thrown instanceof CliError) throw thrown;
    throw new CliError(
      `There is no wrangler.toml in ${folder}. Run this in your studio's repository; "npm create kitsu-actions" makes one.`,
      { cause: thrown },
    );
  });
  return hasLocal(folder) ? mergeConfig(config, await readToml(join(folder, LOCAL_FILE))) : config;
}

const hasLocal = (folder: string) => existsSync(join(folder, LOCAL_FILE));

/**
 * What Wrangler needs to use both files: nothing if there is only wrangler.toml, which it finds by
 * itself.
 */
export async function listConfigArguments(folder: string): Promise<string[]> {
  if (!hasLocal(folder)) return [];
  const { main, ...config } = v.parse(v.looseObject({ main: v.string() }), await readWranglerConfig(folder));
  const path = join(folder, "gen", "wrangler.deploy.json");
  await mkdir(join(folder, "gen"), { recursive: true });
  await writeFile(path, `${JSON.stringify({ ...config, main: join(folder, main) }, null, 2)}\n`);
  return ["--config", path];
}

async function readToml(path: string): Promise<unknown> {
  const text = await readFile(path, "utf8");
  try {
    return parse(text);
  } catch (cause) {
    throw new CliError(`${path} is not valid TOML: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}

const Table = v.record(v.string(), v.unknown());
/** By one of these, Wrangler tells the entries of a list apart. */
const Entry = v.union([
  v.pipe(
    v.looseObject({ binding: v.string() }),
    v.transform(({ binding }) => binding),
  ),
  v.pipe(
    v.looseObject({ name: v.string() }),
    v.transform(({ name }) => name),
  ),
  v.pipe(
    v.looseObject({ tag: v.string() }),
    v.transform(({ tag }) => tag),
  ),
]);

/**
 * Tables are merged, entries of a list by their names, and everything else is replaced. What the
 * local file has comes last, in its order: a migration has to follow those that have run.
 */
export function mergeConfig(base: unknown, local: unknown): unknown {
  if (Array.isArray(base) && Array.isArray(local)) {
    const [own, others] = [nameEntries(local), nameEntries(base)];
    return own === undefined || others === undefined || local.length === 0
      ? local
      : [...mergeEntries(others, own).values()];
  }
  if (Array.isArray(local) || !v.is(Table, base) || !v.is(Table, local)) return local;
  return Object.fromEntries(mergeEntries(new Map(Object.entries(base)), new Map(Object.entries(local))));
}

function mergeEntries(base: ReadonlyMap<string, unknown>, local: ReadonlyMap<string, unknown>): Map<string, unknown> {
  const merged = new Map(base);
  for (const [name, value] of local) {
    merged.delete(name);
    merged.set(name, base.has(name) ? mergeConfig(base.get(name), value) : value);
  }
  return merged;
}

/** The entries of a list by their names; undefined unless each has one. */
function nameEntries(list: readonly unknown[]): Map<string, unknown> | undefined {
  const named = list.map((entry) => [v.safeParse(Entry, entry), entry] as const);
  const entries = named.flatMap(([name, entry]) => (name.success ? [[name.output, entry] as const] : []));
  return entries.length === list.length ? new Map(entries) : undefined;
}
