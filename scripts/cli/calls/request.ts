// Requests to a worker. Each error is a sentence for the person at the terminal.
import * as v from "valibot";
import { Reply, Run } from "../../../contract.ts";
import { CliError } from "../../cli-error.ts";

const TIMEOUT_MS = 330_000;

export const request = (url: string, init: RequestInit = {}): Promise<Response> =>
  fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS), ...init }).catch((cause: unknown) => {
    const why = cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : String(cause);
    throw new CliError(`${new URL(url).origin} can't be reached: ${why}`, { cause });
  });

const Answer = v.object({ run: v.optional(Run), reply: Reply });
export type WorkerAnswer = v.InferOutput<typeof Answer>;

/** `answer` is absent if it is none; `sentence` says why a request was refused. */
export async function readAnswer(
  response: Response,
): Promise<{ json: unknown; answer: WorkerAnswer | undefined; sentence: string }> {
  const text = await response.text();
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { json, answer: undefined, sentence: `status ${response.status}, and no JSON.` };
  }
  const parsed = v.safeParse(Answer, json);
  if (!parsed.success) return { json, answer: undefined, sentence: `status ${response.status}.` };
  const { reply } = parsed.output;
  return { json, answer: parsed.output, sentence: [reply.title, reply.text].filter(Boolean).join(". ") };
}

/** @returns the address without its last slash */
export function readBase(option: string, value: string): string {
  const url = URL.parse(value);
  if (url === null || !/^https?:$/.test(url.protocol) || url.search || url.hash || url.username || url.password)
    throw new CliError(`${option} must be an address like http://localhost:8787, not "${value}".`);
  return url.href.replace(/\/+$/, "");
}

export const isLocal = (base: string): boolean => ["localhost", "127.0.0.1", "[::1]"].includes(new URL(base).hostname);
