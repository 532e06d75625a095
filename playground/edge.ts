/**
 * The way to a worker: what is asked is passed on as it came, Kitsu's session cookie included, and the answer comes back as it is. A route on Kitsu's
 * host puts the worker under Kitsu's own origin so (`/edge/…`).
 */
import { request as ask, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";

/** Of one connection each, and there are two here. */
const HOP_BY_HOP = ["connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"];

/** @param edge the address of a worker; the Host header stays the caller's, for the worker to see */
export async function passToEdge(edge: string, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const answered = await askEdge(edge, incoming, response);
  if (!answered) return;
  response.writeHead(answered.statusCode ?? 502, answered.statusMessage, withoutHops(answered.headers));
  // What has begun can't be refused any more: a break on one side is a break on the other.
  await pipeline(answered, response).catch(() => response.destroy());
}

/**
 * The worker's answer, to be passed on; nothing where there is none, which is then said.
 * @param isKept the worker goes on although the caller is gone
 */
export async function askEdge(
  edge: string,
  incoming: IncomingMessage,
  response: ServerResponse,
  isKept = false,
): Promise<IncomingMessage | undefined> {
  const passed = ask(new URL(incoming.url ?? "/", edge), {
    method: incoming.method,
    headers: withoutHops(incoming.headers),
    setHost: false,
  });
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  passed.once("response", resolve);
  passed.on("error", reject);
  // Whoever closes the tab in the middle of a run is gone for the worker too.
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
