// The HTTP routes of temporary links: a ticket and its state, a preview's media, a file, tasks.
import { type TicketState, WIRE_VERSION } from "../../contract.ts";
import { Failure } from "../format/failure.ts";
import { message } from "../format/message.ts";
import { TICKET_LIFE_S } from "../launch/ticket.ts";
import type { RequestContext } from "../request/request-context.ts";
import { checkSignature } from "../request/signed-request.ts";
import { methodNotAllowed } from "../request/unknown-route.ts";
import { readExtension, streamPreview } from "../services/media.ts";
import type { Env } from "../settings/settings.ts";
import { getTemporaryLink, linkTasks, noBotAccount, type StoredTarget, toSafeFileName } from "./temporary-link.ts";
import { readTicketReport } from "./ticket-report.ts";

/** `GET /t/<token>`: the ticket, for the first caller. */
export async function serveTicket(request: Request, token: string, { env }: RequestContext): Promise<Response> {
  // Link checkers send HEAD, which must not use the ticket up.
  if (request.method !== "GET") throw methodNotAllowed(["GET"]);
  const [email, willReport] = [request.headers.get("kitsu-person"), request.headers.get("kitsu-report") === "1"];
  const answer = isToken(token)
    ? await getTemporaryLink(env, token).takeTicket(email, willReport)
    : { state: "unknown" as const };
  if (answer.state !== "taken") throw refuseTicket(answer.state);
  return new Response(answer.json, { headers: { "content-type": "application/json", "cache-control": "no-store" } });
}

/** `GET /t/<token>/state`: the state of a ticket, for anyone who has the URL. */
export async function serveTicketState(token: string, { env }: RequestContext): Promise<Response> {
  const state: TicketState = isToken(token)
    ? await getTemporaryLink(env, token).readTicketState()
    : { state: "expired" };
  return Response.json(state, { headers: { "cache-control": "no-store" } });
}

/** `POST /t/<token>/report`: what became of the program, from the handler that took the ticket. */
export async function serveTicketReport(request: Request, token: string, { env }: RequestContext): Promise<Response> {
  const report = await readTicketReport(request);
  const state = isToken(token) ? await getTemporaryLink(env, token).reportOutcome(report) : "unknown";
  if (state !== "noted") throw refuseTicket(state);
  return new Response(null, { status: 204 });
}

/** `/media/<token>/<name>`: a preview's media, for players that have no session in Kitsu. */
export async function serveMedia(
  request: Request,
  token: string,
  { env, settings }: RequestContext,
): Promise<Response> {
  if (request.method !== "GET" && request.method !== "HEAD") throw methodNotAllowed(["GET", "HEAD"]);
  const target = await readTarget(env, token);
  if (target?.kind !== "preview") throw linkExpired();
  const { kitsuToken } = settings;
  if (kitsuToken === undefined) throw noBotAccount();
  const response = await streamPreview(target, { ...settings, kitsuToken }, request);
  return sandbox(response, `inline; filename="${toSafeFileName(target.name)}.${readExtension(target.extension)}"`);
}

/** `/files/<token>/<name>`: a text file to download. */
export async function serveFile(token: string, { env }: RequestContext): Promise<Response> {
  const target = await readTarget(env, token);
  if (target?.kind !== "file") throw linkExpired();
  const response = new Response(target.text, { headers: { "content-type": `${target.type}; charset=utf-8` } });
  return sandbox(response, `attachment; filename="${toSafeFileName(target.name)}"`);
}

/**
 * `GET /tasks/<token>/<page>`: tasks of a forwarded call, for the server that got the call. It has
 * to sign the request.
 */
export async function serveTasks(
  request: Request,
  token: string,
  page: string,
  { env, settings, base }: RequestContext,
): Promise<Response> {
  const index = /^\d{1,4}$/.test(page) && isToken(token) ? Number(page) : undefined;
  const found = index === undefined ? undefined : await getTemporaryLink(env, token).readTasks(index);
  if (index === undefined || found === undefined) throw linkExpired();
  const { json, isLast, action, run } = found;
  const secret = settings.forwardTargets.find((target) => target.id === action)?.secret;
  await checkSignature(request, "", { secret, run, action });
  const next = isLast ? "" : `,"next":${JSON.stringify(linkTasks(base, token, index + 1))}`;
  return new Response(`{"version":${WIRE_VERSION},"tasks":${json}${next}}`, {
    headers: { "content-type": "application/json", "cache-control": "no-store" },
  });
}

const isToken = (token: string) => /^[0-9a-f]{64}$/.test(token);

const readTarget = async (env: Env, token: string): Promise<StoredTarget | undefined> =>
  isToken(token) ? await getTemporaryLink(env, token).readTarget() : undefined;

/** Other people made this content: it may be viewed and saved, but not act as our origin. */
function sandbox(response: Response, disposition: string): Response {
  const { headers } = response;
  headers.set("content-disposition", disposition);
  headers.set("x-content-type-options", "nosniff");
  headers.set("content-security-policy", "sandbox");
  headers.set("cache-control", "private, no-store");
  headers.set("referrer-policy", "no-referrer");
  return response;
}

function refuseTicket(state: "unknown" | "used" | "foreign"): Failure {
  const advice = message("storage.runAgain");
  switch (state) {
    case "unknown":
      return new Failure("ticket-unknown", {
        text: message("storage.ticketUnknown", { seconds: TICKET_LIFE_S }),
        advice,
      });
    case "used":
      return new Failure("ticket-used", { text: message("storage.ticketUsed"), advice });
    case "foreign":
      return new Failure("ticket-foreign", { text: message("storage.ticketForeign"), advice });
  }
}

const linkExpired = () =>
  new Failure("loan-over", {
    text: message("storage.linkExpired"),
    advice: message("storage.runAgain"),
  });
