// Sends a call to a worker: only to ask what it would do, or for real, up to its end.
import { setTimeout as sleep } from "node:timers/promises";
import type { Ask, Field, Fixture, Input, Reply } from "../../../contract.ts";
import { makeRequest } from "../../../testing/fixture-call.ts";
import { moveChoices } from "../../../testing/fixture-choices.ts";
import { makeRunId } from "../../../worker/storage/run-links.ts";
import { CliError } from "../../cli-error.ts";
import { describeRefusal } from "../../describe-refusal.ts";
import { credentials, readAnswer, request, type WorkerAnswer } from "./request.ts";

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

const ACCESS = "ACCESS_TOKEN to what cloudflared access token prints";

const FOLLOW_MS = 1_000;
/** The most questions of one call. */
const QUESTIONS_MAX = 5;

export async function sendCall(recorded: Fixture, sending: Sending): Promise<WorkerAnswer> {
  const run = makeRunId();
  let fixture = recorded;
  let answer = await sendOnce(fixture, sending, run);
  const moved = moveChoices(fixture, answer.reply);
  if (moved.problem !== undefined) throw new CliError(moved.problem);
  if (moved.fixture !== undefined) {
    fixture = moved.fixture;
    answer = await sendOnce(fixture, sending, run);
  }
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
  for (const [name, value] of Object.entries(credentials(env))) headers.set(name, value);
  const response = await request(url, { ...init, headers });
  const { json, answer: answered } = await readAnswer(response);
  if (answered === undefined)
    throw new CliError(`${base} did not answer the call: ${describeRefusal(base, response, json, ACCESS)}`);
  const { reply } = answered;
  if (isDry && reply.kind === "failed" && reply.code === "unknown-page")
    throw new CliError(`The action server at ${base} is too old for a dry run. Nothing was run.`);
  return answered;
}

/** Waits until a long run has ended. */
async function follow(answer: WorkerAnswer, sending: Sending): Promise<WorkerAnswer> {
  const url = answer.run?.follow?.url;
  if (answer.reply.kind !== "started" || url === undefined) return answer;
  await sleep(FOLLOW_MS);
  const { base, env } = sending;
  const headers = { accept: "application/json", ...credentials(env) };
  const response = await request(`${url}&lang=en&tz=UTC`, { headers });
  const { json, answer: now } = await readAnswer(response);
  if (now === undefined)
    throw new CliError(`${base} does not say how the run goes on: ${describeRefusal(base, response, json, ACCESS)}`);
  return follow({ ...answer, ...now }, sending);
}
