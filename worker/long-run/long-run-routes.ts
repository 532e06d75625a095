// A run that goes on, from outside: how it stands, what can be done to it, and what a studio's own server reports of it.

import { Webhook } from "standardwebhooks";
import * as v from "valibot";
import { parseResponse, type Reply, RunId, WIRE_VERSION } from "../../contract.ts";
import type { Action, ActionContext, Control } from "../action/action.ts";
import { supervises } from "../action/authorize.ts";
import { Failure, restoreFailure } from "../failure.ts";
import { sha256Hex } from "../format/hex.ts";
import { readText } from "../request/body.ts";
import type { RequestContext } from "../request/request-context.ts";
import { isTooMuch } from "../services/json.ts";
import { getRunCoordinator } from "../storage/run-coordinator.ts";
import { describeRun, readTime } from "../storage/run-links.ts";
import type { RunRecord } from "../storage/run-record.ts";
import type { ReportState } from "./progress-report.ts";
import { findRun, findRunRecord, getLongRun } from "./run-lookup.ts";
import type { RunAnswer } from "./watch.ts";

/** How old a report may be when it arrives is for the library to say: five minutes. */
const Signed = v.object({
  "webhook-id": v.pipe(v.string(), v.minLength(1), v.maxLength(200)),
  "webhook-timestamp": v.pipe(v.string(), v.regex(/^\d{1,12}$/)),
  "webhook-signature": v.string(),
});

/** `/runs/:id/follow`: how the run stands, once as JSON, or by a WebSocket from now on. Its address is the right to know. */
export async function serveFollow(request: Request, id: string, context: RequestContext): Promise<Response> {
  const answer = await readFollowed(id, context.url.searchParams.get("key") ?? "", context);
  if (request.headers.get("upgrade")?.toLowerCase() === "websocket" && answer.reply.kind === "started") {
    const { webSocket } = await getLongRun(context.env, id).fetch(request);
    // Anew, for headers are added to every answer, and those of an object's can't be changed.
    return new Response(null, { status: 101, webSocket });
  }
  return Response.json(answer, { headers: { "cache-control": "no-store" } });
}

/** `/runs/:id/picture`: the newest thing to look at, which the browser itself can't reach. */
export async function servePicture(id: string, { env, url }: RequestContext): Promise<Response> {
  const picture = v.is(RunId, id) ? await getLongRun(env, id).picture(url.searchParams.get("key") ?? "") : undefined;
  if (picture === undefined)
    throw new Failure("loan-over", { text: "There is no picture of this run, or not any more." });
  return new Response(picture.body, picture);
}

/** How a run stands, or how it ended, for whoever has its key: with it they may try again what failed. */
export async function readFollowed(id: string, key: string, context: RequestContext): Promise<RunAnswer> {
  const living = v.is(RunId, id) ? await getLongRun(context.env, id).read(key) : undefined;
  const { run, ...followed } = living ?? (await readEnd(id, key, context));
  return { ...followed, run: { ...run, ...(run.retry !== undefined && { retry: `${run.retry}&key=${key}` }) } };
}

/** How it ended, when the run itself has forgotten: the log knows whose key it was. */
async function readEnd(id: string, key: string, { env, settings, base, url }: RequestContext): Promise<RunAnswer> {
  const record = await findRunRecord(env, settings, id, readTime(url));
  if (record.follow === undefined || record.follow !== (await hashKey(key))) {
    throw new Failure("unknown-run", { text: "There is no such run, or it can't be followed by this address." });
  }
  return { version: WIRE_VERSION, run: describeRun(base, record), reply: record.reply };
}

/** Whoever has the key of a run acts for the person it was given to. */
export const hasKey = async ({ follow }: RunRecord, { searchParams }: URL) =>
  follow !== undefined && follow === (await hashKey(searchParams.get("key") ?? ""));

/** What the log keeps of the key: enough to know it again. */
export const hashKey = (key: string): Promise<string> => sha256Hex(key);

