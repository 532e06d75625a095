// The rules that every answer must follow.
import { isOpenable, type Reply } from "../../contract.ts";
import { FAILURE_CODES } from "../../worker/format/failure.ts";
import { type Endpoint, ownOrigin } from "./call-request.ts";
import { readAnswer } from "./case-state.ts";
import { SECRETS, SITES } from "./deployment.ts";
import { type Received, type Sent, toLine } from "./request.ts";
import { findRoute, type Route } from "./route.ts";
import { findUnescaped } from "./texts.ts";

/** The failure that is always a bug of ours. */
const INTERNAL_ERROR = { code: "internal-error", title: "Something went wrong in the action server" };

/** The schemes that links may have with these settings. */
const SCHEMES = ["https", "http", "rvlink", "xstudio", "mpv", "mpv-handler", "studio", "kabaret"];

export type CheckResult = { route: Route; faults: string[] };

/** @param serverTexts everything that the studio's servers may have answered in this case */
export function checkResponse(sent: Sent, received: Received, endpoint: Endpoint, serverTexts: string): CheckResult {
  const { pathname } = new URL(ownOrigin(endpoint) + toLine(sent.path));
  const { base } = SITES[endpoint.deployment];
  const isOfRuntime = received.status === 426 && received.headers["sec-websocket-version"] !== undefined;
  const route = findRoute(pathname.startsWith(`${base}/`) ? pathname.slice(base.length) : "elsewhere");
  const faults = [
    ...(sent.method === "HEAD" ? [] : checkStatus(received, route, serverTexts)),
    // workerd itself refuses a WebSocket of another version than 13, or of none.
    ...(isOfRuntime ? [] : checkReaders(sent, received, route, endpoint)),
    ...checkAjax(sent, received, route),
    ...checkPage(received),
    ...SECRETS.filter((secret) => isLeaked(secret, sent, received)).map(() => "The answer contains a secret"),
  ];
  return { route, faults };
}

const SHARED_RUN = /\/runs\/(0{32}|f{32})\b/;

function checkStatus({ status, headers, body }: Received, { isStored }: Route, serverTexts: string): string[] {
  if (body.includes(INTERNAL_ERROR.title)) return ["The answer is internal-error"];
  if (status < 500) return [];
  if (isPage(headers))
    return /<section class="reply failed">/.test(body) ? [] : [`A page with status ${status} is not a failed reply`];
  const answer = readAnswer(body);
  const reply = answer?.reply;
  if (reply?.kind !== "failed") return [`Status ${status} without a failed reply: ${body.slice(0, 200)}`];
  // A run with an ID that many cases use may repeat what a server answered in another case.
  if (isStored || SHARED_RUN.test(answer?.run?.url ?? ""))
    return reply.code === INTERNAL_ERROR.code ? [undeclared(reply.code, status)] : [];
  return isDeclared(reply.code, serverTexts) ? [] : [undeclared(reply.code, status)];
}

const undeclared = (code: string, status: number) =>
  `The code "${code.slice(0, 60)}" with status ${status} is not declared`;

/** The studio's servers may have codes of their own, which arrive as 502. */
const isDeclared = (code: string, serverTexts: string) =>
  code !== INTERNAL_ERROR.code &&
  (FAILURE_CODES.some((one) => one === code) || serverTexts.includes(JSON.stringify(code)));

