// A Reply as the response the caller can use: JSON for AJAX, a page for a form, with an honest HTTP status for both.
import { type Answer, type Done, isOpenable, type Reply, type Run, WIRE_VERSION } from "../contract.ts";
import { describeCause, type Failure } from "./failure.ts";
import { html } from "./pages/html.ts";
import { renderPage } from "./pages/layout.ts";
import { renderReply } from "./pages/reply.ts";
import type { Settings } from "./settings.ts";

/** What is said: with the run it is about, if there is one. */
export type Said = { run?: Run | undefined; reply: Reply };

/**
 * @param failure what the reply was made from, where it is a failed one
 * @param path the page in Kitsu the person came from
 */
export function answerCall(
  request: Request,
  { run, reply: raw }: Said,
  settings: Settings,
  failure?: Failure,
  path?: string,
): Response {
  const reply = keepOpenable(raw, settings.schemes);
  const status = failure?.status ?? (reply.kind === "started" ? 202 : reply.kind === "failed" ? 502 : 200);
  const response = wantsPage(request) ? answerPage(run, reply, status, settings, path) : answerJson(run, shorten(reply), status);
  for (const [name, value] of Object.entries(failure?.headers ?? {})) response.headers.set(name, value);
  return response;
}

/** A failure with no run to speak of: refused before there was one, or while a page was made. */
export function answerFailure(request: Request, failure: Failure, settings: Settings | undefined): Response {
  const cause = describeCause(failure.cause);
  if (failure.code === "internal-error") console.error(JSON.stringify({ message: "A request failed", url: request.url, cause }));
  if (settings !== undefined) return answerCall(request, { reply: failure.reply }, settings, failure);
  return answerJson(undefined, failure.reply, failure.status);
}

/** More tables than these are for a page. */
const TOAST_TABLES_MAX = 8;

/** A toast has no room for a document, and for so many tables only. */
function shorten(reply: Reply): Reply {
  if (reply.kind !== "done") return reply;
  const { document, tables = [], ...rest } = reply;
  const notes = [
    rest.text,
    document !== undefined && "Run the action as a form to see it.",
    tables.length > TOAST_TABLES_MAX && `${tables.length - TOAST_TABLES_MAX} more tables are on the page.`,
  ];
  if (document === undefined && tables.length <= TOAST_TABLES_MAX) return reply;
  return {
    ...rest,
    ...(tables.length > 0 && { tables: tables.slice(0, TOAST_TABLES_MAX) }),
    text: notes.filter(Boolean).join(" "),
  };
}

/** The wire, as JSON. */
export function answerJson(run: Run | undefined, reply: Reply, status = 200): Response {
  const answer: Answer = { version: WIRE_VERSION, ...(run && { run }), reply };
  return new Response(JSON.stringify(answer), {
    status,
    headers: { "content-type": "application/json", "cache-control": "no-store" },
  });
}

function answerPage(run: Run | undefined, reply: Reply, status: number, settings: Settings, path = ""): Response {
  const destination = reply.kind === "done" ? findDestination(reply) : undefined;
  if (destination !== undefined)
    return new Response(null, { status: 303, headers: { location: destination, "cache-control": "no-store" } });
  return renderPage({
    title: reply.title,
    body: html`${renderReply(reply)}
${run && html`<footer class="run">Run <a href="${run.url}"><code>${run.id}</code></a></footer>`}`,
    kitsuUrl: `${settings.kitsuUrls[0] ?? ""}${path.startsWith("/") ? path : ""}`,
    basePath: settings.basePath,
    status,
    hasDocument: reply.kind === "done" && reply.document !== undefined,
  });
}

/** A form's own tab goes where the reply opens, unless there is more to read than that. */
function findDestination({ severity, effects, outcomes, tables, charts, document }: Done): string | undefined {
  const [effect, another] = effects ?? [];
  if (effect?.kind !== "open" || another !== undefined || severity !== "success") return undefined;
  return outcomes?.length || tables?.length || charts?.length || document !== undefined ? undefined : effect.url;
}

/** Does a person look at this answer in a tab of its own? A form and a followed link say so; Kitsu's AJAX takes anything. */
export function wantsPage(request: Request): boolean {
  const accept = request.headers.get("accept") ?? "";
  if (accept.includes("text/html")) return true;
  if (accept.includes("json")) return false;
  return /^(application\/x-www-form-urlencoded|multipart\/form-data)/i.test(request.headers.get("content-type") ?? "");
}

/** The reply without the URLs that may not be opened. Says so, for otherwise nobody would know why a link is missing. */
function keepOpenable(reply: Reply, schemes: readonly string[]): Reply {
  const isKept = ({ url }: { url: string }) => isOpenable(url, schemes);
  const links = reply.links ?? [];
  const effects = ("effects" in reply && reply.effects) || [];
  const outcomes = ("outcomes" in reply && reply.outcomes) || [];
  const urls = [...links, ...effects.filter((effect) => effect.kind !== "copy"), ...outcomes.flatMap(({ link }) => link ?? [])];
  const removed = urls.filter((place) => !isKept(place)).length;
  if (removed === 0) return reply;
  const note = `${removed === 1 ? "A link was" : `${removed} links were`} left out: only ${schemes.join(", ")} addresses are opened.`;
  const kept: Reply = { ...reply, links: links.filter(isKept), text: reply.text ? `${reply.text}\n\n${note}` : note };
  if ("outcomes" in kept)
    kept.outcomes = outcomes.map(({ link, ...outcome }) => (link && isKept(link) ? { ...outcome, link } : outcome));
  if (kept.kind === "done") kept.effects = effects.filter((effect) => effect.kind === "copy" || isKept(effect));
  return kept;
}
