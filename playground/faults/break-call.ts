/** Breaks requests between the browser and the worker, as proxies, networks and logins do. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { askEdge, passToEdge, withoutHops } from "../edge.ts";
import { readBytes } from "../request-body.ts";
import type { FaultModes } from "./faults.ts";
import type { CallMode, RunsMode } from "./modes.ts";

const CUT_AFTER_MS = 1_000;

/** Error pages of other servers. The title is all that a person may see of them. */
const PAGES: Readonly<Partial<Record<CallMode | RunsMode, readonly [status: number, title: string]>>> = {
  "429": [429, "429 Too Many Requests"],
  "500": [500, "500 Internal Server Error"],
  "502": [502, "502 Bad Gateway"],
  "502-unreadable": [502, "502 Bad Gateway"],
  "504": [504, "504 Gateway Time-out"],
  cloudflare: [530, "Argo Tunnel error | actions.studio.example | Cloudflare"],
  login: [200, "Sign in ・ Cloudflare Access"],
};

/** Replies that the worker itself gives. */
const REPLIES: Readonly<Partial<Record<CallMode, readonly [status: number, reply: object]>>> = {
  "broken-setting": [
    500,
    {
      kind: "failed",
      code: "not-configured",
      title: "The action server is not configured",
      text: "LOG_TOKEN must have 16 characters or more.",
      advice: "Tell your TD.",
    },
  ],
  "internal-error": [
    500,
    {
      kind: "failed",
      code: "internal-error",
      title: "Something went wrong in the action server",
      advice: "Tell your TD the run id: the log has the cause.",
    },
  ],
  "unknown-kind": [200, { kind: "hologram", title: "Your shots as a hologram" }],
};

/** Faults that let the action run and then break its answer. */
const AFTER_RUN: readonly CallMode[] = ["no-cors", "cut-after", "504", "empty", "half-json"];

export type Addresses = {
  /** the worker's address */
  worker: string;
  /** a login page on another host */
  elsewhere: string;
};

/** Passes a request on to the worker, or breaks it. */
export async function passOrBreak(
  now: FaultModes,
  addresses: Addresses,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = new URL(request.url ?? "/", "http://localhost").pathname.replace(/^\/edge(?=\/)/, "");
  if (now.call === "login-elsewhere") return redirect(addresses, response);
  if (now.runs && /^\/runs\/[0-9a-f]{32}(\/void)?$/.test(path)) {
    if (now.runs === "cut") return cut(response);
    return answerPage(now.runs, request, response);
  }
  if (now.call === "preflight-refused" && request.method === "OPTIONS") return void response.writeHead(403).end();
  if (!now.call || now.call === "preflight-refused" || request.method !== "POST" || !isCall(path))
    return passToEdge(addresses.worker, request, response);
  await breakCall(now.call, addresses, request, response);
}

const isCall = (path: string) => path.startsWith("/actions/") || /^\/runs\/[^/]+\/(retry|undo)$/.test(path);

async function breakCall(
  mode: CallMode,
  { worker }: Addresses,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (mode === "cut-before") return cut(response);
  if (mode === "cut-during") {
    const passing = askEdge(worker, request, response, true).then((answered) => answered?.resume());
    await sleep(CUT_AFTER_MS);
    cut(response);
    return void (await passing);
  }
  if (AFTER_RUN.includes(mode)) return breakAnswer(mode, worker, request, response);
  const reply = REPLIES[mode];
  await readBytes(request);
  if (!reply) return answerPage(mode, request, response);
  const [status, content] = reply;
  response.writeHead(status, { ...readable(request), "content-type": "application/json" });
  response.end(JSON.stringify({ version: 1, reply: content }));
}

async function breakAnswer(
  mode: CallMode,
  worker: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const answered = await askEdge(worker, request, response, true);
  if (!answered) return;
  const chunks: Uint8Array[] = [];
  for await (const chunk of answered) if (chunk instanceof Uint8Array) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  if (mode === "cut-after") return cut(response);
  if (mode === "504") return answerPage(mode, request, response);
  if (mode === "empty") return void response.writeHead(200, readable(request)).end();
  const { "content-length": _, ...headers } = withoutHops(answered.headers);
  if (mode === "half-json") {
    response.writeHead(answered.statusCode ?? 200, headers).end(body.subarray(0, body.length / 2));
    return;
  }
  for (const name of Object.keys(headers)) if (name.startsWith("access-control-")) delete headers[name];
  response.writeHead(answered.statusCode ?? 200, headers).end(body);
}

/** Cuts the connection, even in the middle of an answer. */
function cut(response: ServerResponse): void {
  response.socket?.destroy();
}

function redirect({ elsewhere }: Addresses, response: ServerResponse): void {
  response.writeHead(302, { location: elsewhere, "cache-control": "no-store" }).end();
}

function answerPage(mode: CallMode | RunsMode, request: IncomingMessage, response: ServerResponse): void {
  const [status, title] = PAGES[mode] ?? [500, "Error"];
  response.writeHead(status, {
    ...(mode !== "502-unreadable" && readable(request)),
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
  });
  response.end(`<!doctype html><title>${title}</title><h1>${title}</h1>`);
}

/** CORS headers that let Kitsu's page read the answer, as if it came from Kitsu's own host. */
function readable(request: IncomingMessage): Record<string, string> {
  const { origin } = request.headers;
  return origin
    ? { "access-control-allow-origin": origin, "access-control-allow-credentials": "true", vary: "Origin" }
    : {};
}
