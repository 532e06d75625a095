// Turns a reply into a response in the caller's dialect: JSON for AJAX, a page for a form.
import type * as wire from "../../contract.ts";
import { version } from "../../gen/userscript.ts";
import { describeCause, type Failure } from "../format/failure.ts";
import { joinParagraphs, joinSentences, message } from "../format/message.ts";
import { type Reader, USERSCRIPT_PARAMETER } from "../format/reader.ts";
import { type Answer, localizeAnswer, type Reply, type Run } from "../format/reply.ts";
import { renderAsk } from "../pages/ask-page.ts";
import { html } from "../pages/html.ts";
import { renderPage } from "../pages/layout.ts";
import { renderTime } from "../pages/render-time.ts";
import { renderReply } from "../pages/reply-view.ts";
import { renderRetryUndo } from "../pages/retry-undo.ts";
import { makeThemeCookie } from "../pages/theme-cookie.ts";
import type { Call } from "../request/call.ts";
import { maskSecrets } from "../request/mask-secrets.ts";
import { makeReaderCookie, type PersonLocale, readReader } from "../request/read-reader.ts";
import type { RequestContext } from "../request/request-context.ts";
import type { Settings } from "../settings/settings.ts";

/**
 * The failure behind the reply, if any, the call that it answers, what Zou says of its person, and
 * who reads the answer: the request's own reader if it is absent. `status` is set if it isn't that
 * of the reply.
 */
type Origin = {
  failure?: Failure | undefined;
  call?: Call | undefined;
  person?: PersonLocale | undefined;
  reader?: Reader;
  status?: number;
};

type AnswerContext = Pick<RequestContext, "settings" | "url" | "reader" | "base">;

export function answerCall(
  request: Request,
  { run, reply }: Answer,
  context: AnswerContext,
  { failure, call, person, reader = context.reader, status = statusOf(reply, failure) }: Origin = {},
): Response {
  const { settings, url, base } = context;
  const response = wantsPage(request)
    ? answerPage({
        ...localizeAnswer({ run, reply }, reader, base),
        status,
        settings,
        reader,
        call,
        address: callAddress(url, run),
      })
    : answerJson({ run, reply: addUserscriptNote(shorten(reply), context) }, { reader, base }, status);
  for (const [name, value] of Object.entries(failure?.headers ?? {})) response.headers.set(name, value);
  const cookies = [
    makeThemeCookie(request, url, settings.basePath),
    person && makeReaderCookie(request, settings, person),
  ];
  for (const cookie of cookies) if (cookie !== undefined) response.headers.append("set-cookie", cookie);
  return response;
}

export function statusOf({ kind }: Reply, failure?: Failure): number {
  return failure?.status ?? (kind === "started" ? 202 : kind === "failed" ? 502 : 200);
}

/** The URL of this call within the same run: the answers to its questions are sent there. */
function callAddress({ pathname, search }: URL, run: Run | undefined): string {
  const query = new URLSearchParams(search);
  if (run !== undefined) query.set("run", run.id);
  return `${pathname}?${query}`;
}

/** Answers a failure outside any run: a refused request, or an error in a page. */
export function answerFailure(request: Request, failure: Failure, context?: AnswerContext): Response {
  if (failure.code === "internal-error") {
    const cause = describeCause(failure.cause);
    console.error(JSON.stringify({ message: "A request failed", url: maskSecrets(request.url), cause }));
  }
  if (context !== undefined) return answerCall(request, { reply: failure.reply }, context, { failure });
  const url = new URL(request.url);
  return answerJson(
    { reply: failure.reply },
    { reader: readReader(request, url), base: guessBase(url) },
    failure.status,
  );
}

/** The address of the worker if no setting can be read, such as the one that says its path. */
function guessBase({ origin, pathname }: URL): string {
  const [, path = ""] = /^(.*?)\/(?:actions|runs|t|media|files|tasks|ping)(?:\/|$)/.exec(pathname) ?? [];
  return origin + path;
}

/** A toast shows no more tables than this. */
const TOAST_TABLES_MAX = 8;

/** Leaves out what a toast has no room for. */
export function shorten(reply: Reply): Reply {
  if (reply.kind !== "done") return reply;
  const { document, tables = [], ...rest } = reply;
  if (document === undefined && tables.length <= TOAST_TABLES_MAX) return reply;
  return {
    ...rest,
    ...(tables.length > 0 && { tables: tables.slice(0, TOAST_TABLES_MAX) }),
    text: joinSentences([
      rest.text,
      document !== undefined && message("run.documentOnPage"),
      tables.length > TOAST_TABLES_MAX && message("run.tablesOnPage", { count: tables.length - TOAST_TABLES_MAX }),
    ]),
  };
}

/**
 * Says that the userscript that sent the request is of another major version than this worker.
 * After an upgrade of the worker it may not show everything, and managers update it within a week.
 */
function addUserscriptNote(reply: Reply, { url, base }: AnswerContext): Reply {
  const running = url.searchParams.get(USERSCRIPT_PARAMETER) ?? "";
  if (!/^\d{1,9}\./.test(running) || parseInt(running, 10) === parseInt(version, 10)) return reply;
  const link = { label: message("run.updateUserscript"), url: `${base}/kitsu-actions.user.js` };
  return {
    ...reply,
    text: joinParagraphs([reply.text, message("run.userscriptVersion", { running: running.slice(0, 40), version })]),
    links: [...(reply.links ?? []), link],
  };
}

/** The answer as JSON, in the reader's language. */
export function answerJson(
  answer: Answer,
  { reader, base }: Pick<AnswerContext, "reader" | "base">,
  status = 200,
): Response {
  return new Response(JSON.stringify(localizeAnswer(answer, reader, base)), {
    status,
    headers: { "content-type": "application/json", "cache-control": "no-store" },
  });
}

type PageAnswer = {
  run?: wire.Run | undefined;
  reply: wire.Reply;
  status: number;
  settings: Settings;
  reader: Reader;
  call: Call | undefined;
  address: string;
};

function answerPage({ run, reply, status, settings, reader, call, address }: PageAnswer): Response {
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
${run && html`<footer class="run">${message("run.id")} <a href="${run.url}"><code>${run.id}</code></a>, ${renderTime(Date.now())}</footer>`}`,
    kitsuUrl: kitsuUrl + path,
    settings,
    reader,
    status,
    // A reload may ask a question again, but must not repeat what was done.
    address: reply.kind === "ask" ? undefined : run?.url,
    hasDocument: reply.kind === "done" && reply.document !== undefined,
  });
}

/** The page that the reply opens: it replaces the form's tab, unless there is more to read. */
function findDestination({ severity, effects, outcomes, tables, charts, document }: wire.Done): string | undefined {
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
