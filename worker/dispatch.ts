// One call from request to response, top to bottom. This is the only file that knows the order.
import * as v from "valibot";
import { type Reply, RunId } from "../contract.ts";
import type { Action, Control, Given } from "./action.ts";
import { findAction } from "./actions/index.ts";
import { answerCall, statusOf, wantsPage } from "./answer.ts";
import { type Arrival, describeArrival } from "./arrival.ts";
import { type ArrivedField, readFields } from "./body.ts";
import { type Call, checkSelection, understandCall } from "./call.ts";
import { type Conversed, converse, resume } from "./converse.ts";
import { describeCause, Failure, toFailure } from "./failure.ts";
import { controlRun, hashKey, hasKey } from "./follow.ts";
import { checkCount, checkDepartments, checkGates, checkTrust, knowRoles } from "./gate.ts";
import { type Left, makeGiven } from "./given.ts";
import { findRun, recordRun } from "./journal.ts";
import { mayReadLog } from "./log-access.ts";
import { meetLongRun } from "./meet-run.ts";
import { keepOpenable } from "./openable.ts";
import { checkOrigin } from "./origin.ts";
import { describePerson, identify, meetKitsu, type Person } from "./person.ts";
import { checkAddressRate, checkPersonRate } from "./rate.ts";
import type { Recorded } from "./record.ts";
import { repeatCall } from "./repeat.ts";
import { makeRunId, type OfferedUndo, offerAgain, offerFollow, readTime, runAt } from "./run.ts";
import type { Scene } from "./scene.ts";
import { endInTime } from "./time-limit.ts";
import { undoRun } from "./undo.ts";

/** What a request wants done. */
type Errand = {
  action: Action;
  read(query: ArrivedField[], body: ArrivedField[]): Call;
  /** May the person do this with these tasks, as Kitsu says now? Asked before anything else. */
  isGated: boolean;
  work(given: Given, left: Left, at: number): Promise<Conversed>;
};

/** Receives a call for the action of this id and answers it. */
export async function dispatch(request: Request, id: string, scene: Scene): Promise<Response> {
  const { env, settings } = scene;
  checkOrigin(request, settings);
  if (env.CALLS_BY_ADDRESS !== undefined) await checkAddressRate(env.CALLS_BY_ADDRESS, request);
  const action = findAction(id, settings);
  checkMethod(request, action);
  return perform(request, scene, {
    action,
    read: understandCall,
    isGated: true,
    work: (given, left, at) => converse(action, given, left, at, env),
  });
}

/** Runs the action of an earlier run again, for the tasks that failed: a run of its own. */
export async function dispatchRetry(request: Request, id: string, scene: Scene): Promise<Response> {
  const { first, action, isReader } = await find(request, id, scene);
  return perform(request, scene, {
    action,
    read: (query, body) => repeatCall(first, understandCall(query, body), { isReader, isRetry: true }),
    isGated: true,
    work: (given, left, at) => converse(action, given, left, at, scene.env),
  });
}

/** Takes back what a run did: a run of its own, too, and the first one is marked. */
export async function dispatchUndo(request: Request, id: string, scene: Scene): Promise<Response> {
  const { env, settings, ctx } = scene;
  const { first, action, isReader } = await find(request, id, scene);
  return perform(request, scene, {
    action,
    read: (query, body) => repeatCall(first, understandCall(query, body), { isReader, isRetry: false }),
    isGated: false,
    work: async (given) => {
      const { reply, recorded } = await undoRun(action, given, first, env);
      if (recorded !== undefined) ctx.waitUntil(recordRun(env, settings, recorded));
      return { reply };
    },
  });
}

/** Cancels, pauses or resumes a run that goes on. */
export async function dispatchControl(request: Request, id: string, what: Control, scene: Scene): Promise<Response> {
  const { first, action, isReader } = await find(request, id, scene);
  const response = await perform(request, scene, {
    action,
    read: (query, body) => repeatCall(first, understandCall(query, body), { isReader, isRetry: false }),
    isGated: false,
    work: async (given) => ({ reply: await controlRun(action, given, first, what, scene) }),
  });
  // The button was pressed on the run's page, and that shows what comes of it.
  const location = `${scene.base}/runs/${id}${scene.url.search}`;
  return response.ok && wantsPage(request) ? new Response(null, { status: 303, headers: { location } }) : response;
}

/** The run that is meant, and its action. */
async function find(request: Request, id: string, scene: Scene): Promise<{ first: Recorded; action: Action; isReader: boolean }> {
  const { env, settings, url } = scene;
  checkOrigin(request, settings);
  if (env.CALLS_BY_ADDRESS !== undefined) await checkAddressRate(env.CALLS_BY_ADDRESS, request);
  const first = await findRun(env, settings, id, readTime(url));
  const isReader = (await hasKey(first, url)) || (await mayReadLog(request, settings));
  return { first, action: findAction(first.action, settings), isReader };
}

