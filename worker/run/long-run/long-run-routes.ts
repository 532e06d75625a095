// The HTTP routes of a long run: follow it, see its picture, report its progress.
import * as v from "valibot";
import { RunId } from "../../../contract.ts";
import { Failure } from "../../format/failure.ts";
import { sha256Hex } from "../../format/hex.ts";
import { localize } from "../../format/localize.ts";
import { joinSentences, message, type Text } from "../../format/message.ts";
import { localizeAnswer } from "../../format/reply.ts";
import { readText } from "../../request/body.ts";
import type { RequestContext } from "../../request/request-context.ts";
import { checkSignature } from "../../request/signed-request.ts";
import { exceedsJsonLimits } from "../../services/http.ts";
import { addProblem, readServerAnswer, type ServerAnswer } from "../../services/server-answer.ts";
import { getRunCoordinator } from "../../storage/run-coordinator.ts";
import { describeRun, readTime } from "../../storage/run-links.ts";
import type { RunRecord } from "../../storage/run-record.ts";
import type { RunAnswer } from "./long-run-state.ts";
import type { ReportState } from "./progress-report.ts";
import { dropUsedOffers, findLiveRun, findRun, findRunRecord, getLongRun } from "./run-lookup.ts";

/**
 * `GET /runs/:id/follow`: the run's answer, once as JSON or continuously by WebSocket. The key in
 * the URL gives access.
 */
export async function serveFollow(request: Request, id: string, context: RequestContext): Promise<Response> {
  if (request.headers.get("upgrade")?.toLowerCase() === "websocket" && v.is(RunId, id)) {
    const { webSocket } = await getLongRun(context.env, id).fetch(request);
    // A new response, because the headers of a Durable Object's response can't be changed.
    if (webSocket !== null) return new Response(null, { status: 101, webSocket });
  }
  // A run that has ended, or is unknown, has no socket.
  const answer = await readRunAnswer(id, context.url.searchParams.get("key") ?? "", context);
  return Response.json(localizeAnswer(answer, context.reader, context.base), {
    headers: { "cache-control": "no-store" },
  });
}

/** `GET /runs/:id/picture`: the newest picture, for browsers that can't reach the farm. */
export async function servePicture(id: string, { env, url }: RequestContext): Promise<Response> {
  const picture = v.is(RunId, id) ? await getLongRun(env, id).picture(url.searchParams.get("key") ?? "") : undefined;
  if (picture === undefined) throw new Failure("loan-over", { text: message("longRun.noPicture") });
  return new Response(picture.body, picture);
}

/** The answer of a run that is running or has ended. The key also allows retrying what failed. */
export async function readRunAnswer(id: string, key: string, context: RequestContext): Promise<RunAnswer> {
  const live = v.is(RunId, id) ? await getLongRun(context.env, id).read(key) : undefined;
  const { run: offered, ...answer } = live ?? (await readEndedRun(id, key, context));
  const run = await dropUsedOffers(context.env, offered);
  return { ...answer, run: { ...run, ...(run.retry !== undefined && { retry: `${run.retry}&key=${key}` }) } };
}

/** After the long run has deleted itself, the log has how it ended, and the hash of its key. */
async function readEndedRun(id: string, key: string, { env, settings, base, url }: RequestContext): Promise<RunAnswer> {
  const record = await findRunRecord(env, settings, id, readTime(url));
  if (record.follow === undefined || record.follow !== (await hashKey(key))) {
    throw new Failure("unknown-run", { text: message("longRun.noAccess") });
  }
  return { run: describeRun(base, record), reply: record.reply, undone: record.undone };
}

/** Anyone who has a run's key acts for its owner. */
export const hasKey = async ({ follow }: RunRecord, { searchParams }: URL) =>
  follow !== undefined && follow === (await hashKey(searchParams.get("key") ?? ""));

/** The log stores only the hash of a key. */
export const hashKey = (key: string): Promise<string> => sha256Hex(key);

/**
 * `POST /runs/:id/progress`: a studio's server reports with a Reply how far the run is or how it
 * ended. The report is signed like the calls that we send to that server.
 */
export async function serveReport(request: Request, id: string, context: RequestContext): Promise<Response> {
  const { env, settings } = context;
  const body = await readText(request);
  const { action, reply: before } = await findReportedRun(id, context);
  const target = settings.forwardTargets.find((one) => one.id === action);
  const signed = await checkSignature(request, body, { secret: target?.secret, run: id, action });
  const { reply, offers, problem } = readReport(target?.title ?? action, body);
  const state = await getLongRun(env, id).report(action, { ...signed, reply: addProblem(reply, problem), ...offers });
  if (state === "taken")
    return Response.json({ accepted: true, problem: problem && localize(problem, context.reader) });
  // Some time after its end, only the log has the run.
  throw refuseReport(state === "early" && (before.kind === "done" || before.kind === "failed") ? "over" : state);
}

/** Throws a Failure that says what is wrong if it is no reply, or a question. */
function readReport(server: Text, body: string): Extract<ServerAnswer, { kind: "reply" }> {
  const parsed = exceedsJsonLimits(body) ? undefined : readServerAnswer(server, 200, "application/json", body);
  if (parsed?.kind === "reply" && parsed.reply.kind !== "ask") return parsed;
  throw new Failure("invalid-call", {
    text: joinSentences([
      message("longRun.notReport", { kinds: ['"started"', '"done"', '"failed"'] }),
      parsed?.kind === "unreadable" && message("target.unreadableReply", { server, problem: parsed.problem }),
    ]),
    field: "body",
  });
}

/** A server may report before the worker has stored the run, which happens after its answer. */
async function findReportedRun(id: string, { env, settings, url }: RequestContext): Promise<RunRecord> {
  try {
    const found = (await findLiveRun(env, id, readTime(url))) ?? (await findRun(env, settings, id, readTime(url)));
    return found.record;
  } catch (thrown) {
    const isUnknown = thrown instanceof Failure && thrown.code === "unknown-run" && v.is(RunId, id);
    if (isUnknown && (await getRunCoordinator(env, id).readPhase()).state === "running") throw refuseReport("early");
    throw thrown;
  }
}

function refuseReport(state: Exclude<ReportState, "taken">): Failure {
  switch (state) {
    case "early":
      return new Failure("report-early", {
        text: message("longRun.reportEarly"),
        advice: message("longRun.reportAgain"),
        retry: true,
      });
    case "stale":
      return new Failure("report-refused", {
        text: message("longRun.reportStale"),
        advice: message("longRun.numberReports"),
      });
    case "over":
      return new Failure("run-over", {
        text: message("longRun.noMoreReports"),
        advice: message("longRun.stopReporting"),
      });
  }
}
