// What is between the worker and a server of the studio's, and fails as networks, proxies and busy servers do. What has arrived is worked on, although
// whoever asked may be gone.
import { request as ask, createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { withoutHops } from "../../playground/edge.ts";
import { readBytes } from "../../playground/request-body.ts";
import type { Dice } from "./dice.ts";
import { listen } from "./listen.ts";

/** How likely each is, between 0 and 1. */
export type Troubles = Partial<Record<Trouble, number>>;
/**
 * - `refuse`: the connection is closed before anything arrives; `page`: a proxy's 502 in its place; `busy`: 503
 * - `stall`: it takes some seconds, perhaps too many
 * - `cut`: it arrives, and the answer is lost; `half`: the answer ends in its middle
 */
export type Trouble = "refuse" | "page" | "busy" | "stall" | "cut" | "half";

const STALL_MOST_MS = 7_000;

export class TroubledWay {
  troubles: Troubles = {};
  readonly met = new Map<Trouble, number>();
  readonly #to: string;
  readonly #dice: Dice;
  readonly #server: Server;

  constructor(to: string, dice: Dice) {
    this.#to = to;
    this.#dice = dice;
    this.#server = createServer((request, response) => {
      this.#pass(request, response).catch(() => response.destroy());
    });
  }

  async open(): Promise<string> {
    return `http://127.0.0.1:${await listen(this.#server)}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #choose(): Trouble | undefined {
    const names: Trouble[] = ["refuse", "page", "busy", "stall", "cut", "half"];
    const trouble = names.find((name) => this.#dice.chance(this.troubles[name] ?? 0));
    if (trouble !== undefined) this.met.set(trouble, (this.met.get(trouble) ?? 0) + 1);
    return trouble;
  }

  async #pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const trouble = this.#choose();
    const body = await readBytes(request);
    if (trouble === "refuse") return void response.destroy();
    if (trouble === "page")
      return void response.writeHead(502, { "content-type": "text/html" }).end("<title>502 Bad Gateway</title>");
    if (trouble === "busy") return void response.writeHead(503, { "retry-after": "1" }).end();
    if (trouble === "stall") await sleep(this.#dice.between(500, STALL_MOST_MS));
    const { status, headers, content } = await this.#ask(request, body);
    if (trouble === "cut") return void response.destroy();
    response.writeHead(status, headers);
    if (trouble === "half" && content.length > 1)
      response.write(content.subarray(0, content.length / 2), () => response.destroy());
    else response.end(content);
  }

  async #ask({ url = "/", method, headers }: IncomingMessage, body: Buffer) {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const passed = ask(new URL(url, this.#to), { method, headers: withoutHops(headers) }, resolve);
    passed.on("error", reject);
    passed.end(body);
    const answered = await promise;
    return {
      status: answered.statusCode ?? 502,
      headers: withoutHops(answered.headers),
      content: await readBytes(answered),
    };
  }
}
