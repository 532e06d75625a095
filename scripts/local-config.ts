// gen/wrangler.json: the configuration of the worker on this machine, for npm start and the tests.
// It has the code and the bindings of wrangler.toml, but not the routes and the settings of a
// studio's deployment: those would change the host and the path of every address.
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import * as v from "valibot";

/** @param folder of a repository: ours, or a studio's */
export const localConfigPath = (folder: string): string => join(folder, "gen", "wrangler.json");

/** Local, because remote bindings need a Cloudflare account. */
const LocalBinding = v.pipe(
  v.looseObject({}),
  v.transform(({ remote, ...binding }) => binding),
);

/** Tests must not reach the limits of a deployment. */
const Unlimited = v.pipe(
  v.looseObject({}),
  v.transform((limit) => ({ ...limit, simple: { limit: 100_000, period: 60 } })),
);

/** All other members are dropped, including those of later versions of Wrangler. */
const Local = v.object({
  name: v.string(),
  main: v.string(),
  compatibility_date: v.string(),
  compatibility_flags: v.optional(v.array(v.string())),
  rules: v.optional(v.unknown()),
  alias: v.optional(v.unknown()),
  define: v.optional(v.unknown()),
  kv_namespaces: v.optional(v.array(LocalBinding)),
  r2_buckets: v.optional(v.array(LocalBinding)),
  d1_databases: v.optional(v.array(LocalBinding)),
  durable_objects: v.optional(v.unknown()),
  migrations: v.optional(v.unknown()),
  version_metadata: v.optional(v.unknown()),
  ratelimits: v.optional(v.array(Unlimited)),
});

export function toLocalConfig(config: unknown, folder: string) {
  const local = v.parse(Local, config);
  return { ...local, main: join(folder, local.main) };
}

export async function writeLocalConfig(config: unknown, folder: string): Promise<void> {
  const path = localConfigPath(folder);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${JSON.stringify(toLocalConfig(config, folder), null, 2)}\n`);
}
