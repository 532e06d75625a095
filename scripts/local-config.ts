// gen/wrangler.json: the configuration of the worker on this machine, for npm start and the tests.
// It has the code and the bindings of wrangler.toml, but not the routes and the settings of a
// studio's deployment: those would change the host and the path of every address.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";

const root = join(import.meta.dirname, "..");
export const LOCAL_CONFIG = join(root, "gen/wrangler.json");

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
  main: v.pipe(
    v.string(),
    v.transform((path) => join(root, path)),
  ),
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

export const toLocalConfig = (config: unknown) => v.parse(Local, config);

export async function writeLocalConfig(): Promise<void> {
  // Loading Wrangler takes a second or two, which only this function needs.
  const { experimental_readRawConfig: read } = await import("wrangler");
  const local = toLocalConfig(read({ config: join(root, "wrangler.toml") }).rawConfig);
  await mkdir(join(root, "gen"), { recursive: true });
  await writeFile(LOCAL_CONFIG, `${JSON.stringify(local, null, 2)}\n`);
}
