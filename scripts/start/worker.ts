// One worker of npm start, until it answers.
import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import * as v from "valibot";
import { describeWorker, type WorkerOptions } from "../local-worker.ts";
import { Trouble } from "./trouble.ts";

export async function startWorker(options: WorkerOptions): Promise<ChildProcess> {
  const { file, args, env } = await describeWorker(options).catch((error: Error) => {
    throw new Trouble(
      `The worker can't be configured in ${options.folder}: ${error.message}. STATE_DIR names another folder; gen/ is made by npm run build.`,
    );
  });
  // It has no keyboard, and so nothing to ask: where it would, it fails. A group of its own can be ended with all that it started.
  const isGroup = process.platform !== "win32";
  return spawn(file, args, {
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, ...env },
    detached: isGroup,
  });
}

const LIMIT_MINUTES = 3;
/** A worker may refuse while it is loaded; one that still does so two seconds later means it. */
const REFUSALS_MAX = 10;
const PAUSE_MS = 200;

/** Until the worker answers well at this address. */
export async function untilReady(name: string, address: string, signal: AbortSignal): Promise<void> {
  let refusals = 0;
  for (
    const end = Date.now() + LIMIT_MINUTES * 60_000;
    Date.now() < end;
    await sleep(PAUSE_MS, undefined, { signal })
  ) {
    const response = await fetch(address, { signal }).catch(() => undefined);
    if (response?.ok) return;
    if (response && ++refusals > REFUSALS_MAX)
      throw new Trouble(`${name} answers ${response.status}: ${await explain(response)}`);
  }
  throw new Trouble(`${name} has not answered for ${LIMIT_MINUTES} minutes. What wrangler said is above.`);
}

const Failed = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    reply: v.object({ title: v.string(), text: v.optional(v.string(), ""), advice: v.optional(v.string(), "") }),
  }),
);

/** In the worker's own words, where it has some. */
async function explain(response: Response): Promise<string> {
  const said = await response.text();
  const failed = v.safeParse(Failed, said);
  if (!failed.success) return said.slice(0, 500);
  const { title, text, advice } = failed.output.reply;
  return [title, text, advice].filter(Boolean).join(". ").replaceAll("..", ".");
}
