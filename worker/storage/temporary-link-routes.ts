// Temporary links by HTTP: a ticket and what became of it, the media of a preview, a text to save.
import { Failure } from "../failure.ts";
import { TICKET_LIFE_S } from "../launch/ticket.ts";
import type { RequestContext } from "../request/request-context.ts";
import { readExtension, streamPreview } from "../services/media.ts";
import type { Env } from "../settings/settings.ts";
import { getTemporaryLink, noAccount, plainName, type StoredTarget, type TicketState } from "./temporary-link.ts";
import { readTicketReport } from "./ticket-report.ts";

/** `/t/<token>`: the ticket, to the first who asks. */
export async function serveTicket(request: Request, token: string, { env }: RequestContext): Promise<Response> {
  // A HEAD, as link checkers send it, must not use the ticket up.
  if (request.method !== "GET") throw notAllowed("GET");
  const taken = isToken(token)
    ? await getTemporaryLink(env, token).take(
        request.headers.get("kitsu-person"),
        request.headers.get("kitsu-report") === "1",
      )
    : { state: "unknown" as const };
  if (taken.state !== "taken") throw refuseTicket(taken.state);
  return new Response(taken.json, { headers: { "content-type": "application/json", "cache-control": "no-store" } });
}

/** `/t/<token>/state`: what became of the ticket, for the page that waits. Whoever has the address may ask. */
export async function serveTicketState(token: string, { env }: RequestContext): Promise<Response> {
  const state: TicketState = isToken(token) ? await getTemporaryLink(env, token).look() : { state: "expired" };
  return Response.json(state, { headers: { "cache-control": "no-store" } });
}

/** `/t/<token>/report`: what became of the program, by the handler that took the ticket. */
export async function serveTicketReport(request: Request, token: string, { env }: RequestContext): Promise<Response> {
  const report = await readTicketReport(request);
  const noted = isToken(token) ? await getTemporaryLink(env, token).report(report) : "unknown";
  if (noted !== "noted") throw refuseTicket(noted);
  return new Response(null, { status: 204 });
}

/** `/media/<token>/<name>`: a preview's media, for players that have no session in Kitsu. */
export async function serveMedia(
  request: Request,
  token: string,
  { env, settings }: RequestContext,
): Promise<Response> {
  if (request.method !== "GET" && request.method !== "HEAD") throw notAllowed("GET, HEAD");
  const loan = await readTarget(env, token);
  if (loan?.kind !== "preview") throw linkExpired();
  const response = await streamPreview(
    loan,
    { ...settings, kitsuToken: settings.kitsuToken ?? throwNoAccount() },
    request,
  );
  return guard(response, `inline; filename="${plainName(loan.name)}.${readExtension(loan.extension)}"`);
}

/** `/files/<token>/<name>`: a text, to be saved. */
export async function serveFile(token: string, { env }: RequestContext): Promise<Response> {
  const loan = await readTarget(env, token);
  if (loan?.kind !== "file") throw linkExpired();
  const response = new Response(loan.text, { headers: { "content-type": `${loan.type}; charset=utf-8` } });
  return guard(response, `attachment; filename="${plainName(loan.name)}"`);
}

const isToken = (token: string) => /^[0-9a-f]{64}$/.test(token);

const readTarget = async (env: Env, token: string): Promise<StoredTarget | undefined> =>
  isToken(token) ? await getTemporaryLink(env, token).read() : undefined;

/** What others made, at our address: it may be looked at and saved, and never become a page of ours. */
function guard(response: Response, disposition: string): Response {
  const { headers } = response;
  headers.set("content-disposition", disposition);
  headers.set("x-content-type-options", "nosniff");
  headers.set("content-security-policy", "sandbox");
  headers.set("cache-control", "private, no-store");
  headers.set("referrer-policy", "no-referrer");
  return response;
}

function refuseTicket(state: "unknown" | "used" | "foreign"): Failure {
  const advice = "Run the action in Kitsu again.";
  switch (state) {
    case "unknown":
      return new Failure("ticket-unknown", {
        text: `A ticket is good for ${TICKET_LIFE_S} seconds. This one has expired, or never existed.`,
        advice,
      });
    case "used":
      return new Failure("ticket-used", { text: "A ticket is good once, and somebody has taken this one.", advice });
    case "foreign":
      return new Failure("ticket-foreign", { text: "This ticket belongs to someone else.", advice });
  }
}

const linkExpired = () =>
  new Failure("loan-over", {
    text: "This address was good for an hour. It has expired, or never existed.",
    advice: "Run the action in Kitsu again.",
  });

const notAllowed = (allow: string) =>
  new Failure("method-not-allowed", {
    title: "This can't be asked for that way",
    text: `It takes ${allow}.`,
    headers: { allow },
  });

function throwNoAccount(): never {
  throw noAccount();
}
