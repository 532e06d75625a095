// Turns a reply into a response in the caller's dialect: JSON for AJAX, a page for a form.
import { type Answer, type Done, type Reply, type Run, WIRE_VERSION } from "../../contract.ts";
import { describeCause, type Failure } from "../failure.ts";
import { renderAsk } from "../pages/ask-page.ts";
import { html } from "../pages/html.ts";
import { renderPage } from "../pages/layout.ts";
import { renderTime } from "../pages/render-time.ts";
import { renderReply } from "../pages/reply-view.ts";
import { renderRetryUndo } from "../pages/retry-undo.ts";
import { makeThemeCookie } from "../pages/theme-cookie.ts";
import type { Call } from "../request/call.ts";
import { maskSecrets } from "../request/request-snapshot.ts";
import type { Settings } from "../settings/settings.ts";

/** A reply, and the run that it is about. */
type RunReply = { run?: Run | undefined; reply: Reply };

/** The failure behind the reply, if any, and the call that it answers. */
type Origin = { failure?: Failure | undefined; call?: Call | undefined };

export function answerCall(
  request: Request,
  { run, reply }: RunReply,
  settings: Settings,
  { failure, call }: Origin = {},
): Response {
  const status = statusOf(reply, failure);
  const response = wantsPage(request)
    ? answerPage({ run, reply, status, settings, call, address: callAddress(request, run) })
    : answerJson(run, shorten(reply), status);
  for (const [name, value] of Object.entries(failure?.headers ?? {})) response.headers.set(name, value);
  const cookie = makeThemeCookie(request, settings.basePath);
  if (cookie !== undefined) response.headers.append("set-cookie", cookie);
  return response;
}

export function statusOf({ kind }: Reply, failure?: Failure): number {
  return failure?.status ?? (kind === "started" ? 202 : kind === "failed" ? 502 : 200);
}

/** The URL of this call within the same run: the answers to its questions are sent there. */
function callAddress(request: Request, run: Run | undefined): string {
  const { pathname, searchParams } = new URL(request.url);
  if (run !== undefined) searchParams.set("run", run.id);
  return `${pathname}?${searchParams}`;
}

/** Answers a failure outside any run: a refused request, or an error in a page. */
export function answerFailure(request: Request, failure: Failure, settings: Settings | undefined): Response {
  if (failure.code === "internal-error") {
    const cause = describeCause(failure.cause);
    console.error(JSON.stringify({ message: "A request failed", url: maskSecrets(request.url), cause }));
  }
  if (settings !== undefined) return answerCall(request, { reply: failure.reply }, settings, { failure });
  return answerJson(undefined, failure.reply, failure.status);
}

/** A toast shows no more tables than this. */
const TOAST_TABLES_MAX = 8;

/** Leaves out what a toast has no room for. */
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

/** The answer as JSON. */
export function answerJson(run: Run | undefined, reply: Reply, status = 200): Response {
  const answer: Answer = { version: WIRE_VERSION, ...(run && { run }), reply };
  return new Response(JSON.stringify(answer), {
    status,
    headers: { "content-type": "application/json", "cache-control": "no-store" },
  });
}

type PageAnswer = {
  run: Run | undefined;
  reply: Reply;
  status: number;
  settings: Settings;
  call: Call | undefined;
  address: string;
};

function answerPage({ run, reply, status, settings, call, address }: PageAnswer): Response {
  const destination = reply.kind === "done" && run?.undo === undefined ? findDestination(reply) : undefined;
  const liveRunUrl = run?.follow !== undefined ? run.url : undefined;
  if (destination !== undefined || liveRunUrl !== undefined)
    return new Response(null, {
      status: 303,
      headers: { location: destination ?? liveRunUrl ?? "", "cache-control": "no-store" },
    });
  const [kitsuUrl = ""] = settings.kitsuUrls;
  const path = call?.path?.startsWith("/") ? call.path : "";
  return renderPage({
    title: reply.title,
    body: html`${reply.kind === "ask" ? renderAsk(reply, call, address, kitsuUrl + path) : renderReply(reply, kitsuUrl)}
${run && renderRetryUndo(run, reply, call?.person)}
${run && html`<footer class="run">Run <a href="${run.url}"><code>${run.id}</code></a>, ${renderTime(Date.now())}</footer>`}`,
    kitsuUrl: kitsuUrl + path,
    basePath: settings.basePath,
    status,
    // A reload may ask a question again, but must not repeat what was done.
    address: reply.kind === "ask" ? undefined : run?.url,
    hasDocument: reply.kind === "done" && reply.document !== undefined,
  });
}

/** The page that the reply opens: it replaces the form's tab, unless there is more to read. */
function findDestination({ severity, effects, outcomes, tables, charts, document }: Done): string | undefined {
  const [effect, another] = effects ?? [];
  if (effect?.kind !== "open" || another !== undefined || severity !== "success") return undefined;
  return outcomes?.length || tables?.length || charts?.length || document !== undefined ? undefined : effect.url;
}

/** Does the caller want a page? Forms and links accept HTML; Kitsu's AJAX accepts anything. */
export function wantsPage(request: Request): boolean {
  const accept = request.headers.get("accept") ?? "";
  if (accept.includes("text/html")) return true;
  if (accept.includes("json")) return false;
  return /^(application\/x-www-form-urlencoded|multipart\/form-data)/i.test(request.headers.get("content-type") ?? "");
}
