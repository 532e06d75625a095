// One worker of npm start.
import type { ChildProcess } from "node:child_process";
import * as v from "valibot";
import { CliError } from "../cli-error.ts";
import { describeWorker, type WorkerOptions } from "../local-worker.ts";
import { startGroup } from "../process-group.ts";
import { waitUntil } from "../wait-until.ts";

export async function startWorker(options: WorkerOptions): Promise<ChildProcess> {
  const { file, args, env } = await describeWorker(options).catch((cause: Error) => {
    throw new CliError(
      `The worker can't be configured in ${options.folder}: ${cause.message}. Set STATE_DIR to another folder, or run npm run build if gen/ is missing.`,
      { cause },
    );
  });
  // Without a keyboard, Wrangler fails instead of asking a question. wrangler dev has a child
  // process of its own.
  return startGroup(file, args, { stdio: ["ignore", "inherit", "inherit"], env: { ...process.env, ...env } });
}

const LIMIT_MINUTES = 3;
/**
 * A worker may answer with an error while it loads. After two seconds of errors, it won't recover.
 */
const ERRORS_MAX = 10;
const POLL_MS = 200;

/** Waits until the worker answers this address with a good status. */
export async function waitForWorker(name: string, address: string, signal: AbortSignal): Promise<void> {
  let errors = 0;
  const check = async () => {
    const response = await fetch(address, { signal }).catch(() => undefined);
    if (response?.ok) return true;
    if (response && ++errors > ERRORS_MAX)
      throw new CliError(`${name} answers ${response.status}: ${await readReason(response)}`);
    return false;
  };
  if (!(await waitUntil(check, { limitMs: LIMIT_MINUTES * 60_000, everyMs: POLL_MS, signal })))
    throw new CliError(`${name} has not answered for ${LIMIT_MINUTES} minutes. See Wrangler's output above.`);
}

const FailedAnswer = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    reply: v.object({ title: v.string(), text: v.optional(v.string(), ""), advice: v.optional(v.string(), "") }),
  }),
);

/** The worker's own explanation, or the beginning of what it answered. */
async function readReason(response: Response): Promise<string> {
  const body = await response.text();
  const failed = v.safeParse(FailedAnswer, body);
  if (!failed.success) return body.slice(0, 500);
  const { title, text, advice } = failed.output.reply;
  return [title, text, advice].filter(Boolean).join(". ").replaceAll("..", ".");
}
