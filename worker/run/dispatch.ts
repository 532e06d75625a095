// One call from request to response, top to bottom. This is the only file that knows the order.
import * as v from "valibot";
import { type Reply, RunId } from "../../contract.ts";
import { describePerson, identify, openKitsuFor, type Person } from "../access/person.ts";
import type { Action, ActionContext } from "../action/action.ts";
import { authorizeSelection, checkCount, checkDepartments, checkTrust, createRoleLookup } from "../action/authorize.ts";
import { keepSafeLinks } from "../action/safe-links.ts";
import { endInTime } from "../action/time-limit.ts";
import { findAction } from "../actions/index.ts";
import { describeCause, Failure, toFailure } from "../failure.ts";
import { type ArrivedField, readFields } from "../request/body.ts";
import { type Call, checkSelection, understandCall } from "../request/call.ts";
import { checkOrigin } from "../request/origin.ts";
import { checkPersonRate } from "../request/rate-limit.ts";
import type { RequestContext } from "../request/request-context.ts";
import { type RequestSnapshot, takeSnapshot } from "../request/request-snapshot.ts";
import { showKitsu } from "../services/visible-data.ts";
import {
  describeRun,
  isOwnParameter,
  linkRun,
  makeRunId,
  type OfferedUndo,
  RUN_PARAMETER,
  readAttempt,
} from "../storage/run-links.ts";
import type { RunRecord } from "../storage/run-record.ts";
import { describeSelected, nameTasks } from "../storage/selected-tasks.ts";
import { type ActionEffects, createActionContext } from "./action-context.ts";
import { checkSameRun, type ExecuteResult, execute, isOnce, type RunStart } from "./execute.ts";
import { answerCall, statusOf } from "./response.ts";
import {
  cannotRecord,
  checkNotVoided,
  type PendingRecord,
  type RunRecorder,
  separateRun,
  startRecording,
  writeSurely,
} from "./run-recorder.ts";
import { startLongRun } from "./start-long-run.ts";

/** What a request wants done. */
export type Errand = {
  action: Action;
  read(query: ArrivedField[], body: ArrivedField[]): Call;
  /** May the person do this with these tasks, as Kitsu says now? Asked before anything else. */
  isGated: boolean;
  /** what the tasks are called, as far as an earlier run knows */
  selected?: RunRecord["selected"];
  work(given: ActionContext, left: ActionEffects, begun: RunStart): Promise<ExecuteResult>;
};

/** Receives a call for the action of this id and answers it. */
export async function dispatch(request: Request, id: string, context: RequestContext): Promise<Response> {
  const { settings } = context;
  checkOrigin(request, settings);
  const action = findAction(id, settings);
  checkMethod(request, action);
  return perform(request, context, {
    action,
    read: understandCall,
    isGated: true,
    work: (given, left, begun) => execute(action, given, left, begun, context),
  });
}

/**
 * Answers, and lets the run go on to its end and into the log when the person closes the tab meanwhile: for 30 seconds, in which an action ends by the
 * time limit there is without a setting. What Cloudflare cuts off then is in the log as interrupted.
 */
export async function perform(request: Request, context: RequestContext, errand: Errand): Promise<Response> {
  const { env, settings, ctx } = context;
  const performing = carryOut(request, context, errand);
  ctx.waitUntil(
    performing.then(async ({ leave }) => {
      const left = await leave();
      if (left !== undefined) await writeSurely(env, settings, left);
    }),
  );
  return (await performing).response;
}

/** `leave`: notes that the request is over, and gives what the log is to be told. */
type Carried = { response: Response; leave(): Promise<PendingRecord | undefined> };

