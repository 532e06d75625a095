// What is done about an earlier run: it is tried again, taken back, canceled, paused or resumed. Each is a call with the same steps as any other.

import { mayReadLog } from "../access/log-access.ts";
import type { Action, Control } from "../action/action.ts";
import { findAction } from "../actions/index.ts";
import { Failure } from "../failure.ts";
import { controlRun, hasKey } from "../long-run/long-run-routes.ts";
import { findNow } from "../long-run/run-lookup.ts";
import { understandCall } from "../request/call.ts";
import { checkOrigin } from "../request/origin.ts";
import type { Scene } from "../request/request-context.ts";
import { offerAgain, readTime } from "../storage/run-links.ts";
import type { Recorded } from "../storage/run-record.ts";
import { perform } from "./dispatch.ts";
import { converse } from "./execute.ts";
import { repeatCall } from "./replay-call.ts";
import { wantsPage } from "./response.ts";
import { recordSurely } from "./run-recorder.ts";
import { undoRun } from "./undo.ts";

/** Runs the action of an earlier run again, for the tasks that failed: a run of its own. */
export async function dispatchRetry(request: Request, id: string, scene: Scene): Promise<Response> {
  const { first, action, isReader } = await find(request, id, scene);
  if (first.reply.kind === "started") {
    throw new Failure("already-submitted", { text: "It is still running. You can retry what fails when it has finished." });
  }
  if (offerAgain(scene.base, first).retry === undefined) {
    throw new Failure("nothing-to-do", {
      title: "There is nothing to try again",
      text: "Nothing of this run failed in a way that another try could mend.",
      advice: "Run the action again from Kitsu.",
    });
  }
  return perform(request, scene, {
    action,
    read: (query, body) => repeatCall(first, understandCall(query, body), { isReader, isRetry: true }),
    isGated: true,
    work: (given, left, begun) => converse(action, given, left, begun, scene),
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
    selected: first.selected,
    work: async (given) => {
      const { reply, undone } = await undoRun(action, given, first, env);
      if (undone !== undefined) ctx.waitUntil(recordSurely(env, settings, undone));
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
    selected: first.selected,
    work: async (given) => ({ reply: await controlRun(action, given, first, what, scene) }),
  });
  // The button was pressed on the run's page, and that shows what comes of it.
  const query = new URLSearchParams(scene.url.search);
  query.set("at", String(first.at));
  const location = `${scene.base}/runs/${id}?${query}`;
  return response.ok && wantsPage(request) ? new Response(null, { status: 303, headers: { location } }) : response;
}

/** The run that is meant, and its action. */
async function find(request: Request, id: string, scene: Scene): Promise<{ first: Recorded; action: Action; isReader: boolean }> {
  const { env, settings, url } = scene;
  checkOrigin(request, settings);
  const first = (await findNow(env, settings, id, readTime(url))).recorded;
  const isReader = (await hasKey(first, url)) || (await mayReadLog(request, scene));
  return { first, action: findAction(first.action, settings), isReader };
}