/** Answers, and lets the run go on to its end and into the log when the person closes the tab meanwhile. */
async function perform(request: Request, scene: Scene, errand: Errand): Promise<Response> {
  const { env, settings, ctx } = scene;
  const performing = carryOut(request, scene, errand);
  ctx.waitUntil(performing.then(({ recorded }) => recorded && recordRun(env, settings, recorded)));
  return (await performing).response;
}

/** What the person is answered, and what is to be written down. Never throws but for faults in making the answer itself. */
async function carryOut(
  request: Request,
  scene: Scene,
  { action, read, isGated, work }: Errand,
): Promise<{ response: Response; recorded?: Recorded }> {
  const { env, settings, base, url } = scene;
  const began = Date.now();
  const query = [...url.searchParams].filter(([name]) => name !== RUN_PARAMETER);
  const id = readRunId(url);
  let at = began;
  let arrived: Arrival | undefined;
  let call: Call | undefined;
  let person: Person | undefined;
  let reply: Reply | Failure;
  let undo: OfferedUndo | undefined;
  let left: Left | undefined;
  try {
    const body = request.method === "POST" ? await readFields(request) : [];
    const seen = describeArrival(request, url, [...query, ...body]);
    arrived = seen;
    const understood = read(query, body);
    call = understood;
    at = (await resume(env, id, action, call)) ?? began;
    const run = runAt(base, id, at);
    if (!action.takesEmptySelection) checkSelection(call);
    checkCount(action, call.selection.length);
    const conversed = await endInTime(action.title, settings.actionTimeLimitMs, async (signal) => {
      const caller = await identify(request, understood, scene, signal);
      person = caller;
      if (env.CALLS_BY_PERSON !== undefined) await checkPersonRate(env.CALLS_BY_PERSON, caller);
      checkTrust(caller, action, settings);
      checkDepartments(caller, action, settings);
      const kitsu = meetKitsu(caller, understood.selection, settings, signal);
      const roleIn = knowRoles(caller, kitsu);
      if (isGated && kitsu !== undefined && understood.selection.length > 0) {
        await checkGates(caller, action, kitsu, roleIn, settings);
      }
      const made = makeGiven(action, scene, { call: understood, arrived: seen, run, person: caller, kitsu, roleIn, signal });
      left = made.left;
      return work(made.given, left, at);
    });
    ({ reply, undo } = conversed);
  } catch (thrown) {
    reply = toFailure(thrown);
  }
  const failure = reply instanceof Failure ? reply : undefined;
  const said = keepOpenable(reply instanceof Failure ? reply.reply : reply, settings.schemes);
  const cause = describeCause(failure?.cause);
  if (failure?.code === "internal-error") {
    console.error(JSON.stringify({ message: "An action failed", run: id, action: action.id, cause }));
  }
  arrived ??= describeArrival(request, url, query);
  const by = person && describePerson(person);
  const status = statusOf(said, failure);
  const tookMs = Date.now() - began;
  const recorded = { id, at, tookMs, action: action.id, status, person: by, call, arrived, reply: said, undo, cause };
  const follow = await goOn(action, scene, recorded, left, person?.email);
  const run = { ...offerAgain(base, recorded), ...follow };
  const response = answerCall(request, { run, reply: said }, settings, { failure, call });
  return { response, ...(follow === undefined && { recorded }) };
}

/** Lets a run go on that said so, and says how it can be followed. What it locked and does not need ends here. */
async function goOn(
  action: Action,
  { env, settings, base }: Scene,
  recorded: Recorded,
  left: Left | undefined,
  email: string | undefined,
): Promise<ReturnType<typeof offerFollow> | undefined> {
  if (left?.goesOn === undefined || recorded.reply.kind !== "started") {
    await left?.release();
    return undefined;
  }
  const key = makeRunId();
  const { id, at } = recorded;
  recorded.follow = await hashKey(key);
  const data = JSON.stringify(left.goesOn.data);
  // Written before it begins, for its end is written, too, and may come soon.
  await recordRun(env, settings, recorded);
  await meetLongRun(env, id).begin({ recorded, base, email, data, key, isWatched: action.watch !== undefined });
  return offerFollow(base, { id, at, key, controls: [] });
}

function checkMethod(request: Request, action: Action): void {
  if (request.method === "POST" || (request.method === "GET" && action.isSafe)) return;
  throw new Failure("method-not-allowed", {
    text: `${action.title} takes ${action.isSafe ? "GET and POST" : "POST"}, not ${request.method}.`,
    advice: action.isSafe ? "Run it from Kitsu." : "It changes something, so it can't be opened as a link. Run it from Kitsu.",
    headers: { allow: action.isSafe ? "GET, POST, OPTIONS" : "POST, OPTIONS" },
  });
}

const RUN_PARAMETER = "run";

/** The id the userscript gave the run before Kitsu sent it, else a new one. */
function readRunId({ searchParams }: URL): string {
  const given = searchParams.get(RUN_PARAMETER);
  return given !== null && v.is(RunId, given) ? given : makeRunId();
}
