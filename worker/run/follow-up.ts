// Retry, undo, cancel, pause and resume an earlier run. Each is a call, with the usual steps.
import { mayReadLog } from "../access/log-access.ts";
import type { Action, Control } from "../action/action.ts";
import { findAction } from "../actions/index.ts";
import { Failure } from "../format/failure.ts";
import { message } from "../format/message.ts";
import { parseCall } from "../request/call.ts";
import { checkOrigin } from "../request/origin.ts";
import type { RequestContext } from "../request/request-context.ts";
import { describeRun, readTime } from "../storage/run-links.ts";
import type { RunRecord } from "../storage/run-record.ts";
import { type Operation, performOperation } from "./dispatch.ts";
import { execute } from "./execute.ts";
import { controlRun } from "./long-run/control-run.ts";
import { hasKey } from "./long-run/long-run-routes.ts";
import { findRun } from "./long-run/run-lookup.ts";
import { replayCall } from "./replay-call.ts";
import { wantsPage } from "./response.ts";
import { writeToLog } from "./run-recorder.ts";
import { undoRun } from "./undo.ts";

/** Runs the action again for the tasks that failed, as a new run. */
export async function dispatchRetry(request: Request, id: string, context: RequestContext): Promise<Response> {
  const { record, action, mayAct } = await findEarlierRun(request, id, context);
  if (record.reply.kind === "started") {
    throw new Failure("already-submitted", {
      text: message("run.stillRunning"),
    });
  }
  if (describeRun(context.base, record).retry === undefined) {
    throw new Failure("nothing-to-do", {
      title: message("run.nothingToRetry"),
      text: message("run.nothingFailed"),
      advice: message("run.runAgainFromKitsu"),
    });
  }
  return performOperation(request, context, {
    action,
    parse: (query, body) => replayCall(record, parseCall(query, body), { mayAct, isRetry: true }),
    needsAuthorization: true,
    run: (actionContext, effects, start) => execute(action, actionContext, effects, start, context),
  });
}

/** Undoes a run, as a new run, and marks the first one as undone. */
export async function dispatchUndo(request: Request, id: string, context: RequestContext): Promise<Response> {
  const { env, settings, ctx } = context;
  const earlier = await findEarlierRun(request, id, context);
  return performOperation(request, context, {
    ...changeOf(earlier),
    run: async (actionContext) => {
      const { reply, undone } = await undoRun(earlier.action, actionContext, earlier.record, env);
      if (undone !== undefined) ctx.waitUntil(writeToLog(env, settings, undone));
      return { reply };
    },
  });
}

/** Cancels, pauses or resumes a long run. */
export async function dispatchControl(
  request: Request,
  id: string,
  what: Control,
  context: RequestContext,
): Promise<Response> {
  const earlier = await findEarlierRun(request, id, context);
  const { record, action } = earlier;
  const response = await performOperation(request, context, {
    ...changeOf(earlier),
    run: async (actionContext) => ({ reply: await controlRun(action, actionContext, record, what, context.env) }),
  });
  // The form is on the run's page, which shows the outcome.
  const query = new URLSearchParams(context.url.search);
  query.set("at", String(record.at));
  const location = `${context.base}/runs/${id}?${query}`;
  return response.ok && wantsPage(request) ? new Response(null, { status: 303, headers: { location } }) : response;
}

/** `mayAct`: the caller reads the log or has the run's key, and so may act for the run's owner. */
type EarlierRun = { record: RunRecord; action: Action; mayAct: boolean };

const changeOf = ({ record, action, mayAct }: EarlierRun): Omit<Operation, "run"> => ({
  action,
  parse: (query, body) => replayCall(record, parseCall(query, body), { mayAct, isRetry: false }),
  needsAuthorization: false,
  selected: record.selected,
});

async function findEarlierRun(request: Request, id: string, context: RequestContext): Promise<EarlierRun> {
  const { env, settings, url } = context;
  checkOrigin(request, context);
  const { record } = await findRun(env, settings, id, readTime(url));
  const mayAct = (await hasKey(record, url)) || (await mayReadLog(request, context));
  return { record, action: findAction(record.action, settings), mayAct };
}