const SAID: Record<Control, string> = { cancel: "Canceling", pause: "Pausing", resume: "Resumed" };

/** By the person whose run it is, or by who is set over its projects. */
export async function controlRun(
  action: Action,
  actionContext: ActionContext,
  first: RunRecord,
  what: Control,
  { env }: RequestContext,
): Promise<Reply> {
  if (actionContext.person.id !== first.person?.id && !(await supervises(action, actionContext))) {
    throw new Failure("not-allowed", {
      title: "This is another person's run",
      text: `Only ${first.person?.name ?? "who ran it"}, and the supervisors of its projects, may do this.`,
    });
  }
  const by = actionContext.person.id === first.person?.id ? undefined : actionContext.person.name;
  const reply = await getLongRun(env, first.id).control(what, first.at, by);
  if (reply.kind === "failed") throw restoreFailure(reply);
  return { kind: "done", severity: "info", title: SAID[what], text: reply.text };
}

/** `POST /runs/:id/progress`: a Reply, `started` with its progress or how it ended, signed as the calls are that we send to that server. */
export async function serveReport(request: Request, id: string, context: RequestContext): Promise<Response> {
  const { env, settings } = context;
  const body = await readText(request);
  const { action, reply: before } = await findReported(id, context);
  const secret = settings.forwardTargets.find((target) => target.id === action)?.secret;
  const signed = v.safeParse(Signed, Object.fromEntries(request.headers));
  // The secret is the server's, for all of its runs: that it is this one which is meant, the id says, which is signed, too.
  const isMeant = signed.success && signed.output["webhook-id"].startsWith(id);
  if (!isMeant || secret === undefined || !isSigned(secret, body, signed.output)) {
    throw new Failure("signature-refused", {
      text: "The report is not signed as it must be, or is older than five minutes.",
      advice: `Sign it with the secret of "${action}", after the Standard Webhooks specification, with a webhook-id that begins with the run's id.`,
    });
  }
  const heard = isTooMuch(body) ? undefined : parseResponse(200, "application/json", body);
  if (heard?.kind !== "reply" || heard.reply.kind === "ask") {
    throw new Failure("invalid-call", {
      text: "The report is no reply of the kind started, done or failed.",
      field: "body",
    });
  }
  const at = Number(signed.output["webhook-timestamp"]);
  const state = await getLongRun(env, id).report(action, signed.output["webhook-id"], at, heard.reply);
  if (state === "taken") return Response.json({ accepted: true });
  // What has ended is known by the log alone after a while.
  throw refuseReport(state === "early" && (before.kind === "done" || before.kind === "failed") ? "over" : state);
}

/** A server may be faster than the worker, which writes a run down after its answer. */
async function findReported(id: string, { env, settings, url }: RequestContext): Promise<RunRecord> {
  try {
    return (await findRun(env, settings, id, readTime(url))).record;
  } catch (thrown) {
    const isUnknown = thrown instanceof Failure && thrown.code === "unknown-run" && v.is(RunId, id);
    if (isUnknown && (await getRunCoordinator(env, id).state()).state === "running") throw refuseReport("early");
    throw thrown;
  }
}

function refuseReport(state: Exclude<ReportState, "taken">): Failure {
  switch (state) {
    case "early":
      return new Failure("report-early", {
        text: "The run is not known to go on yet: its answer has not arrived, or not been written down.",
        advice: "Send the same report again in a second.",
        retry: true,
      });
    case "stale":
      return new Failure("report-refused", {
        text: "This was reported before, or is older than what is known.",
        advice: "Give each report a webhook-id of its own, and a newer time than the one before.",
      });
    case "over":
      return new Failure("run-over", {
        text: "The run has ended: nothing more is taken for it.",
        advice: "Stop reporting.",
      });
  }
}

function isSigned(secret: string, body: string, headers: Record<string, string>): boolean {
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch {
    return false;
  }
}
