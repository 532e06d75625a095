// One call from request to response, top to bottom. This is the only file that knows the order.
import * as v from "valibot";
import { type Reply, RunId } from "../contract.ts";
import type { Action } from "./action.ts";
import { findAction } from "./actions/index.ts";
import { answerCall } from "./answer.ts";
import { type Arrival, describeArrival } from "./arrival.ts";
import { readFields } from "./body.ts";
import { type Call, checkSelection, understandCall } from "./call.ts";
import { describeCause, Failure, toFailure } from "./failure.ts";
import { checkCount, checkDepartments, checkGates, checkTrust, knowRoles } from "./gate.ts";
import { type Recorded, recordRun, runAt } from "./journal.ts";
import { checkOrigin } from "./origin.ts";
import { describePerson, identify, type Person } from "./person.ts";
import { checkAddressRate, checkPersonRate } from "./rate.ts";
import type { Scene } from "./scene.ts";
import { type Kitsu, openKitsu } from "./services/kitsu.ts";
import { openZou } from "./services/zou.ts";
import type { Settings } from "./settings.ts";

/** Receives a call for the action of this id and answers it. */
export async function dispatch(request: Request, id: string, scene: Scene): Promise<Response> {
  const { env, settings, ctx } = scene;
  checkOrigin(request, settings);
  if (env.CALLS_BY_ADDRESS !== undefined) await checkAddressRate(env.CALLS_BY_ADDRESS, request);
  const action = findAction(id, settings);
  checkMethod(request, action);
  const performing = perform(request, action, scene);
  // The run goes on to its end and into the log when the person closes the tab meanwhile.
  ctx.waitUntil(performing.then(({ recorded }) => recordRun(env, settings, recorded)));
  return (await performing).response;
}

/** What the person is answered, and what is written down. Never throws but for faults in making the answer itself. */
async function perform(request: Request, action: Action, scene: Scene): Promise<{ response: Response; recorded: Recorded }> {
  const { env, settings, base, url } = scene;
  const at = Date.now();
  const parameters = [...url.searchParams].filter(([name]) => name !== RUN_PARAMETER);
  const run = runAt(base, readRunId(url), at);
  let arrived: Arrival | undefined;
  let call: Call | undefined;
  let person: Person | undefined;
  let reply: Reply | Failure;
  try {
    const body = request.method === "POST" ? await readFields(request) : [];
    const seen = describeArrival(request, url, [...parameters, ...body]);
    arrived = seen;
    const understood = understandCall(parameters, body);
    call = understood;
    if (!action.takesEmptySelection) checkSelection(call);
    checkCount(action, call.selection.length);
    reply = await endInTime(action, settings.actionTimeLimitMs, async (signal) => {
      const caller = await identify(request, understood, scene, signal);
      person = caller;
      if (env.CALLS_BY_PERSON !== undefined) await checkPersonRate(env.CALLS_BY_PERSON, caller);
      checkTrust(caller, action, settings);
      checkDepartments(caller, action, settings);
      const kitsu = meetKitsu(caller, understood.selection, settings, signal);
      const roleIn = knowRoles(caller, kitsu);
      if (kitsu !== undefined && understood.selection.length > 0) await checkGates(caller, action, kitsu, roleIn, settings);
      return action.run({
        call: understood,
        arrived: seen,
        run,
        person: caller,
        kitsu: () => kitsu ?? throwNoKitsu(),
        roleIn,
        settings,
        signal,
      });
    });
  } catch (thrown) {
    reply = toFailure(thrown);
  }
  const failure = reply instanceof Failure ? reply : undefined;
  const said = reply instanceof Failure ? reply.reply : reply;
  const cause = describeCause(failure?.cause);
  if (failure?.code === "internal-error") {
    console.error(JSON.stringify({ message: "An action failed", run: run.id, action: action.id, cause }));
  }
  const response = answerCall(request, { run, reply: said }, settings, failure, call?.path);
  arrived ??= describeArrival(request, url, parameters);
  const [tookMs, { status }] = [Date.now() - at, response];
  return {
    response,
    recorded: {
      id: run.id,
      at,
      tookMs,
      action: action.id,
      status,
      person: person && describePerson(person),
      call,
      arrived,
      reply: said,
      cause,
    },
  };
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
  if (given !== null && v.is(RunId, given)) return given;
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Kitsu with the person's own session where it came along, else with the bot's account, else not at all. */
function meetKitsu(
  person: Person,
  selection: readonly string[],
  { kitsuApi, kitsuToken }: Settings,
  signal: AbortSignal,
): Kitsu | undefined {
  const token = person.token ?? (person.trust === "unchecked" ? undefined : kitsuToken);
  return token === undefined
    ? undefined
    : openKitsu(openZou(kitsuApi, token, signal), `${kitsuApi} ${person.token === undefined ? "bot" : person.id}`, selection);
}

function throwNoKitsu(): never {
  throw new Error("An action that asks for Kitsu must say so: needsKitsu");
}

/** Ends the work when its time is over, whether it listens to the signal or not. */
async function endInTime(action: Action, limitMs: number, work: (signal: AbortSignal) => Promise<Reply>): Promise<Reply> {
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
    return await Promise.race([work(abort.signal), overtime]);
  } finally {
    clearTimeout(timer);
  }
}
