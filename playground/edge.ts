/**
 * Passes requests on to a worker unchanged, including Kitsu's session cookie, and its answers back.
 * `/edge/…` puts a worker under Kitsu's own origin, as a route on Kitsu's host does.
 */
import { request as ask, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";

/** Headers that belong to one connection. There are two connections here. */
const HOP_BY_HOP = ["connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"];

/** @param edge the address of a worker, which sees the caller's Host header */
export async function passToEdge(edge: string, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const answered = await askEdge(edge, incoming, response);
  if (!answered) return;
  response.writeHead(answered.statusCode ?? 502, answered.statusMessage, withoutHops(answered.headers));
  // An answer that has started can't be replaced by an error, so a cut on one side cuts the other.
  await pipeline(answered, response).catch(() => response.destroy());
}

/**
 * @returns the worker's answer; undefined if there is none, and the caller got an error
 * @param isKept lets the worker continue when the caller has gone
 */
export async function askEdge(
  edge: string,
  incoming: IncomingMessage,
  response: ServerResponse,
  isKept = false,
): Promise<IncomingMessage | undefined> {
  const passed = ask(new URL(incoming.url ?? "/", edge).href, {
    method: incoming.method,
    headers: withoutHops(incoming.headers),
    setHost: false,
  });
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  passed.once("response", resolve);
  passed.on("error", reject);
  // If the person closes the tab during a run, the worker must notice.
  if (!isKept) response.once("close", () => passed.destroy());
  incoming.pipe(passed);
  return promise.catch((error: unknown) => {
    if (response.destroyed) return undefined;
    const why = error instanceof Error ? error.message : String(error);
    response.writeHead(502, { "content-type": "text/plain; charset=utf-8" });
    response.end(`The worker does not answer: ${why}. Is it still starting?\n`);
    return undefined;
  });
}

export function withoutHops(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.includes(name)));
}
