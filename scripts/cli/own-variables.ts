// The variables of a studio's own actions. The others are about the deployment; in the playground,
// they are the playground's.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseEnv } from "node:util";
import * as v from "valibot";
import { Environment } from "../../worker/settings/environment.ts";

const Config = v.object({ vars: v.optional(v.record(v.string(), v.unknown()), {}) });

/** From [vars] of wrangler.toml and, for secrets, from .dev.vars, as `wrangler dev` reads it. */
export async function readOwnVariables(folder: string, config: unknown): Promise<Record<string, unknown>> {
  const { vars } = v.parse(Config, config);
  const secrets = parseEnv(await readFile(join(folder, ".dev.vars"), "utf8").catch(() => ""));
  return Object.fromEntries(Object.entries({ ...vars, ...secrets }).filter(([name]) => isOwn(name)));
}

const isOwn = (name: string) => !(name in Environment.entries) && !name.startsWith("FORWARD_SECRET");
