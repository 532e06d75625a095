// The HTTP routes of one run: its page or state, and declaring it void.
import * as v from "valibot";
import { RunId } from "../../contract.ts";
import { mayReadLog } from "../access/log-access.ts";
import { Failure } from "../format/failure.ts";
import { localizeReply, localizeRun, type Reply, showReply } from "../format/reply.ts";
import { renderLiveRun } from "../pages/live-run.ts";
import { renderRun, renderRunState } from "../pages/run-page.ts";
import { checkOrigin } from "../request/origin.ts";
import type { RequestContext } from "../request/request-context.ts";
import type { Env } from "../settings/settings.ts";
import { getRunCoordinator } from "../storage/run-coordinator.ts";
import { describeRun, linkRun, readAttempt, readTime } from "../storage/run-links.ts";
import { unknownRun } from "../storage/run-log.ts";
import type { RunPhase } from "../storage/run-phase.ts";
import type { RunRecord } from "../storage/run-record.ts";
import { localizeRecord } from "./localize-record.ts";
import { readRunAnswer } from "./long-run/long-run-routes.ts";
import type { RunAnswer } from "./long-run/long-run-state.ts";
import { dropUsedOffers, findRun } from "./long-run/run-lookup.ts";
import { nameAction, redactReply, replyForPhase } from "./public-state.ts";
import { answerCall, answerJson, wantsPage } from "./response.ts";

/**
 * `GET /runs/:id`: one run. Anyone who has its id may read its state as JSON, from any origin and
 * without personal data. The complete record is only for readers of the log, on our own pages.
 */
export async function serveRun(request: Request, id: string, context: RequestContext): Promise<Response> {
  const { env, settings, url } = context;
  const key = url.searchParams.get("key");
  if (key !== null && wantsPage(request)) {
    const { run, reply, undone } = await readRunAnswer(id, key, context);
    const undo = run.undo && { ...run.undo, url: `${run.undo.url}&key=${key}` };
    return renderLive({ run: { ...run, undo }, reply, undone }, context);
  }
  const isReader = await mayReadLog(request, context);
  const attempt = readAttempt(url);
  const phase = await readPhase(env, id, attempt);
  const reply = replyForPhase(phase, settings);
  if (reply instanceof Failure) throw reply;
  if (reply !== undefined) return answerPhase(request, context, id, phase, reply);
  if (phase.state === "unknown" && attempt !== undefined) throw unknownRun(settings);
  if (phase.state === "over" && phase.reply.kind !== "started" && !isReader && !wantsPage(request)) {
    return answerPhase(request, context, id, phase, phase.reply);
  }
  const { record, answer } = await findRun(env, settings, id, readTime(url) ?? startTimeOf(phase));
  // Once it has ended, readers see all of its record, and can repeat its call.
  if (answer?.reply.kind === "started" && isReader && wantsPage(request)) {
    return renderLive({ ...answer, run: await dropUsedOffers(env, answer.run) }, context);
  }
  return answerRecord(request, context, record, isReader);
}

function renderLive({ run, reply, undone }: RunAnswer, context: RequestContext): Response {
  const { reader, base } = context;
  const undoneAs = undone && { ...undone, reply: localizeReply(undone.reply, reader) };
  return renderLiveRun(localizeRun(run, reader), showReply(reply, reader, base), undoneAs, context);
}

async function answerRecord(
  request: Request,
  context: RequestContext,
  record: RunRecord,
  isReader: boolean,
): Promise<Response> {
  const { env, settings, base, url, reader } = context;
  const publicReply = redactReply(record.reply, record.action, settings);
  const run = await dropUsedOffers(env, describeRun(base, record));
  const title = nameAction(record.action, settings);
  if (wantsPage(request) && !(isReader && url.searchParams.get("as") === "json")) {
    return isReader
      ? renderRun(record, title, localizeRun(run, reader), context)
      : renderRunState(record, showReply(publicReply, reader, base), title, localizeRun(run, reader), context);
  }
  const response = isReader
    ? Response.json({ ...localizeRecord(record, context), run: localizeRun(run, reader) })
    : answerJson({ run, reply: publicReply }, context);
  response.headers.set("cache-control", "no-store");
  return response;
}

/**
 * `POST /runs/:id/void`: makes sure that a call whose answer was lost never runs. If it ran
 * already, answers with the outcome.
 */
export async function voidAttempt(request: Request, id: string, context: RequestContext): Promise<Response> {
  const { env, settings, url } = context;
  checkOrigin(request, context);
  if (!v.is(RunId, id)) throw unknownRun(settings);
  const phase = await getRunCoordinator(env, id).voidAttempt(readAttempt(url) ?? "");
  if (phase.state === "over") return answerPhase(request, context, id, phase, phase.reply);
  const reply = replyForPhase(phase, settings);
  if (reply === undefined || reply instanceof Failure) throw reply ?? unknownRun(settings);
  return answerPhase(request, context, id, phase, reply);
}

async function readPhase(env: Env, id: string, attempt: string | undefined): Promise<RunPhase> {
  if (env.RUN_COORDINATORS === undefined || !v.is(RunId, id)) return { state: "unknown" };
  return getRunCoordinator(env, id).readPhase(attempt);
}

const startTimeOf = (phase: RunPhase) => ("at" in phase ? phase.at : undefined);

async function answerPhase(
  request: Request,
  context: RequestContext,
  id: string,
  phase: RunPhase,
  reply: Reply,
): Promise<Response> {
  const at = startTimeOf(phase) ?? Date.now();
  const offered = { ...linkRun(context.base, id, at), ...(phase.state === "over" && phase.offers) };
  const run = await dropUsedOffers(context.env, offered);
  // Reading the state of a run that failed does not fail.
  return answerCall(request, { run, reply }, context, { status: reply.kind === "started" ? 202 : 200 });
}
