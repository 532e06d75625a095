// What is done about an earlier run: it is tried again, taken back, canceled, paused or resumed. Each is a call with the same steps as any other.

import { mayReadLog } from "../access/log-access.ts";
import type { Action, Control } from "../action/action.ts";
import { findAction } from "../actions/index.ts";
import { Failure } from "../failure.ts";
import { controlRun, hasKey } from "../long-run/long-run-routes.ts";
import { findRun } from "../long-run/run-lookup.ts";
import { understandCall } from "../request/call.ts";
import { checkOrigin } from "../request/origin.ts";
import type { RequestContext } from "../request/request-context.ts";
import { describeRun, readTime } from "../storage/run-links.ts";
import type { RunRecord } from "../storage/run-record.ts";
import { perform } from "./dispatch.ts";
import { execute } from "./execute.ts";
import { replayCall } from "./replay-call.ts";
import { wantsPage } from "./response.ts";
import { writeSurely } from "./run-recorder.ts";
import { undoRun } from "./undo.ts";

/** Runs the action of an earlier run again, for the tasks that failed: a run of its own. */
export async function dispatchRetry(request: Request, id: string, context: RequestContext): Promise<Response> {
  const { first, action, isReader } = await find(request, id, context);
  if (first.reply.kind === "started") {
    throw new Failure("already-submitted", {
      text: "It is still running. You can retry what fails when it has finished.",
    });
  }
  if (describeRun(context.base, first).retry === undefined) {
    throw new Failure("nothing-to-do", {
      title: "There is nothing to try again",
      text: "Nothing of this run failed in a way that another try could mend.",
      advice: "Run the action again from Kitsu.",
    });
  }
  return perform(request, context, {
    action,
    read: (query, body) => replayCall(first, understandCall(query, body), { isReader, isRetry: true }),
    isGated: true,
    work: (given, left, begun) => execute(action, given, left, begun, context),
  });
}

/** Takes back what a run did: a run of its own, too, and the first one is marked. */
export async function dispatchUndo(request: Request, id: string, context: RequestContext): Promise<Response> {
  const { env, settings, ctx } = context;
  const { first, action, isReader } = await find(request, id, context);
  return perform(request, context, {
    action,
    read: (query, body) => replayCall(first, understandCall(query, body), { isReader, isRetry: false }),
    isGated: false,
    selected: first.selected,
    work: async (given) => {
      const { reply, undone } = await undoRun(action, given, first, env);
      if (undone !== undefined) ctx.waitUntil(writeSurely(env, settings, undone));
      return { reply };
    },
  });
}

/** Cancels, pauses or resumes a run that goes on. */
export async function dispatchControl(
  request: Request,
  id: string,
  what: Control,
  context: RequestContext,
): Promise<Response> {
  const { first, action, isReader } = await find(request, id, context);
  const response = await perform(request, context, {
    action,
    read: (query, body) => replayCall(first, understandCall(query, body), { isReader, isRetry: false }),
    isGated: false,
    selected: first.selected,
    work: async (given) => ({ reply: await controlRun(action, given, first, what, context) }),
  });
  // The button was pressed on the run's page, and that shows what comes of it.
  const query = new URLSearchParams(context.url.search);
  query.set("at", String(first.at));
  const location = `${context.base}/runs/${id}?${query}`;
  return response.ok && wantsPage(request) ? new Response(null, { status: 303, headers: { location } }) : response;
}

/** The run that is meant, and its action. */
async function find(
  request: Request,
  id: string,
  context: RequestContext,
): Promise<{ first: RunRecord; action: Action; isReader: boolean }> {
  const { env, settings, url } = context;
  checkOrigin(request, settings);
  const first = (await findRun(env, settings, id, readTime(url))).record;
  const isReader = (await hasKey(first, url)) || (await mayReadLog(request, context));
  return { first, action: findAction(first.action, settings), isReader };
}