function checkReaders(
  { headers: sent }: Sent,
  { status, headers, body }: Received,
  { readers }: Route,
  { deployment }: Endpoint,
): string[] {
  const { kitsu } = SITES[deployment];
  const allowed = headers["access-control-allow-origin"];
  const isWithCredentials = headers["access-control-allow-credentials"] === "true";
  if (/^\{"id":"[^"]*","at":\d+,"action":.*"arrived":/.test(body))
    return allowed === undefined ? [] : [`${allowed} may read a record of the log`];
  if (sent.origin === kitsu) {
    const mayRead = readers !== "nobody" || status >= 400;
    if (mayRead && (allowed !== kitsu || !isWithCredentials))
      return [`Kitsu's page can't read the answer, only ${allowed ?? "nobody"} can`];
    return mayRead || allowed === undefined ? [] : [`Kitsu's page can read an answer that is not for it: ${allowed}`];
  }
  const right = readers === "anybody" ? "*" : undefined;
  return allowed === right && !isWithCredentials
    ? []
    : [`A call from ${sent.origin} got an answer for ${allowed ?? "nobody"} instead of ${right ?? "nobody"}`];
}

/** AJAX must be answered with JSON of our contract. */
function checkAjax(sent: Sent, { status, headers, body }: Received, { answers }: Route): string[] {
  if (sent.method === "HEAD" || sent.method === "OPTIONS" || [101, 204].includes(status) || wantsPage(sent)) return [];
  if (answers === "page" || (answers === "other" && status < 400)) return [];
  if (!/^application\/json\b/.test(headers["content-type"] ?? ""))
    return [`AJAX got ${headers["content-type"] ?? "no content type"} with status ${status}`];
  const answer = readAnswer(body);
  if (answer === undefined) return [`AJAX got an answer that is not of our contract: ${body.slice(0, 200)}`];
  return listUrls(answer.reply)
    .filter((url) => !isOpenable(url, SCHEMES))
    .map((url) => `A link that must not be opened: ${url.slice(0, 100)}`);
}

/** Forms and links get a page: docs/kitsu.md. */
function wantsPage({ headers: { accept = "", "content-type": type = "" } }: Sent): boolean {
  if (accept.includes("text/html")) return true;
  return !accept.includes("json") && /^(application\/x-www-form-urlencoded|multipart\/form-data)/i.test(type);
}

function listUrls(reply: Reply): string[] {
  const links = reply.links?.map(({ url }) => url) ?? [];
  const outcomes = ("outcomes" in reply ? (reply.outcomes ?? []) : []).flatMap(({ link }) =>
    link === undefined ? [] : [link.url],
  );
  const effects = (reply.kind === "done" ? (reply.effects ?? []) : []).flatMap((effect) =>
    effect.kind === "open" || effect.kind === "download"
      ? [effect.url]
      : effect.kind === "launch"
        ? effect.ways.map(({ url }) => url)
        : [],
  );
  return [...links, ...outcomes, ...effects];
}

const isPage = (headers: Received["headers"]) => /\bhtml\b/.test(headers["content-type"] ?? "");

function checkPage({ headers, body }: Received): string[] {
  if (!isPage(headers)) return [];
  const unescaped = findUnescaped(body);
  const links = [...body.matchAll(/ (?:href|action|src|formaction|data-launch)="([^"]*)"/g)].map(([, address = ""]) =>
    address.replaceAll("&amp;", "&").replaceAll("&#39;", "'"),
  );
  return [
    ...(unescaped === undefined ? [] : [`The page has an unescaped text: ${unescaped}`]),
    ...links
      .filter((address) => !address.startsWith("/") && !isOpenable(address, SCHEMES))
      .map((address) => `The page links to ${address.slice(0, 100)}`),
    ...(headers["content-security-policy"]?.toString().includes("script-src 'self';")
      ? []
      : ["The page has no content security policy"]),
    ...(/<script(?! src="[^"]*\/(?:page\.js" defer|theme\.js")><\/script>)|<[^>]* on\w+=/.test(
      body.replace(/="[^"]*"/g, (value) => (/\/(page|theme)\.js"/.test(value) ? value : '=""')),
    )
      ? ["The page has a script or an event handler"]
      : []),
  ];
}

/** A secret that was sent with the request may be in the answer. */
const isLeaked = (secret: string, { path, headers, body }: Sent, { headers: answered, body: answer }: Received) =>
  `${JSON.stringify(answered)}${answer}`.includes(secret) &&
  !`${path}${JSON.stringify({ ...headers, authorization: "" })}${body?.toString("utf8") ?? ""}`.includes(secret);
