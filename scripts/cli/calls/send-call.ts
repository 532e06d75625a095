// Sends a call to a worker: only to ask what it would do, or for real, up to its end.
import { setTimeout as sleep } from "node:timers/promises";
import type { Ask, Field, Fixture, Input, Reply } from "../../../contract.ts";
import { makeRequest } from "../../../testing/fixture-call.ts";
import { makeRunId } from "../../../worker/storage/run-links.ts";
import { CliError } from "../../cli-error.ts";
import { readAnswer, request, type WorkerAnswer } from "./request.ts";

/**
 * - `base`: the worker's address
 * - `confirms`: confirm what the action asks to confirm
 * - `input`: answers to the questions of the action
 * - `env`: with KITSU_SESSION or ACCESS_TOKEN, as in the curl command of a run
 */
export type Sending = {
  base: string;
  isDry: boolean;
  confirms?: boolean;
  input?: Input;
  env: Readonly<Record<string, string | undefined>>;
};

const FOLLOW_MS = 1_000;
/** The most questions of one call. */
const QUESTIONS_MAX = 5;

export async function sendCall(fixture: Fixture, sending: Sending): Promise<WorkerAnswer> {
  const run = makeRunId();
  let answer = await sendOnce(fixture, sending, run);
  for (let asked = 0; asked < QUESTIONS_MAX; asked += 1) {
    const given = answerQuestion(answer.reply, sending);
    if (given === undefined) break;
    answer = await sendOnce(fixture, sending, run, given);
  }
  return follow(answer, sending);
}

/** Undefined if it asks for what nobody gave. */
function answerQuestion(reply: Reply, { input, confirms }: Sending) {
  if (reply.kind !== "ask") return undefined;
  const { form, plan, fields } = reply;
  const shown = fields.filter(({ type }) => type !== "hidden");
  if (plan !== undefined && shown.length === 0) return confirms ? { form, plan, input: fill(reply, {}) } : undefined;
  return input !== undefined && shown.some(({ name }) => name in input)
    ? { form, plan, input: fill(reply, input) }
    : undefined;
}

const fill = ({ fields }: Ask, input: Input): Input =>
  Object.fromEntries(
    fields.map(({ name, value, type, options }) => [
      name,
      findChoice(options, input[name]) ?? value ?? (type === "toggle" ? false : type === "several-of" ? [] : ""),
    ]),
  );

/** People know a choice by its label: that of a status is an id. */
function findChoice(options: Field["options"] = [], given: Input[string] | undefined): Input[string] | undefined {
  if (typeof given !== "string" || options.some(({ value }) => value === given)) return given;
  return options.find(({ label }) => label.toLowerCase() === given.toLowerCase())?.value ?? given;
}

type Answered = NonNullable<ReturnType<typeof answerQuestion>>;

async function sendOnce(fixture: Fixture, sending: Sending, run: string, answer?: Answered): Promise<WorkerAnswer> {
  const { base, isDry, env } = sending;
  // A page of the worker's own may send calls, too; which Kitsu it serves is its own affair.
  const { url, init } = makeRequest(fixture, {
    base,
    origin: new URL(base).origin,
    isDry,
    run,
    ...(answer && { answer }),
  });
  const headers = new Headers(init.headers);
  if (env.KITSU_SESSION) headers.set("cookie", `access_token_cookie=${env.KITSU_SESSION}`);
  if (env.ACCESS_TOKEN) headers.set("cf-access-token", env.ACCESS_TOKEN);
  const response = await request(url, { ...init, headers, redirect: "manual" });
  const read = await readAnswer(response);
  if (read.answer === undefined)
    throw new CliError(`${base} does not answer like an action server: ${read.sentence} Is the address right?`);
  const { reply } = read.answer;
  if (isDry && reply.kind === "failed" && reply.code === "unknown-page")
    throw new CliError(`The action server at ${base} is too old for a dry run. Nothing was run.`);
  return read.answer;
}

/** Waits until a long run has ended. */
async function follow(answer: WorkerAnswer, { base }: Sending): Promise<WorkerAnswer> {
  const url = answer.run?.follow?.url;
  if (answer.reply.kind !== "started" || url === undefined) return answer;
  await sleep(FOLLOW_MS);
  const read = await readAnswer(await request(`${url}&lang=en&tz=UTC`, { headers: { accept: "application/json" } }));
  if (read.answer === undefined) throw new CliError(`${base} does not say how the run goes on: ${read.sentence}`);
  return follow({ ...answer, ...read.answer }, { base, isDry: false, env: {} });
}
