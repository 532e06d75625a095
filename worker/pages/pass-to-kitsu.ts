// Kitsu's own requests, if the worker's route covers Kitsu's pages (INJECT): they go to Kitsu's
// server, and the script is added to its pages. Kitsu comes first: whatever fails here, its answer
// is passed on as it is.
import { type Env, readSettings } from "../settings/settings.ts";
import { addScriptTag } from "./script-tag.ts";
import { TAG_SCRIPT } from "./userscript-file.ts";
import { readUserscriptVersion } from "./userscript-version.ts";

/** Reads the raw environment: Kitsu must work even if a setting is invalid. */
export function isForKitsu(url: string, { INJECT, BASE_PATH, KITSU_URL }: Env): boolean {
  if (!INJECT || INJECT === "0") return false;
  const { pathname, host } = new URL(url);
  const base = String(BASE_PATH ?? "").replace(/\/+$/, "");
  if (base !== "" && `${pathname}/`.startsWith(`${base}/`)) return false;
  const urls = String(KITSU_URL ?? "").split(/[\s,]+/);
  const hosts = urls.flatMap((one) => (URL.canParse(one) ? [new URL(one).host] : []));
  return hosts.length === 0 || hosts.includes(host);
}

export async function passToKitsu(request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
  // If the worker is stopped, Cloudflare asks Kitsu's server itself.
  ctx.passThroughOnException();
  const findTag = isPageRequest(request) ? prepareTag(request, env, ctx) : undefined;
  if (findTag === undefined) return fetch(request);
  const response = await fetch(askForWholePage(request));
  return isPage(response) ? addTag(response, findTag()) : response;
}

/** Paths of Kitsu that are no pages, but may answer HTML. */
const NO_PAGE = /^\/(api|assets|socket\.io)\//;

/** Is this a browser that opens a page, not in a frame? On plain http, only `Accept` says so. */
function isPageRequest({ method, headers, url }: Request): boolean {
  if (method !== "GET" || headers.has("range") || headers.has("upgrade") || NO_PAGE.test(new URL(url).pathname))
    return false;
  const target = headers.get("sec-fetch-dest");
  return target === null ? /\btext\/html\b/.test(headers.get("accept") ?? "") : target === "document";
}

/**
 * Reads the script's version while Kitsu answers. Kitsu's page doesn't wait for it: without it, the
 * address has none, and the browser revalidates the script.
 * @returns the script's address as it is known by then; undefined if a setting is invalid
 */
function prepareTag({ url }: Request, env: Env, ctx: ExecutionContext): (() => string) | undefined {
  try {
    const settings = readSettings(env);
    if (!settings.kitsuOrigins.includes(new URL(url).origin)) return undefined;
    let query = "";
    const reading = readUserscriptVersion(env, settings).then((version) => {
      query = `?v=${version}`;
    });
    ctx.waitUntil(reading);
    return () => `${settings.basePath}${TAG_SCRIPT}${query}`;
  } catch (thrown) {
    console.error(JSON.stringify({ message: "Kitsu's page was passed on without the script", cause: String(thrown) }));
    return undefined;
  }
}

/** The codings that the runtime decodes. */
const CODINGS = ["gzip", "br"];

/**
 * The browser may know the page with or without the script, by the same ETag. So it gets the whole
 * page, in a coding that can be rewritten.
 */
function askForWholePage(request: Request): Request {
  const headers = new Headers(request.headers);
  for (const name of ["if-none-match", "if-modified-since"]) headers.delete(name);
  const accepted = (headers.get("accept-encoding") ?? "").split(",").map((one) => one.split(";")[0]?.trim() ?? "");
  headers.set("accept-encoding", CODINGS.filter((one) => accepted.includes(one)).join(", ") || "identity");
  return new Request(request, { headers });
}

function isPage({ status, headers, body }: Response): boolean {
  const coding = headers.get("content-encoding") ?? "identity";
  return (
    status === 200 &&
    body !== null &&
    /^text\/html\b/i.test(headers.get("content-type") ?? "") &&
    ["identity", ...CODINGS].includes(coding.toLowerCase()) &&
    !/\bno-transform\b/i.test(headers.get("cache-control") ?? "")
  );
}

/** What describes the bytes as Kitsu's server sent them. */
const DESCRIBING = [
  "content-length",
  "content-md5",
  "digest",
  "content-digest",
  "repr-digest",
  "etag",
  "last-modified",
  "accept-ranges",
];

function addTag(response: Response, src: string): Response {
  const { body, headers } = response;
  if (body === null) return response;
  const changed = new Response(addScriptTag(body, headers.get("content-type") ?? "", src), response);
  for (const name of DESCRIBING) changed.headers.delete(name);
  return changed;
}
