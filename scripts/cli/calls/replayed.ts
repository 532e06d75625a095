// The reply to a replayed call as the log has it: complete, and with people masked like those of
// the recorded one.
import { setTimeout as sleep } from "node:timers/promises";
import * as v from "valibot";
import { Fixture, Reply } from "../../../contract.ts";
import { credentials, readAnswer, request, type WorkerAnswer } from "./request.ts";

const ATTEMPTS = 4;
const WAIT_MS = 300;

/**
 * @param otherwise the reply itself, if its worker does not let us read the log
 * @param env AGAINST_LOG_TOKEN: the token of the recorded run's worker is nobody else's business
 */
export async function readReplayed(
  { run, reply }: WorkerAnswer,
  otherwise: unknown,
  base: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Reply> {
  const fallback = v.is(Reply, otherwise) ? v.parse(Reply, otherwise) : reply;
  if (run === undefined) return fallback;
  const { search } = new URL(run.url);
  const url = `${base}/runs/${run.id}/fixture.json${search}`;
  const { AGAINST_LOG_TOKEN: token } = env;
  const authorization = token && { authorization: `Bearer ${token}` };
  const headers = { accept: "application/json", ...authorization, ...credentials(env) };
  // The log gets a run after its answer.
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const response = await request(url, { headers });
    const fixture = v.safeParse(Fixture, (await readAnswer(response)).json);
    if (fixture.success) return fixture.output.reply ?? fallback;
    if (response.status !== 404) return fallback;
    await sleep(WAIT_MS);
  }
  return fallback;
}
