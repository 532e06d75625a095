// One run by HTTP: how it stands, or ended; and the way to make sure that it never runs.
import * as v from "valibot";
import { type Reply, RunId } from "../../contract.ts";
import { mayReadLog } from "../access/log-access.ts";
import { Failure } from "../failure.ts";
import { readFollowed } from "../long-run/long-run-routes.ts";
import { findNow } from "../long-run/run-lookup.ts";
import { renderGoing } from "../pages/live-run.ts";
import { renderRun, renderRunState } from "../pages/run-page.ts";
import { checkOrigin } from "../request/origin.ts";
import type { Scene } from "../request/request-context.ts";
import type { Env } from "../settings/settings.ts";
import { meetConversation } from "../storage/run-coordinator.ts";
import { offerAgain, readAttempt, readTime, runAt } from "../storage/run-links.ts";
import { unknownRun } from "../storage/run-log.ts";
import type { RunState } from "../storage/run-phase.ts";
import { describeState, nameAction, withoutNames } from "./public-state.ts";
import { answerCall, answerJson, wantsPage } from "./response.ts";

/**
 * `/runs/:id`: one run. Its id is the right to its state, as JSON from any origin, without a word that may be personal; all that is known of it is for
 * those who may read the log, on our own pages.
 */
export async function serveRun(request: Request, id: string, scene: Scene): Promise<Response> {
  const { env, settings, base, url } = scene;
  const key = url.searchParams.get("key");
  if (key !== null && wantsPage(request)) {
    const { run, reply } = await readFollowed(id, key, scene);
    return renderGoing(run, reply, settings);
  }
  const isReader = await mayReadLog(request, scene);
  const attempt = readAttempt(url);
  const known = await readState(env, id, attempt);
  const told = describeState(known, settings);
  if (told instanceof Failure) throw told;
  if (told !== undefined) return answerState(request, scene, id, known, told);
  if (known.state === "unknown" && attempt !== undefined) throw unknownRun(settings);
  if (known.state === "over" && known.reply.kind !== "started" && !isReader && !wantsPage(request)) {
    return answerState(request, scene, id, known, known.reply);
  }
  const { recorded, followed } = await findNow(env, settings, id, readTime(url) ?? timeOf(known));
  if (followed !== undefined && isReader && wantsPage(request)) return renderGoing(followed.run, followed.reply, settings);
  const state = withoutNames(recorded.reply, recorded.action, settings);
  const run = offerAgain(base, recorded);
  const title = nameAction(recorded.action, settings);
  if (wantsPage(request) && !(isReader && url.searchParams.get("as") === "json")) {
    return isReader ? renderRun(recorded, title, run, settings) : renderRunState(recorded, state, title, run, settings);
  }
  const response = isReader ? Response.json({ ...recorded, run }) : answerJson(run, state);
  response.headers.set("cache-control", "no-store");
  return response;
}

/** `POST /runs/:id/void`: whoever lost a call makes sure that it is not run any more, and is told how the run stands where it was. */
export async function voidRun(request: Request, id: string, scene: Scene): Promise<Response> {
  const { env, settings, url } = scene;
  checkOrigin(request, settings);
  if (!v.is(RunId, id)) throw unknownRun(settings);
  const known = await meetConversation(env, id).void(readAttempt(url) ?? "");
  if (known.state === "over") return answerState(request, scene, id, known, known.reply);
  const told = describeState(known, settings);
  if (told === undefined || told instanceof Failure) throw told ?? unknownRun(settings);
  return answerState(request, scene, id, known, told);
}

async function readState(env: Env, id: string, attempt: string | undefined): Promise<RunState> {
  if (env.CONVERSATIONS === undefined || !v.is(RunId, id)) return { state: "unknown" };
  return meetConversation(env, id).state(attempt);
}

const timeOf = (known: RunState) => ("at" in known ? known.at : undefined);

function answerState(request: Request, { base, settings }: Scene, id: string, known: RunState, reply: Reply): Response {
  const at = timeOf(known) ?? Date.now();
  const run = { ...runAt(base, id, at), ...(known.state === "over" && known.offers) };
  return answerCall(request, { run, reply }, settings);
}
