// The userscript's version: a later one whenever what it is made of changed, and only then. Some managers ask the person at every update, and a deploy
// that changes nothing for them must not do that. A digest can't be a version, for managers compare numbers; so KV remembers which version it got.

import * as v from "valibot";
import { builtAtS, bundle, header, version } from "../../gen/userscript.ts";
import { sha256Hex } from "../format/hex.ts";
import { compareVersions } from "../format/version-order.ts";
import type { Env, Settings } from "../settings/settings.ts";

const KEY = "userscript";
const StoredVersion = v.object({ digest: v.string(), version: v.pipe(v.string(), v.regex(/^\d+(\.\d+)*$/)) });

/** The versions that KV is known to have: it is asked once wherever the worker runs, however often the script is asked for. */
const known = new WeakMap<Settings, string>();

export async function readUserscriptVersion(env: Env, settings: Settings): Promise<string> {
  const candidate = `${version}.${Math.max(settings.deployedAtS, builtAtS)}`;
  try {
    const found = known.get(settings) ?? (await findVersion(env, settings, candidate));
    known.set(settings, found);
    return found;
  } catch {
    // It can be installed all the same.
    return candidate;
  }
}

async function findVersion(env: Env, settings: Settings, candidate: string): Promise<string> {
  const digest = await digestOf(settings);
  const kept = v.safeParse(StoredVersion, await env.RUNS.get(KEY, "json"));
  if (kept.success && kept.output.digest === digest) return kept.output.version;
  // The same for everybody who asks at this moment, wherever KV does not show the newest yet.
  const next = kept.success ? laterVersion(kept.output.version, candidate) : candidate;
  await env.RUNS.put(KEY, JSON.stringify({ digest, version: next }));
  return next;
}

/** Everything that is in the script but for its version and the worker's own address: another address is another script to a manager. */
const digestOf = ({ kitsuOrigins, schemes, basePath }: Settings): Promise<string> =>
  sha256Hex(JSON.stringify([header, bundle, kitsuOrigins, schemes, basePath]), 16);

/** The candidate, unless the last one was later: after a rollback, the older script is the newer version. */
export function laterVersion(last: string, candidate: string): string {
  if (compareVersions(candidate, last) > 0) return candidate;
  const numbers = last.split(".").map(Number);
  return [...numbers.slice(0, -1), (numbers.at(-1) ?? 0) + 1].join(".");
}
