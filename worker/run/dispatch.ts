// One call from request to response, from top to bottom. Only this file has the order of the steps.
import { type EarlyKitsu, openKitsuFor, readEarly } from "../access/kitsu-access.ts";
import { identify, type Person } from "../access/person.ts";
import type { Action, ActionContext } from "../action/action.ts";
import { authorizeSelection, checkCount, checkTrust, createRoleLookup } from "../action/authorize.ts";
import { checkPerson } from "../action/authorize-person.ts";
import { withTimeLimit } from "../action/time-limit.ts";
import { findAction } from "../actions/index.ts";
import { Failure, toFailure } from "../format/failure.ts";
import { message } from "../format/message.ts";
import { type RawField, readFields } from "../request/body.ts";
import { type Call, checkSelection, parseCall } from "../request/call.ts";
import { checkOrigin } from "../request/origin.ts";
import { checkPersonRate } from "../request/rate-limit.ts";
import { readReader } from "../request/read-reader.ts";
import type { RequestContext } from "../request/request-context.ts";
import { withFields } from "../request/request-snapshot.ts";
import { limitToVisible } from "../services/visible-data.ts";
import { linkRun, makeRunId, readAttempt } from "../storage/run-links.ts";
import type { RunRecord } from "../storage/run-record.ts";
import { summarizeSelection } from "../storage/selected-tasks.ts";
import { type ActionEffects, createActionContext } from "./action-context.ts";
import { type CallState, startCall } from "./call-state.ts";
import { concludeCall } from "./conclude.ts";
import { type ExecuteResult, execute, type RunStart } from "./execute.ts";
import { findOwnRun, separateFromEarlierRun } from "./own-run.ts";
import { startRecording, writeToLog } from "./run-recorder.ts";

/** What to do with a call. */
export type Operation = {
  action: Action;
  parse(query: readonly RawField[], body: readonly RawField[]): Call;
  /**
   * whether to check that the person may run this action on these tasks; undo and cancel have
   * checks of their own
   */
  needsAuthorization: boolean;
  /** the call only asks what would happen */
  isDry?: boolean | undefined;
  /** names of the tasks, as an earlier run recorded them */
  selected?: RunRecord["selected"];
  run(actionContext: ActionContext, effects: ActionEffects, start: RunStart): Promise<ExecuteResult>;
};

/**
 * Runs the action with this id, and answers the call.
 * @param isDry only says what the action would do: `POST /actions/:id/dry`. It has a path of its
 *   own, because a worker or proxy that ignored a header or a parameter would run the action.
 */
export async function dispatch(request: Request, id: string, context: RequestContext, isDry?: true): Promise<Response> {
  const { settings } = context;
  checkOrigin(request, context);
  const action = findAction(id, settings);
  checkMethod(request, action);
  return performOperation(request, context, {
    action,
    parse: isDry ? (query, body) => ({ ...parseCall(query, body), isDry }) : parseCall,
    needsAuthorization: true,
    isDry,
    run: (actionContext, effects, start) => execute(action, actionContext, effects, start, context),
  });
}

/**
 * Answers the call, and completes the run and its log entry even if the person closes the tab. For
 * that, Cloudflare allows 30 seconds after the disconnect, and the default time limit of an action
 * is shorter. A run that Cloudflare cuts off is logged as interrupted.
 */
export async function performOperation(
  request: Request,
  context: RequestContext,
  operation: Operation,
): Promise<Response> {
  const { env, settings, ctx } = context;
  const state = startCall(request, context, operation);
  const conclusion = takeSteps(request, context, operation, state)
    .catch(async (thrown: unknown) => {
      await separateFromEarlierRun(state);
      return toFailure(thrown);
    })
    .then((result) => concludeCall(request, context, state, result));
  ctx.waitUntil(
    conclusion.then(async ({ finish }) => {
      const pending = await finish();
      if (pending !== undefined) await writeToLog(env, settings, pending);
    }),
  );
  return (await conclusion).response;
}

/** The steps of a call. Each may throw a Failure, which becomes the reply. */
async function takeSteps(
  request: Request,
  context: RequestContext,
  operation: Operation,
  state: CallState,
): Promise<ExecuteResult> {
  const { action } = operation;
  const { env, settings, url } = context;
  const body = request.method === "POST" ? await readFields(request) : [];
  state.snapshot = withFields(state.snapshot, [...state.query, ...body]);
  const call = operation.parse(state.query, body);
  state.call = call;
  if (!action.takesEmptySelection) checkSelection(call);
  checkCount(action, call.selection.length);
  if (request.method === "POST") {
    const { id, at, snapshot } = state;
    state.recorder = startRecording(
      context,
      { id, at, action: action.id, call, arrived: snapshot },
      readAttempt(url) ?? "",
    );
  }
  return withTimeLimit(action.title, settings.actionTimeLimitMs, async (signal) => {
    const early = operation.needsAuthorization ? readEarly(request, call, context, signal) : undefined;
    const person = await identify(request, call, context, signal);
    state.person = person;
    // Without them, it stays the request's reader.
    if (person.locale !== undefined || person.timeZone !== undefined)
      state.reader = readReader(request, url, settings, person);
    if (env.CALLS_BY_PERSON !== undefined) await checkPersonRate(env.CALLS_BY_PERSON, person);
    return runFor(person, early, call, context, operation, state, signal);
  });
}

/** The steps that need to know who calls. */
async function runFor(
  person: Person,
  early: EarlyKitsu | undefined,
  call: Call,
  context: RequestContext,
  operation: Operation,
  state: CallState,
  signal: AbortSignal,
): Promise<ExecuteResult> {
  const { action, needsAuthorization } = operation;
  const { settings, base, ctx } = context;
  const { isTaken } = await findOwnRun(state, call, person);
  checkTrust(person, action, settings);
  checkPerson(person, action, settings);
  const { selection } = call;
  const kitsu = openKitsuFor(person, early, { selection, settings, signal, waitUntil: (work) => ctx.waitUntil(work) });
  const roleIn = createRoleLookup(person, kitsu);
  if (needsAuthorization && kitsu !== undefined && call.selection.length > 0) {
    state.selected = summarizeSelection(await kitsu.readSelection());
    await authorizeSelection(person, action, kitsu, roleIn, settings);
  }
  const { id, at, snapshot, recorder, requestedId } = state;
  const { actionContext, effects } = createActionContext(action, context, {
    call,
    request: snapshot,
    run: linkRun(base, id, at),
    at,
    person,
    kitsu: kitsu && limitToVisible(kitsu, person.departments, roleIn),
    roleIn,
    reader: state.reader,
    signal,
  });
  state.effects = effects;
  const hasRequestedId = requestedId !== undefined;
  return operation.run(actionContext, effects, { at, token: recorder?.token ?? makeRunId(), hasRequestedId, isTaken });
}

function checkMethod(request: Request, action: Action): void {
  if (request.method === "POST" || (request.method === "GET" && action.isSafe)) return;
  throw new Failure("method-not-allowed", {
    text: message(action.isSafe ? "run.takesGetAndPost" : "run.takesPost", {
      title: action.title,
      method: request.method,
    }),
    advice: message(action.isSafe ? "run.runFromKitsu" : "run.notALink"),
    headers: { allow: action.isSafe ? "GET, POST, OPTIONS" : "POST, OPTIONS" },
  });
}
