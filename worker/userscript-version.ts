// The userscript's version: a later one whenever what it is made of changed, and only then. Some managers ask the person at every update, and a deploy
// that changes nothing for them must not do that. A digest can't be a version, for managers compare numbers; so KV remembers which version it got.
import * as v from "valibot";
import { builtAtS, bundle, header, version } from "../gen/userscript.ts";
import type { Env, Settings } from "./settings.ts";
import { compareVersions } from "./version-order.ts";

const KEY = "userscript";
const Kept = v.object({ digest: v.string(), version: v.pipe(v.string(), v.regex(/^\d+(\.\d+)*$/)) });

export async function readUserscriptVersion(env: Env, settings: Settings): Promise<string> {
  const digest = await digestOf(settings);
  const candidate = `${version}.${Math.max(settings.deployedAtS, builtAtS)}`;
  try {
    const kept = v.safeParse(Kept, await env.RUNS.get(KEY, "json"));
    if (kept.success && kept.output.digest === digest) return kept.output.version;
    // The same for everybody who asks at this moment, wherever KV does not show the newest yet.
    const next = kept.success ? laterVersion(kept.output.version, candidate) : candidate;
    await env.RUNS.put(KEY, JSON.stringify({ digest, version: next }));
    return next;
  } catch {
    // It can be installed all the same.
    return candidate;
  }
}

/** Everything that is in the script but for its version and the worker's own address: another address is another script to a manager. */
async function digestOf({ kitsuOrigins, schemes, basePath }: Settings): Promise<string> {
  const source = JSON.stringify([header, bundle, kitsuOrigins, schemes, basePath]);
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(source));
  return [...new Uint8Array(digest, 0, 16)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The candidate, unless the last one was later: after a rollback, the older script is the newer version. */
export function laterVersion(last: string, candidate: string): string {
  if (compareVersions(candidate, last) > 0) return candidate;
  const numbers = last.split(".").map(Number);
  return [...numbers.slice(0, -1), (numbers.at(-1) ?? 0) + 1].join(".");
}
