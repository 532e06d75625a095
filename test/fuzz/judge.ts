// What no answer may be, whoever asked. Says what is wrong with one.
import { isOpenable, type Reply } from "../../contract.ts";
import { FAILURE_CODES } from "../../worker/failure.ts";
import { ownOrigin, type Place } from "./call.ts";
import { PLACES, SECRETS } from "./deployment.ts";
import { readAnswer } from "./known.ts";
import { type Received, type Sent, toLine } from "./request.ts";
import { findRoute, type Route } from "./route.ts";
import { findUnescaped } from "./texts.ts";

/** The only thing that is always a fault of ours. */
const FAULT = { code: "internal-error", title: "Something went wrong in the action server" };

/** What a browser may be led to, by these studios' settings. */
const SCHEMES = ["https", "http", "rvlink", "xstudio", "mpv", "mpv-handler", "studio", "kabaret"];

export type Judged = { route: Route; faults: string[] };

/** @param told what the servers of the studio said in this case */
export function judge(sent: Sent, received: Received, place: Place, told: string): Judged {
  const { pathname } = new URL(ownOrigin(place) + toLine(sent.path));
  const { base } = PLACES[place.deployment];
  const route = findRoute(pathname.startsWith(`${base}/`) ? pathname.slice(base.length) : "elsewhere");
  const faults = [
    ...(sent.method === "HEAD" ? [] : judgeStatus(received, route, told)),
    ...judgeReaders(sent, received, route, place),
    ...judgeForm(sent, received, route),
    ...judgePage(received),
    ...SECRETS.filter((secret) => isTold(secret, sent, received)).map(() => "A secret is in the answer"),
  ];
  return { route, faults };
}

const SHARED_RUN = /\/runs\/(0{32}|f{32})\b/;

function judgeStatus({ status, headers, body }: Received, { tells }: Route, told: string): string[] {
  if (body.includes(FAULT.title)) return ["It answered internal-error"];
  if (status < 500) return [];
  if (isPage(headers))
    return /<section class="reply failed">/.test(body) ? [] : [`A page with the status ${status} is no failed reply`];
  const answer = readAnswer(body);
  const reply = answer?.reply;
  if (reply?.kind !== "failed") return [`A ${status} without a failed reply: ${body.slice(0, 200)}`];
  // Some ids are those of many cases: what a studio's server said in another one is what is answered again.
  const isStored = tells === "stored" || SHARED_RUN.test(answer?.run?.url ?? "");
  return isDeclared(reply.code, isStored ? JSON.stringify(reply.code) : told)
    ? []
    : [`The code "${reply.code.slice(0, 60)}" with the status ${status} is not declared`];
}

/** A server of the studio may have codes of its own, which arrive with the status of a bad gateway. */
const isDeclared = (code: string, told: string) =>
  code !== FAULT.code && (FAILURE_CODES.some((one) => one === code) || told.includes(JSON.stringify(code)));

function judgeReaders(
  { headers: asked }: Sent,
  { status, headers, body }: Received,
  { readers }: Route,
  { deployment }: Place,
): string[] {
  const { kitsu } = PLACES[deployment];
  const allowed = headers["access-control-allow-origin"];
  const isWithCredentials = headers["access-control-allow-credentials"] === "true";
  if (/^\{"id":"[^"]*","at":\d+,"action":.*"arrived":/.test(body))
    return allowed === undefined ? [] : [`A record of the log is for ${allowed}`];
  if (asked.origin === kitsu) {
    const mayRead = readers !== "nobody" || status >= 400;
    if (mayRead && (allowed !== kitsu || !isWithCredentials))
      return [`Kitsu's page can't read the answer: it is for ${allowed ?? "nobody"}`];
    return mayRead || allowed === undefined
      ? []
      : [`Kitsu's page can read what is none of its business: it is for ${allowed}`];
  }
  const right = readers === "anybody" ? "*" : undefined;
  return allowed === right && !isWithCredentials
    ? []
    : [
        `The page of ${asked.origin} is answered with an answer for ${allowed ?? "nobody"} instead of ${right ?? "nobody"}`,
      ];
}

/** AJAX reads JSON of our wire, and nothing else. */
function judgeForm(sent: Sent, { status, headers, body }: Received, { answers }: Route): string[] {
  if (sent.method === "HEAD" || sent.method === "OPTIONS" || [101, 204].includes(status) || wantsPage(sent)) return [];
  if (answers === "page" || (answers === "other" && status < 400)) return [];
  if (!/^application\/json\b/.test(headers["content-type"] ?? ""))
    return [`AJAX is answered with ${headers["content-type"] ?? "nothing"} and the status ${status}`];
  const answer = readAnswer(body);
  if (answer === undefined) return [`AJAX is answered with what is not on the wire: ${body.slice(0, 200)}`];
  return listUrls(answer.reply)
    .filter((url) => !isOpenable(url, SCHEMES))
    .map((url) => `An address that may not be opened: ${url.slice(0, 100)}`);
}

/** A form and a followed link are looked at by a person: docs/kitsu.md. */
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

function judgePage({ headers, body }: Received): string[] {
  if (!isPage(headers)) return [];
  const unescaped = findUnescaped(body);
  const led = [...body.matchAll(/ (?:href|action|src|formaction|data-launch)="([^"]*)"/g)].map(([, address = ""]) =>
    address.replaceAll("&amp;", "&").replaceAll("&#39;", "'"),
  );
  return [
    ...(unescaped === undefined ? [] : [`A text is markup in the page: ${unescaped}`]),
    ...led
      .filter((address) => !address.startsWith("/") && !isOpenable(address, SCHEMES))
      .map((address) => `The page leads to ${address.slice(0, 100)}`),
    ...(headers["content-security-policy"]?.toString().includes("script-src 'self';")
      ? []
      : ["The page has no policy"]),
    ...(/<script(?! src="[^"]*\/(?:page\.js" defer|theme\.js")><\/script>)|<[^>]* on\w+=/.test(
      body.replace(/="[^"]*"/g, (value) => (/\/(page|theme)\.js"/.test(value) ? value : '=""')),
    )
      ? ["The page has a script of its own"]
      : []),
  ];
}

/** Whoever sent a secret along may find it where what they sent is shown. */
const isTold = (secret: string, { path, headers, body }: Sent, { headers: answered, body: answer }: Received) =>
  `${JSON.stringify(answered)}${answer}`.includes(secret) &&
  !`${path}${JSON.stringify({ ...headers, authorization: "" })}${body?.toString("utf8") ?? ""}`.includes(secret);
