// The headers of a request as the worker gets them, and of its answer as the client does.
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { TrustedProxies } from "./trusted-proxies.ts";

/** They are about one connection, not about the request. */
const OF_CONNECTION = new Set(["connection", "keep-alive", "proxy-connection", "expect", "te", "trailer"]);

/** What Cloudflare would say about a request, so that nobody else may: among it, who sent it. */
const OF_PLATFORM = /^cf-(?!access-)/;

export function forwardHeaders(request: IncomingMessage, proxies: TrustedProxies): OutgoingHttpHeaders {
  const isTrusted = proxies.hasSent(request);
  const isUpgrade = request.headers.upgrade !== undefined;
  const headers: OutgoingHttpHeaders = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (OF_CONNECTION.has(name) || OF_PLATFORM.test(name) || name === "upgrade" || name === "forwarded") continue;
    if (name.startsWith("x-forwarded-") && !isTrusted) continue;
    headers[name] = value;
  }
  headers["x-forwarded-for"] = proxies.findClient(request);
  if (isUpgrade) Object.assign(headers, { connection: "Upgrade", upgrade: request.headers.upgrade });
  return headers;
}

/** As the worker sent it: several cookies stay several headers. */
export function writeHead(answer: IncomingMessage, response: ServerResponse): void {
  for (const [name, values] of Object.entries(answer.headersDistinct))
    if (!OF_CONNECTION.has(name) && values !== undefined) response.setHeader(name, values);
  response.writeHead(answer.statusCode ?? 502, answer.statusMessage);
}
