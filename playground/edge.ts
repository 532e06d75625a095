/**
 * The worker under Kitsu's own origin, as a route on Kitsu's host puts it there: what is asked of `/edge/…` is passed on as it
 * came, Kitsu's session cookie included, and the answer comes back as it is.
 */
import { request as ask, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";

/** Of one connection each, and there are two here. */
const HOP_BY_HOP = ["connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"];

/** @param edge the address of a worker whose BASE_PATH is `/edge`; the Host header stays the playground's, for the worker to see */
export async function passToEdge(edge: string, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const passed = ask(new URL(incoming.url ?? "/", edge), {
    method: incoming.method,
    headers: withoutHops(incoming.headers),
    setHost: false,
  });
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  passed.once("response", resolve);
  passed.on("error", reject);
  // Whoever closes the tab in the middle of a run is gone for the worker too.
  response.once("close", () => passed.destroy());
  incoming.pipe(passed);
  const answered = await promise.catch((error: unknown) => {
    if (response.destroyed) return undefined;
    const why = error instanceof Error ? error.message : String(error);
    response.writeHead(502, { "content-type": "text/plain; charset=utf-8" });
    response.end(`The worker under Kitsu's own origin does not answer: ${why}. Is it still starting?\n`);
    return undefined;
  });
  if (!answered) return;
  response.writeHead(answered.statusCode ?? 502, answered.statusMessage, withoutHops(answered.headers));
  // What has begun can't be refused any more: a break on one side is a break on the other.
  await pipeline(answered, response).catch(() => response.destroy());
}

function withoutHops(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.includes(name)));
}
