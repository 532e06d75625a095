// The userscript's version increases only when its content changes. Some managers ask people to
// confirm each update, so a deploy that doesn't change the script must not cause one. Managers
// compare versions as numbers, so a digest can't be the version; KV stores the version of a digest.

import * as v from "valibot";
import { builtAtS, bundle, header, version } from "../../gen/userscript.ts";
import { languages } from "../../gen/userscript-languages.ts";
import { sha256Hex } from "../format/hex.ts";
import { compareVersions } from "../format/version-order.ts";
import type { Env, Settings } from "../settings/settings.ts";

const KEY = "userscript";
const StoredVersion = v.object({ digest: v.string(), version: v.pipe(v.string(), v.regex(/^\d+(\.\d+)*$/)) });

/** Versions already read from KV, so that each isolate reads it once. */
const known = new WeakMap<Settings, string>();

export async function readUserscriptVersion(env: Env, settings: Settings): Promise<string> {
  const candidate = `${version}.${Math.max(settings.deployedAtS, builtAtS)}`;
  try {
    const found = known.get(settings) ?? (await findVersion(env, settings, candidate));
    known.set(settings, found);
    return found;
  } catch {
    // Without KV the script can still be installed.
    return candidate;
  }
}

async function findVersion(env: Env, settings: Settings, candidate: string): Promise<string> {
  const digest = await digestOf(settings);
  const stored = v.safeParse(StoredVersion, await env.RUNS.get(KEY, "json"));
  if (stored.success && stored.output.digest === digest) return stored.output.version;
  // Deterministic, so that concurrent requests get the same version while KV propagates the write.
  const next = stored.success ? laterVersion(stored.output.version, candidate) : candidate;
  await env.RUNS.put(KEY, JSON.stringify({ digest, version: next }));
  return next;
}

/**
 * Of everything in the script and its languages except the version and the worker's address: to a
 * manager, a script from another address is a different script.
 */
const digestOf = ({ kitsuOrigins, schemes, basePath }: Settings): Promise<string> =>
  sha256Hex(JSON.stringify([header, bundle, [...languages], kitsuOrigins, schemes, basePath]), 16);

/** The candidate if it is later, else the version after `last`, as needed after a rollback. */
export function laterVersion(last: string, candidate: string): string {
  if (compareVersions(candidate, last) > 0) return candidate;
  const numbers = last.split(".").map(Number);
  return [...numbers.slice(0, -1), (numbers.at(-1) ?? 0) + 1].join(".");
}
