// One call from request to response, top to bottom. This is the only file that knows the order.
import * as v from "valibot";
import { type Reply, RunId } from "../contract.ts";
import type { Action, Given } from "./action.ts";
import { findAction } from "./actions/index.ts";
import { answerCall } from "./answer.ts";
import { type Arrival, describeArrival } from "./arrival.ts";
import { type ArrivedField, readFields } from "./body.ts";
import { type Call, checkSelection, understandCall } from "./call.ts";
import { describeCause, Failure, toFailure } from "./failure.ts";
import { recordRun, runAt } from "./journal.ts";
import { checkOrigin } from "./origin.ts";
import type { Scene } from "./scene.ts";

/** Receives a call for the action of this id and answers it. */
export async function dispatch(request: Request, id: string, scene: Scene): Promise<Response> {
  checkOrigin(request, scene.settings);
  const action = findAction(id, scene.settings);
  checkMethod(request, action);
  const answering = perform(request, action, scene);
  // The run goes on to its end and into the log when the person closes the tab meanwhile.
  scene.ctx.waitUntil(answering);
  return answering;
}

async function perform(request: Request, action: Action, { env, settings, ctx, base }: Scene): Promise<Response> {
  const at = Date.now();
  const query = new URL(request.url).searchParams;
  const run = runAt(base, takeRunId(query), at);
  let arrived: Arrival = describeArrival(request, []);
  let call: Call | undefined;
  let reply: Reply | Failure;
  try {
    const body: ArrivedField[] = request.method === "POST" ? await readFields(request) : [];
    arrived = describeArrival(request, [...query, ...body]);
    call = understandCall([...query], body);
    if (!action.takesEmptySelection) checkSelection(call);
    reply = await runInTime(action, settings.actionTimeLimitMs, { call, arrived, run, settings });
  } catch (thrown) {
    reply = toFailure(thrown);
  }
  const failure = reply instanceof Failure ? reply : undefined;
  const said = reply instanceof Failure ? reply.reply : reply;
  const cause = describeCause(failure?.cause);
  if (failure?.code === "internal-error")
    console.error(JSON.stringify({ message: "An action failed", run: run.id, action: action.id, cause }));
  const response = answerCall(request, { run, reply: said }, settings, failure, call?.path);
  const recorded = {
    id: run.id,
    at,
    tookMs: Date.now() - at,
    action: action.id,
    status: response.status,
    call,
    arrived,
    reply: said,
    cause,
  };
  ctx.waitUntil(recordRun(env, settings, recorded));
  return response;
}

function checkMethod(request: Request, action: Action): void {
  if (request.method === "POST" || (request.method === "GET" && action.isSafe)) return;
  throw new Failure("method-not-allowed", {
    text: `${action.title} takes ${action.isSafe ? "GET and POST" : "POST"}, not ${request.method}.`,
    advice: action.isSafe ? "Run it from Kitsu." : "It changes something, so it can't be opened as a link. Run it from Kitsu.",
    headers: { allow: action.isSafe ? "GET, POST, OPTIONS" : "POST, OPTIONS" },
  });
}

/** The id the userscript gave the run before Kitsu sent it, else a new one. Taken out, for it is no parameter of the action's. */
function takeRunId(query: URLSearchParams): string {
  const given = v.safeParse(RunId, query.get("run"));
  query.delete("run");
  if (given.success) return given.output;
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function runInTime(action: Action, limitMs: number, given: Omit<Given, "signal">): Promise<Reply> {
  const abort = new AbortController();
  let timer: ReturnType<typeof setTimeout> | null = null;
  const overtime = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const failure = new Failure("time-limit", {
        text: `${action.title} was still at work after ${limitMs / 1_000} seconds, and was stopped.`,
        advice: "Part of it may be done: look before you run it again. Fewer tasks take less time.",
      });
      reject(failure);
      abort.abort(failure);
    }, limitMs);
  });
  try {
    return await Promise.race([action.run({ ...given, signal: abort.signal }), overtime]);
  } finally {
    clearTimeout(timer);
  }
}
