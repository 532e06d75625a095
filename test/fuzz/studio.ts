// The servers of the studio that the worker asks: the playground's Zou and farms, and a server that calls are forwarded to. Each answers as it does,
// but for what a case changes.
import { request as ask, createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { customActions } from "../../playground/custom-actions.ts";
import type { Person } from "../../playground/data-people.ts";
import { openFarms } from "../../playground/farms/farms.ts";
import { openZou } from "../../playground/zou/zou.ts";
import { answerTwisted, type Plain, type Server, type Twist } from "./twist.ts";

export const BOT_TOKEN = "fuzz-bot-token-0123456789";

/** What the server of the studio says to a call. */
export type StudioAnswer = { status: number; type: string; body: string };

export const TAKEN: StudioAnswer = {
  status: 200,
  type: "application/json",
  body: '{"kind":"done","severity":"success","title":"Taken"}',
};

/** Longer than any case: no connection is closed while the worker takes it up again. */
export const KEPT_MS = 3_600_000;

type Delivery = { id: string; isRefused: boolean };

export class Studio {
  readonly #zou = openZou({
    botToken: BOT_TOKEN,
    actions: customActions({ worker: "", other: "", hasEdge: false, hasFarms: true }),
  });
  readonly #server = createServer({ keepAliveTimeout: KEPT_MS }, (request, response) => {
    this.#answer(request, response).catch(() => response.destroy());
  });
  #farms: Awaited<ReturnType<typeof openFarms>> | undefined;
  #twists: readonly Twist[] = [];
  #asked = new Map<Server, number>();
  #says = TAKEN;
  #deliveries: Delivery[] = [];
  port = 0;

  async open(): Promise<void> {
    this.#farms = await openFarms({ flamencoPort: 0, afanasyPort: 0, frameMs: 1 });
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    const address = this.#server.address();
    this.port = typeof address === "object" && address ? address.port : 0;
  }

  async close(): Promise<void> {
    await this.#farms?.close();
    this.#server.close();
    this.#server.closeAllConnections();
  }

  /** Kitsu's cookie of a new session. */
  logIn(person: Person): string {
    return this.#zou.logIn(person)[0]?.split(";")[0] ?? "";
  }

  /** From now on. */
  play(twists: readonly Twist[], says: StudioAnswer): void {
    [this.#twists, this.#says] = [twists, says];
    this.#asked = new Map();
    this.#deliveries = [];
  }

  /** The runs that reached the server of the studio again after it had taken them. */
  findDoubled(): string[] {
    return this.#deliveries
      .filter(({ id }, at) => this.#deliveries.slice(0, at).some((one) => one.id === id && !one.isRefused))
      .map(({ id }) => id);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, area = ""] = (request.url ?? "").split("/");
    const server = nameServer(area);
    const count = this.#asked.get(server) ?? 0;
    this.#asked.set(server, count + 1);
    const twisted = this.#twists.find(
      ({ of, at, isLasting }) => of === server && (isLasting ? count >= at : count === at),
    );
    answerTwisted(await this.#ask(server, twisted, request, response), twisted, request, response);
  }

  async #ask(
    server: Server,
    twisted: Twist | undefined,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<Plain> {
    switch (server) {
      case "kitsu":
        return capture(response, () => this.#zou.answer(request, response));
      case "studio":
        await readAll(request);
        this.#deliveries.push({
          id: String(request.headers["webhook-id"]),
          isRefused: mayAskAgain(twisted, this.#says, request),
        });
        return {
          status: this.#says.status,
          headers: { "content-type": this.#says.type },
          body: Buffer.from(this.#says.body),
        };
      default:
        return pass(this.#farms?.[server].url ?? "", server, request);
    }
  }
}

/** After these the same call may be sent again, and after a question it is; to a server that promises to run it once, after a lost connection as well. */
const mayAskAgain = (twisted: Twist | undefined, { status, body }: StudioAnswer, { url = "" }: IncomingMessage) =>
  [429, 503].includes(twisted?.how.kind === "answer" ? twisted.how.status : status) ||
  body.includes('"kind":"ask"') ||
  (twisted?.how.kind === "drop" && url.endsWith("/deliver"));

const nameServer = (area: string): Server =>
  area === "flamenco" || area === "afanasy" || area === "studio" ? area : "kitsu";

/** What would have been written. */
async function capture(response: ServerResponse, answer: () => Promise<void>): Promise<Plain> {
  const { writeHead, end } = response;
  const plain: Plain = { status: 200, headers: {}, body: Buffer.alloc(0) };
  Object.assign(response, {
    writeHead: (status: number, headers: Plain["headers"] = {}) => {
      Object.assign(plain, { status, headers });
      return response;
    },
    end: (body: string | Uint8Array = "") => {
      plain.body = Buffer.from(body);
      return response;
    },
  });
  await answer();
  Object.assign(response, { writeHead, end });
  return plain;
}

async function pass(url: string, area: string, request: IncomingMessage): Promise<Plain> {
  const body = await readAll(request);
  const path = (request.url ?? "").slice(area.length + 1) || "/";
  return new Promise((resolve, reject) => {
    const headers = {
      "content-type": request.headers["content-type"] ?? "",
      AFANASY: String(body.length),
      "content-length": body.length,
    };
    const asked = ask(url + path, { method: request.method, headers }, (answered) => {
      const { statusCode: status = 0, headers: said } = answered;
      readAll(answered).then((read) => resolve({ status, headers: said, body: read }), reject);
    });
    asked.on("error", reject);
    asked.end(body);
  });
}

async function readAll(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