/** What the person is answered, and what is to be written down. Never throws but for faults in making the answer itself. */
async function carryOut(
  request: Request,
  context: RequestContext,
  { action, read, isGated, work, ...errand }: Errand,
): Promise<Carried> {
  const { env, settings, base, url } = context;
  const began = Date.now();
  const query = [...url.searchParams].filter(([name]) => !isOwnParameter(name));
  const named = readRunId(url);
  let id = named ?? makeRunId();
  let at = began;
  let arrived: RequestSnapshot | undefined;
  let call: Call | undefined;
  let person: Person | undefined;
  let reply: Reply | Failure;
  let undo: OfferedUndo | undefined;
  let left: ActionEffects | undefined;
  let note: RunRecorder | undefined;
  let isRepeatable = false;
  let isMet = false;
  let { selected } = errand;
  try {
    const body = request.method === "POST" ? await readFields(request) : [];
    const seen = takeSnapshot(request, url, [...query, ...body]);
    arrived = seen;
    const understood = read(query, body);
    call = understood;
    if (!action.takesEmptySelection) checkSelection(call);
    checkCount(action, call.selection.length);
    if (request.method === "POST")
      note = startRecording(context, { id, at, action: action.id, call, arrived }, readAttempt(url) ?? "");
    isRepeatable = named !== undefined && isOnce(action, call, true);
    const { isSafe } = action;
    const result = await endInTime(action.title, settings.actionTimeLimitMs, async (signal) => {
      const caller = await identify(request, understood, context, signal);
      person = caller;
      if (env.CALLS_BY_PERSON !== undefined) await checkPersonRate(env.CALLS_BY_PERSON, caller);
      // What changes nothing need not be found again.
      const noted = await note?.known.catch((cause: unknown) => {
        if (!isSafe) throw cannotRecord(cause);
        return undefined;
      });
      const before = isRepeatable ? noted : undefined;
      isMet = true;
      // What is refused is written down as a run of its own, and not as that one.
      if (noted?.isVoid === true || before?.beginning !== undefined) id = makeRunId();
      checkNotVoided(noted);
      if (before?.beginning !== undefined) {
        checkSameRun(before.beginning, action, caller);
        id = named ?? id;
      }
      // One run is one line of the log, however often it is sent.
      if (before !== undefined) at = before.beginning?.at ?? before.at;
      const run = linkRun(base, id, at);
      checkTrust(caller, action, settings);
      checkDepartments(caller, action, settings);
      const kitsu = openKitsuFor(caller, understood.selection, settings, signal);
      const roleIn = createRoleLookup(caller, kitsu);
      if (isGated && kitsu !== undefined && understood.selection.length > 0) {
        selected = describeSelected(await kitsu.readSelection());
        await authorizeSelection(caller, action, kitsu, roleIn, settings);
      }
      const shown = kitsu && showKitsu(kitsu, caller.departments, roleIn);
      const made = createActionContext(action, context, {
        call: understood,
        arrived: seen,
        run,
        at,
        person: caller,
        kitsu: shown,
        roleIn,
        signal,
      });
      left = made.left;
      const begun = { at, token: note?.token ?? "", isNamed: named !== undefined, isTaken: before?.isTaken ?? false };
      return work(made.actionContext, left, begun);
    });
    // It is in the log already, as what it is.
    if ("duplicate" in result)
      return {
        response: answerCall(request, result.duplicate, settings, { failure: result.duplicate.failure, call }),
        leave: async () => note?.leave(),
      };
    ({ reply, undo } = result);
  } catch (thrown) {
    reply = toFailure(thrown);
    if (isRepeatable && !isMet) ({ id, at } = await separateRun(note, { id, at }));
  }
  arrived ??= takeSnapshot(request, url, query);
  const { deployedAtS } = settings;
  const known = {
    id,
    at,
    action: action.id,
    person: person && describePerson(person),
    call,
    selected,
    arrived,
    undo,
    deployedAtS,
  };
  const describe = (what: Reply | Failure): RunRecord => {
    const failure = what instanceof Failure ? what : undefined;
    const said = nameTasks(
      keepSafeLinks(what instanceof Failure ? what.reply : what, settings.schemes),
      call,
      selected,
    );
    return {
      ...known,
      tookMs: Date.now() - began,
      status: statusOf(said, failure),
      reply: said,
      cause: describeCause(failure?.cause),
    };
  };
  const follow = await startLongRun(action, context, describe(reply), left, person?.email);
  if (follow instanceof Failure) reply = follow;
  const failure = reply instanceof Failure ? reply : undefined;
  const record = describe(reply);
  if (failure?.code === "internal-error") {
    console.error(JSON.stringify({ message: "An action failed", run: id, action: action.id, cause: record.cause }));
  }
  const run = { ...describeRun(base, record), ...(follow instanceof Failure ? undefined : follow) };
  const response = answerCall(request, { run, reply: record.reply }, settings, { failure, call });
  // What goes on has written itself down.
  const isWritten = follow !== undefined && !(follow instanceof Failure);
  const leaving = () =>
    note === undefined ? Promise.resolve(isWritten ? undefined : { record }) : note.leave(record, isWritten);
  // What changed something is kept before anybody is told, so that no address leads to nothing, whatever becomes of the worker then.
  const ended = action.isSafe ? undefined : leaving();
  await ended;
  return { response, leave: () => ended ?? leaving() };
}

function checkMethod(request: Request, action: Action): void {
  if (request.method === "POST" || (request.method === "GET" && action.isSafe)) return;
  throw new Failure("method-not-allowed", {
    text: `${action.title} takes ${action.isSafe ? "GET and POST" : "POST"}, not ${request.method}.`,
    advice: action.isSafe
      ? "Run it from Kitsu."
      : "It changes something, so it can't be opened as a link. Run it from Kitsu.",
    headers: { allow: action.isSafe ? "GET, POST, OPTIONS" : "POST, OPTIONS" },
  });
}

/** The id the userscript gave the run before Kitsu sent it. */
function readRunId({ searchParams }: URL): string | undefined {
  const given = searchParams.get(RUN_PARAMETER);
  return given !== null && v.is(RunId, given) ? given : undefined;
}
