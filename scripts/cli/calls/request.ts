// Requests to a worker. Each error is a sentence for the person at the terminal.
import * as v from "valibot";
import { Reply, Run } from "../../../contract.ts";
import { CliError } from "../../cli-error.ts";

type Environment = Readonly<Record<string, string | undefined>>;

const TIMEOUT_MS = 330_000;

/** What the curl command of a run's page sends, too. */
export const credentials = ({ KITSU_SESSION: session, ACCESS_TOKEN: access }: Environment): Record<string, string> => ({
  ...(session && { cookie: `access_token_cookie=${session}` }),
  ...(access && { "cf-access-token": access }),
});

/** A login page must not be mistaken for the worker. */
export const request = (url: string, init: RequestInit = {}): Promise<Response> =>
  fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: "manual", ...init }).catch((cause: unknown) => {
    const why = cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : String(cause);
    const { origin } = new URL(url);
    const advice = isLocal(url) ? "Is npm start running?" : "Is the address right?";
    throw new CliError(`${origin} can't be reached: ${why}. ${advice}`, { cause });
  });

const Answer = v.object({ run: v.optional(Run), reply: Reply });
export type WorkerAnswer = v.InferOutput<typeof Answer>;

/** `answer` is absent if something other than a worker answered. */
export async function readAnswer(response: Response): Promise<{ json: unknown; answer: WorkerAnswer | undefined }> {
  const json: unknown = await response.json().catch(() => undefined);
  const parsed = v.safeParse(Answer, json);
  return { json, answer: parsed.success ? parsed.output : undefined };
}

export const isLocal = (base: string): boolean => ["localhost", "127.0.0.1", "[::1]"].includes(new URL(base).hostname);
