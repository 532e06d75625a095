// One run by HTTP: how it stands, or ended; and the way to make sure that it never runs.
import * as v from "valibot";
import { type Reply, RunId } from "../../contract.ts";
import { mayReadLog } from "../access/log-access.ts";
import { Failure } from "../failure.ts";
import { readFollowed } from "../long-run/long-run-routes.ts";
import { findRun } from "../long-run/run-lookup.ts";
import { renderLiveRun } from "../pages/live-run.ts";
import { renderRun, renderRunState } from "../pages/run-page.ts";
import { checkOrigin } from "../request/origin.ts";
import type { RequestContext } from "../request/request-context.ts";
import type { Env } from "../settings/settings.ts";
import { getRunCoordinator } from "../storage/run-coordinator.ts";
import { describeRun, linkRun, readAttempt, readTime } from "../storage/run-links.ts";
import { unknownRun } from "../storage/run-log.ts";
import type { RunPhase } from "../storage/run-phase.ts";
import { describePhase, nameAction, withoutNames } from "./public-state.ts";
import { answerCall, answerJson, wantsPage } from "./response.ts";

/**
 * `/runs/:id`: one run. Its id is the right to its state, as JSON from any origin, without a word that may be personal; all that is known of it is for
 * those who may read the log, on our own pages.
 */
export async function serveRun(request: Request, id: string, context: RequestContext): Promise<Response> {
  const { env, settings, base, url } = context;
  const key = url.searchParams.get("key");
  if (key !== null && wantsPage(request)) {
    const { run, reply } = await readFollowed(id, key, context);
    return renderLiveRun(run, reply, settings);
  }
  const isReader = await mayReadLog(request, context);
  const attempt = readAttempt(url);
  const known = await readState(env, id, attempt);
  const told = describePhase(known, settings);
  if (told instanceof Failure) throw told;
  if (told !== undefined) return answerState(request, context, id, known, told);
  if (known.state === "unknown" && attempt !== undefined) throw unknownRun(settings);
  if (known.state === "over" && known.reply.kind !== "started" && !isReader && !wantsPage(request)) {
    return answerState(request, context, id, known, known.reply);
  }
  const { record, followed } = await findRun(env, settings, id, readTime(url) ?? timeOf(known));
  if (followed !== undefined && isReader && wantsPage(request))
    return renderLiveRun(followed.run, followed.reply, settings);
  const state = withoutNames(record.reply, record.action, settings);
  const run = describeRun(base, record);
  const title = nameAction(record.action, settings);
  if (wantsPage(request) && !(isReader && url.searchParams.get("as") === "json")) {
    return isReader ? renderRun(record, title, run, settings) : renderRunState(record, state, title, run, settings);
  }
  const response = isReader ? Response.json({ ...record, run }) : answerJson(run, state);
  response.headers.set("cache-control", "no-store");
  return response;
}

/** `POST /runs/:id/void`: whoever lost a call makes sure that it is not run any more, and is told how the run stands where it was. */
export async function voidRun(request: Request, id: string, context: RequestContext): Promise<Response> {
  const { env, settings, url } = context;
  checkOrigin(request, settings);
  if (!v.is(RunId, id)) throw unknownRun(settings);
  const known = await getRunCoordinator(env, id).void(readAttempt(url) ?? "");
  if (known.state === "over") return answerState(request, context, id, known, known.reply);
  const told = describePhase(known, settings);
  if (told === undefined || told instanceof Failure) throw told ?? unknownRun(settings);
  return answerState(request, context, id, known, told);
}

async function readState(env: Env, id: string, attempt: string | undefined): Promise<RunPhase> {
  if (env.RUN_COORDINATORS === undefined || !v.is(RunId, id)) return { state: "unknown" };
  return getRunCoordinator(env, id).state(attempt);
}

const timeOf = (known: RunPhase) => ("at" in known ? known.at : undefined);

function answerState(
  request: Request,
  { base, settings }: RequestContext,
  id: string,
  known: RunPhase,
  reply: Reply,
): Response {
  const at = timeOf(known) ?? Date.now();
  const run = { ...linkRun(base, id, at), ...(known.state === "over" && known.offers) };
  return answerCall(request, { run, reply }, settings);
}
