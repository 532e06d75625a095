/**
 * A server for custom actions with scripted responses, over real HTTP, so that CORS is the
 * browser's own.
 */

import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { listen } from "./listen.ts";

export type ScriptedResponse = {
  status?: number;
  type?: string;
  /** where it redirects to */
  location?: string;
  body?: unknown;
  delayMs?: number;
  /** false: the preflight is answered without CORS headers */
  preflight?: boolean;
  /** false: the answer itself carries no CORS headers */
  readable?: boolean;
  /** closes the connection instead of answering */
  drop?: boolean;
};

/** One response for all calls, or one for each call. */
export type Responder = ScriptedResponse | ((body: SentBody, url: string) => ScriptedResponse);

/** The body of a call from us or from Kitsu. */
export type SentBody = {
  selection?: string[];
  input?: Record<string, unknown>;
  form?: string;
  plan?: string;
  personid?: string;
  personemail?: string;
  productionid?: string;
};

export type ActionServer = {
  origin: string;
  /** Sets the responder of this path, or removes it. */
  respond: (path: string, responder: Responder | undefined) => void;
  /** The runs that the server knows: Answers by run id. */
  runs: Map<string, unknown>;
  /** The runs and other paths that were read. */
  reads: string[];
  /** The voided runs: calls for them are refused. */
  voided: Set<string>;
  posts: { url: string; headers: IncomingMessage["headers"]; body: string }[];
  handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  reset: () => void;
  close: () => Promise<void>;
};

const failed = (code: string, title: string) => JSON.stringify({ version: 1, reply: { kind: "failed", code, title } });
const NEVER_RAN = failed("never-ran", "It did not run");
const UNKNOWN = failed("unknown-run", "This run was not found");

const formatAttempt = (run: string | null, query: URLSearchParams) => [run, query.get("try")].filter(Boolean).join("/");

export async function startActionServer(): Promise<ActionServer> {
  const responders = new Map<string, Responder>();
  const runs: ActionServer["runs"] = new Map();
  const posts: ActionServer["posts"] = [];
  const reads: string[] = [];
  const voided = new Set<string>();

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://localhost");
    const path = url.pathname.replace(/^\/edge(?=\/)/, "");
    const responder = responders.get(path) ?? (path.startsWith("/runs/") ? responders.get("/runs") : undefined);
    if (!responder && ((path === "/ping" && request.method === "GET") || request.method === "HEAD"))
      return void response.writeHead(204, { "access-control-allow-origin": "*" }).end();
    if (path.startsWith("/runs/") && !responder) return answerRun(request, response, path);
    const cors = {
      "access-control-allow-origin": request.headers.origin ?? "null",
      "access-control-allow-credentials": "true",
      vary: "Origin",
    };
    const early = typeof responder === "object" ? responder : {};
    if (request.method === "OPTIONS") {
      const allowed = {
        ...cors,
        "access-control-allow-methods": "POST",
        "access-control-allow-headers": "content-type",
      };
      return void response.writeHead(204, early.preflight === false ? {} : allowed).end();
    }
    let body = "";
    for await (const chunk of request) body += String(chunk);
    if (path === "/ping" && !responder) return void response.writeHead(204, cors).end();
    const { searchParams } = url;
    if (voided.has(formatAttempt(searchParams.get("run"), searchParams)))
      return void response.writeHead(410, { ...cors, "content-type": "application/json" }).end(NEVER_RAN);
    if (request.method === "POST") posts.push({ url: request.url ?? "", headers: request.headers, body });
    else reads.push(path);
    const script =
      typeof responder === "function"
        ? responder(body ? JSON.parse(body) : {}, request.url ?? "")
        : (responder ?? { status: 404 });
    await sleep(script.delayMs ?? 0);
    if (script.drop) return void request.socket.destroy();
    const isText = typeof script.body === "string" || script.body === undefined;
    response.writeHead(script.status ?? 200, {
      "content-type": script.type ?? (isText ? "text/plain; charset=utf-8" : "application/json"),
      ...(script.location && { location: script.location }),
      ...(script.readable === false ? {} : cors),
    });
    response.end(isText ? script.body : JSON.stringify(script.body));
  }

  const server: Server = createServer(
    (request, response) => void handle(request, response).catch(() => response.destroy()),
  );
  const { origin, close } = await listen(server);
  return {
    origin,
    respond: (path, responder) => (responder ? responders.set(path, responder) : responders.delete(path)),
    runs,
    reads,
    posts,
    voided,
    handle,
    reset,
    close,
  };

  /** `/runs/<id>` and `/runs/<id>/void`, as the worker answers them, for each attempt. */
  function answerRun({ method, url = "" }: IncomingMessage, response: ServerResponse, path: string): void {
    const [, , id = "", isVoid] = path.split("/");
    const name = formatAttempt(id, new URL(url, "http://localhost").searchParams);
    reads.push(isVoid ? `${name}/void` : name);
    const arrived = posts.some(
      (post) =>
        formatAttempt(/run=([0-9a-f]{32})/.exec(post.url)?.[1] ?? "", new URL(post.url, origin).searchParams) === name,
    );
    const run = runs.get(name) ?? (arrived ? runs.get("arrived") : undefined);
    if (!run && isVoid && method === "POST") voided.add(name);
    const status = run ? 200 : voided.has(name) ? 410 : 404;
    response.writeHead(status, { "content-type": "application/json", "access-control-allow-origin": "*" });
    response.end(run ? JSON.stringify(run) : status === 410 ? NEVER_RAN : UNKNOWN);
  }

  function reset(): void {
    for (const list of [posts, reads]) list.length = 0;
    voided.clear();
    for (const map of [runs, responders]) map.clear();
  }
}
