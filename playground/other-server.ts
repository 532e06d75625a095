/**
 * A server other than the worker, because custom actions may point anywhere. `/other/echo` supports
 * CORS. `/other/silent` doesn't, so the preflight fails and the browser never sends the call.
 * `/other/login` is a login page.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { readBody } from "./request-body.ts";

export async function answerAsOther(name: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (name === "login") {
    response
      .writeHead(200, { "content-type": "text/html; charset=utf-8" })
      .end("<!doctype html><title>Log in</title><h1>Log in</h1>");
    return;
  }
  if (name !== "echo" && name !== "silent") {
    response.writeHead(404, { "content-type": "text/plain" }).end(`There is no /other/${name}.`);
    return;
  }
  const headers = name === "echo" ? corsFor(request) : {};
  if (request.method === "OPTIONS") {
    response.writeHead(204, headers).end();
    return;
  }
  const body = await readBody(request);
  const message = `Another server got ${Buffer.byteLength(body)} bytes`;
  response.writeHead(200, { ...headers, "content-type": "application/json" }).end(JSON.stringify({ message }));
}

/** With credentials, browsers accept no wildcards, so the origin and the headers are listed. */
function corsFor(request: IncomingMessage): Record<string, string> {
  const { origin } = request.headers;
  if (!origin) return {};
  return {
    "access-control-allow-origin": origin,
    "access-control-allow-credentials": "true",
    "access-control-allow-methods": "POST, OPTIONS",
    "access-control-allow-headers": "content-type",
    vary: "Origin",
  };
}
