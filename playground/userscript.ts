/**
 * The userscript as the worker serves it. The page includes it like any script from its own origin,
 * so you don't need a userscript manager, which would also run it there.
 */
import { setTimeout as sleep } from "node:timers/promises";

const PATH = "/kitsu-actions.user.js";
const PATIENCE_MS = 6_000;
const PAUSE_MS = 250;

/** The script, or one that logs why there is none. The worker has a few seconds to start. */
export async function fetchUserscript(worker: string, patienceMs = PATIENCE_MS): Promise<string> {
  const url = `${worker}${PATH}`;
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const tried = await tryOnce(url);
    if (tried.script !== undefined) return tried.script;
    if (Date.now() + PAUSE_MS > deadline) return warn(`The playground got no userscript from ${url}: ${tried.why}.`);
    await sleep(PAUSE_MS);
  }
}

type Tried = { script: string; why?: never } | { script?: never; why: string };

async function tryOnce(url: string): Promise<Tried> {
  try {
    const response = await fetch(url, { cache: "no-store", signal: AbortSignal.timeout(2_000) });
    if (!response.ok) return { why: `it answered ${response.status}` };
    return { script: await response.text() };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return { why: cause instanceof Error ? cause.message || cause.name : String(cause) };
  }
}

const warn = (text: string): string =>
  `console.warn(${JSON.stringify(`${text} Is the worker running? Reload when it is.`)});\n`;
