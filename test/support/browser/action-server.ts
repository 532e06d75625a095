/** A server for custom actions that answers what a test tells it, over real HTTP: CORS is the browser's own. */

import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { listen } from "./listen.ts";

export type Script = {
  status?: number;
  type?: string;
  /** where it is redirected to */
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

/** What is answered, to each call the same or to each what its body asks for. */
export type Told = Script | ((body: Sent, url: string) => Script);

/** What a call of ours or of Kitsu's sends. */
export type Sent = {
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
  /** What is answered at this path; the last one told counts. */
  tell: (path: string, told: Told | undefined) => void;
  /** Runs the server knows: id to Answer. */
  runs: Map<string, unknown>;
  /** What was read, run by run and ticket by ticket. */
  asked: string[];
  /** Runs that were made void: what arrives under them later is refused. */
  voided: Set<string>;
  posts: { url: string; headers: IncomingMessage["headers"]; body: string }[];
  handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  /** As if nothing had been told or called. */
  forget: () => void;
  close: () => Promise<void>;
};

const failed = (code: string, title: string) => JSON.stringify({ version: 1, reply: { kind: "failed", code, title } });
const NEVER_RAN = failed("never-ran", "It did not run");
const UNKNOWN = failed("unknown-run", "This run was not found");

const nameAttempt = (run: string | null, query: URLSearchParams) => [run, query.get("try")].filter(Boolean).join("/");

export async function startActionServer(): Promise<ActionServer> {
  const scripts = new Map<string, Told>();
  const runs: ActionServer["runs"] = new Map();
  const posts: ActionServer["posts"] = [];
  const asked: string[] = [];
  const voided = new Set<string>();

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://localhost");
    const path = url.pathname.replace(/^\/edge(?=\/)/, "");
    const told = scripts.get(path) ?? (path.startsWith("/runs/") ? scripts.get("/runs") : undefined);
    if (!told && ((path === "/ping" && request.method === "GET") || request.method === "HEAD"))
      return void response.writeHead(204, { "access-control-allow-origin": "*" }).end();
    if (path.startsWith("/runs/") && !told) return answerRun(request, response, path);
    const cors = {
      "access-control-allow-origin": request.headers.origin ?? "null",
      "access-control-allow-credentials": "true",
      vary: "Origin",
    };
    const early = typeof told === "object" ? told : {};
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
    if (path === "/ping" && !told) return void response.writeHead(204, cors).end();
    const { searchParams } = url;
    if (voided.has(nameAttempt(searchParams.get("run"), searchParams)))
      return void response.writeHead(410, { ...cors, "content-type": "application/json" }).end(NEVER_RAN);
    if (request.method === "POST") posts.push({ url: request.url ?? "", headers: request.headers, body });
    else asked.push(path);
    const script =
      typeof told === "function" ? told(body ? JSON.parse(body) : {}, request.url ?? "") : (told ?? { status: 404 });
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
    tell: (path, told) => (told ? scripts.set(path, told) : scripts.delete(path)),
    runs,
    asked,
    posts,
    voided,
    handle,
    forget,
    close,
  };

  /** `/runs/<id>` and `/runs/<id>/void`, as the worker has them: by the attempt where one is named. */
  function answerRun({ method, url = "" }: IncomingMessage, response: ServerResponse, path: string): void {
    const [, , id = "", isVoid] = path.split("/");
    const name = nameAttempt(id, new URL(url, "http://localhost").searchParams);
    asked.push(isVoid ? `${name}/void` : name);
    const arrived = posts.some(
      (post) =>
        nameAttempt(/run=([0-9a-f]{32})/.exec(post.url)?.[1] ?? "", new URL(post.url, origin).searchParams) === name,
    );
    const run = runs.get(name) ?? (arrived ? runs.get("arrived") : undefined);
    if (!run && isVoid && method === "POST") voided.add(name);
    const status = run ? 200 : voided.has(name) ? 410 : 404;
    response.writeHead(status, { "content-type": "application/json", "access-control-allow-origin": "*" });
    response.end(run ? JSON.stringify(run) : status === 410 ? NEVER_RAN : UNKNOWN);
  }

  function forget(): void {
    for (const list of [posts, asked]) list.length = 0;
    voided.clear();
    for (const map of [runs, scripts]) map.clear();
  }
}
