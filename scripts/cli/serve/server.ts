// The HTTP server in front of workerd: it decides whose X-Forwarded headers count, writes the
// request log, answers /healthz, and lets requests end before the service stops.
import {
  Agent,
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  request as send,
} from "node:http";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { CliError } from "../../cli-error.ts";
import { waitUntil } from "../../wait-until.ts";
import { forwardHeaders, writeHead } from "./forward-headers.ts";
import { readBody, TOO_LONG } from "./request-body.ts";
import { logRequest } from "./request-log.ts";
import { SOCKETS } from "./sockets.ts";
import type { TrustedProxies } from "./trusted-proxies.ts";
import type { WriteLine } from "./write-line.ts";

type ServerOptions = {
  /** the state folder, with workerd's sockets */
  folder: string;
  proxies: TrustedProxies;
  write: WriteLine;
  isHealthPath(path: string): boolean;
  isHealthy(): Promise<boolean>;
};

/** workerd closes an idle connection after 5 s: ours must not be in use at that moment. */
const IDLE_MS = 2_000;

export class HttpServer {
  readonly #options: ServerOptions;
  readonly #server: Server;
  readonly #agent = new Agent({ keepAlive: true, timeout: IDLE_MS });
  readonly #upgraded = new Set<Duplex>();
  #inFlight = 0;
  #isStopping = false;

  constructor(options: ServerOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => void this.#answer(request, response));
    this.#server.on("upgrade", (request, socket, head) => this.#upgrade(request, socket, head));
  }

  /** Throws a CliError if it can't. */
  listen(host: string, port: number): Promise<void> {
    return listen(this.#server, host, port);
  }

  /** Accepts nothing more, and waits until everything is answered, for at most this long. */
  async stop(limitMs: number): Promise<void> {
    this.#isStopping = true;
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeIdleConnections();
    await waitUntil(() => this.#inFlight === 0, { limitMs, everyMs: 20 });
    // A browser that follows a run connects again.
    for (const socket of this.#upgraded) socket.destroy();
    this.#server.closeAllConnections();
    this.#agent.destroy();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { proxies, write } = this.#options;
    const client = proxies.findClient(request);
    const startedAt = performance.now();
    this.#inFlight += 1;
    // A connection that is kept would be cut by the end of the service.
    if (this.#isStopping) response.setHeader("connection", "close");
    response.once("close", () => {
      this.#inFlight -= 1;
      if (this.#isStopping) this.#server.closeIdleConnections();
      const isCut = !response.writableFinished;
      logRequest(write, { request, client, status: response.statusCode, startedAt, isCut });
    });
    const path = request.url?.split("?")[0] ?? "";
    if (this.#options.isHealthPath(path)) await this.#answerHealth(response);
    else await this.#forward(request, response).catch(() => response.destroy());
  }

  async #answerHealth(response: ServerResponse): Promise<void> {
    const isHealthy = !this.#isStopping && (await this.#options.isHealthy());
    response.writeHead(isHealthy ? 200 : 503, { "content-type": "application/json", "cache-control": "no-store" });
    response.end(JSON.stringify({ healthy: isHealthy }));
  }

  async #forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    const inner = this.#send(request, this.#agent);
    inner.once("response", (answer) => {
      writeHead(answer, response);
      answer.pipe(response);
      answer.once("error", () => response.destroy());
    });
    // After the answer's head, the answer itself knows whether it is complete.
    inner.on("error", () => {
      if (!response.headersSent)
        response.writeHead(502, { "content-type": "text/plain" }).end("The worker does not answer.\n");
    });
    // The tab was closed: as at Cloudflare, the worker is told.
    response.once("close", () => inner.destroy());
    if (request.headers["transfer-encoding"] !== undefined) {
      inner.removeHeader("transfer-encoding");
      inner.setHeader("content-length", body?.length ?? TOO_LONG);
    }
    // The worker refuses a body by its length.
    if (body === undefined) inner.flushHeaders();
    else inner.end(body);
  }

  /** A WebSocket: from the answer on, both sides are passed on as they are. */
  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { proxies, write } = this.#options;
    const [client, startedAt] = [proxies.findClient(request), performance.now()];
    this.#upgraded.add(socket);
    let status = 502;
    socket.once("close", () => {
      this.#upgraded.delete(socket);
      logRequest(write, { request, client, status, startedAt, isCut: false });
    });
    socket.on("error", () => socket.destroy());
    const inner = this.#send(request, false);
    inner.once("upgrade", (answer, innerSocket, innerHead) => {
      status = answer.statusCode ?? 502;
      socket.write(formatHead(answer, (name) => !/^transfer-encoding$/i.test(name)));
      socket.write(innerHead);
      innerSocket.write(head);
      innerSocket.pipe(socket).pipe(innerSocket);
      innerSocket.on("error", () => socket.destroy());
      socket.once("close", () => innerSocket.destroy());
    });
    // The worker refuses: an ordinary answer, which the end of the connection ends.
    inner.once("response", (answer) => {
      status = answer.statusCode ?? 502;
      socket.write(formatHead(answer, (name) => !/^(transfer-encoding|connection|keep-alive)$/i.test(name)));
      answer.pipe(socket);
    });
    inner.once("error", () => socket.destroy());
    inner.end();
  }

  #send(request: IncomingMessage, agent: Agent | false) {
    const { folder, proxies } = this.#options;
    return send({
      socketPath: join(folder, SOCKETS.worker),
      method: request.method,
      path: request.url,
      headers: forwardHeaders(request, proxies),
      setHost: false,
      agent,
    });
  }
}

function formatHead({ statusCode, statusMessage, rawHeaders }: IncomingMessage, isKept: (name: string) => boolean) {
  const headers = rawHeaders.flatMap((name, at) =>
    at % 2 === 0 && isKept(name) ? [`${name}: ${rawHeaders[at + 1]}`] : [],
  );
  return [`HTTP/1.1 ${statusCode} ${statusMessage}`, ...headers, "", ""].join("\r\n");
}

/** Throws a CliError if nothing can listen there, before anything else is started. */
export async function checkPort(host: string, port: number): Promise<void> {
  const server = createServer();
  await listen(server, host, port);
  await new Promise((resolve) => server.close(resolve));
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(new CliError(explain(error, host, port))));
    server.listen({ host, port }, resolve);
  });
}

function explain({ code, message }: NodeJS.ErrnoException, host: string, port: number): string {
  if (code === "EADDRINUSE") return `Port ${port} is in use at ${host}. Stop what uses it, or choose another --port.`;
  if (code === "EACCES") return `This account may not listen on port ${port}. Choose one above 1023 with --port.`;
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND")
    return `This machine has no address ${host}. Choose another --host, such as 127.0.0.1.`;
  return `The service can't listen on ${host}, port ${port}: ${message}.`;
}
