// A proxy between the worker and a server of the studio. It fails as networks, proxies and busy
// servers do. A request that reaches the server is carried out even if its answer is lost.
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { withoutHops } from "../../playground/edge.ts";
import { readBytes } from "../../playground/request-body.ts";
import { listen } from "../listen.ts";
import type { Random } from "./random.ts";

const FAULTS = ["refuse", "page", "busy", "stall", "cut", "half"] as const;
/**
 * - `refuse`: closes the connection before the server gets the request
 * - `page`: answers with a proxy's 502; `busy`: answers 503
 * - `stall`: waits some seconds, perhaps longer than the worker does
 * - `cut`: drops the answer; `half`: ends it halfway
 */
type Fault = (typeof FAULTS)[number];
/** How likely each fault is, from 0 to 1. */
export type ProxyFaults = Partial<Record<Fault, number>>;

const STALL_MAX_MS = 7_000;

export class FaultyProxy {
  faults: ProxyFaults = {};
  readonly counts = new Map<Fault, number>();
  readonly #target: string;
  readonly #random: Random;
  readonly #server: Server;

  constructor(target: string, random: Random) {
    this.#target = target;
    this.#random = random;
    this.#server = createServer((incoming, response) => {
      this.#answer(incoming, response).catch(() => response.destroy());
    });
  }

  async open(): Promise<string> {
    return `http://127.0.0.1:${await listen(this.#server)}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #pickFault(): Fault | undefined {
    const fault = FAULTS.find((name) => this.#random.chance(this.faults[name] ?? 0));
    if (fault !== undefined) this.counts.set(fault, (this.counts.get(fault) ?? 0) + 1);
    return fault;
  }

  async #answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const fault = this.#pickFault();
    const body = await readBytes(incoming);
    if (fault === "refuse") return void response.destroy();
    if (fault === "page")
      return void response.writeHead(502, { "content-type": "text/html" }).end("<title>502 Bad Gateway</title>");
    if (fault === "busy") return void response.writeHead(503, { "retry-after": "1" }).end();
    if (fault === "stall") await sleep(this.#random.integer(500, STALL_MAX_MS));
    const { status, headers, content } = await this.#forward(incoming, body);
    if (fault === "cut") return void response.destroy();
    response.writeHead(status, headers);
    if (fault === "half" && content.length > 1)
      response.write(content.subarray(0, content.length / 2), () => response.destroy());
    else response.end(content);
  }

  async #forward({ url = "/", method, headers }: IncomingMessage, body: Buffer) {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const forwarded = request(new URL(url, this.#target), { method, headers: withoutHops(headers) }, resolve);
    forwarded.on("error", reject);
    forwarded.end(body);
    const answer = await promise;
    return {
      status: answer.statusCode ?? 502,
      headers: withoutHops(answer.headers),
      content: await readBytes(answer),
    };
  }
}
