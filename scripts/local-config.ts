// gen/wrangler.json: the worker as it runs on this machine, for npm start and the tests. It takes from wrangler.toml what the worker is made of.
// Where a studio deploys it, and with which settings, is not in it: a route would give every address another host, BASE_PATH another path.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";

const root = join(import.meta.dirname, "..");
export const LOCAL_CONFIG = join(root, "gen/wrangler.json");

/** Not at Cloudflare: that would need an account. */
const Here = v.pipe(
  v.looseObject({}),
  v.transform(({ remote, ...binding }) => binding),
);

/** A studio that allows itself little in a minute can test as fast as anybody. */
const Unlimited = v.pipe(
  v.looseObject({}),
  v.transform((limit) => ({ ...limit, simple: { limit: 100_000, period: 60 } })),
);

/** What is taken. All else stays out, also what a later wrangler knows. */
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
  kv_namespaces: v.optional(v.array(Here)),
  r2_buckets: v.optional(v.array(Here)),
  d1_databases: v.optional(v.array(Here)),
  durable_objects: v.optional(v.unknown()),
  migrations: v.optional(v.unknown()),
  version_metadata: v.optional(v.unknown()),
  ratelimits: v.optional(v.array(Unlimited)),
});

export const toLocalConfig = (config: unknown) => v.parse(Local, config);

export async function writeLocalConfig(): Promise<void> {
  // Loading wrangler takes a second or two, so nobody else does.
  const { experimental_readRawConfig: read } = await import("wrangler");
  const local = toLocalConfig(read({ config: join(root, "wrangler.toml") }).rawConfig);
  await mkdir(join(root, "gen"), { recursive: true });
  await writeFile(LOCAL_CONFIG, `${JSON.stringify(local, null, 2)}\n`);
}
