// A line of the log for each request, without anything that gives access: no query, and no token
// in the path. Nobody's name, either: the log of runs has those.
import type { IncomingMessage } from "node:http";
import type { WriteLine } from "./write-line.ts";

/** The path of a temporary link is the permission to open it. */
const TOKEN = /\/(t|media|files|tasks)\/[^/]+/;

const hideTokens = (url: string) => (url.split("?")[0] ?? "").replace(TOKEN, "/$1/-");

type Answer = { request: IncomingMessage; client: string; status: number; startedAt: number; isCut: boolean };

export function logRequest(write: WriteLine, { request, client, status, startedAt, isCut }: Answer): void {
  write({
    event: "request",
    method: request.method,
    path: hideTokens(request.url ?? ""),
    status,
    ms: Math.round(performance.now() - startedAt),
    client,
    ...(isCut && { cut: true }),
  });
}
