// The studio's servers: the playground's Zou and farms, and a server that calls are forwarded to. A
// case can change their answers.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { customActions } from "../../playground/custom-actions.ts";
import type { Person } from "../../playground/data-people.ts";
import { openFarms } from "../../playground/farms/farms.ts";
import { openZou } from "../../playground/zou/zou.ts";
import { passToFarm } from "../../scripts/farm-proxy.ts";
import { listen } from "../../scripts/listen.ts";
import { type Mutation, type PlainAnswer, type Server, sendMutated } from "./mutation.ts";

export const BOT_TOKEN = "fuzz-bot-token-0123456789";

/** The answer to a forwarded call. */
export type StudioAnswer = { status: number; type: string; body: string };

export const ACCEPTED: StudioAnswer = {
  status: 200,
  type: "application/json",
  body: '{"kind":"done","severity":"success","title":"Accepted"}',
};

/** Longer than any case, so that no connection is closed while the worker reuses it. */
const KEEP_ALIVE_MS = 3_600_000;

type Delivery = { id: string; isRefused: boolean };

export class Studio {
  readonly #zou = openZou({
    botToken: BOT_TOKEN,
    actions: customActions({ worker: "", other: "", hasEdge: false, hasFarms: true }),
  });
  readonly #server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    this.#answer(request, response).catch(() => response.destroy());
  });
  #farms: Awaited<ReturnType<typeof openFarms>> | undefined;
  #mutations: readonly Mutation[] = [];
  #requestCounts = new Map<Server, number>();
  #forwardAnswer = ACCEPTED;
  #deliveries: Delivery[] = [];
  port = 0;

  async open(): Promise<void> {
    this.#farms = await openFarms({ flamencoPort: 0, afanasyPort: 0, frameMs: 1 });
    this.port = await listen(this.#server);
  }

  async close(): Promise<void> {
    await this.#farms?.close();
    this.#server.close();
    this.#server.closeAllConnections();
  }

  /** @returns Kitsu's cookie of a new session */
  logIn(person: Person): string {
    return this.#zou.logIn(person)[0]?.split(";")[0] ?? "";
  }

  /** Sets the behaviour from now on. */
  misbehave(mutations: readonly Mutation[], forwardAnswer: StudioAnswer): void {
    [this.#mutations, this.#forwardAnswer] = [mutations, forwardAnswer];
    this.#requestCounts = new Map();
    this.#deliveries = [];
  }

  /**
   * The runs that were forwarded again after the server had accepted them. An undo that failed may
   * be tried again.
   */
  findDoubled(): string[] {
    return this.#deliveries
      .filter(
        ({ id }, at) =>
          !id.endsWith("-undo") && this.#deliveries.slice(0, at).some((one) => one.id === id && !one.isRefused),
      )
      .map(({ id }) => id);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, area = ""] = (request.url ?? "").split("/");
    const server = toServer(area);
    const count = this.#requestCounts.get(server) ?? 0;
    this.#requestCounts.set(server, count + 1);
    const mutation = this.#mutations.find(
      ({ server: mutated, at, isLasting }) => mutated === server && (isLasting ? count >= at : count === at),
    );
    sendMutated(await this.#ask(server, mutation, request, response), mutation, request, response);
  }

  async #ask(
    server: Server,
    mutation: Mutation | undefined,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<PlainAnswer> {
    switch (server) {
      case "kitsu":
        return capture(response, () => this.#zou.answer(request, response));
      case "studio":
        await buffer(request);
        // The doctor asks with OPTIONS whether somebody is there, as often as it likes.
        if (request.method === "POST")
          this.#deliveries.push({
            id: String(request.headers["webhook-id"]),
            isRefused: maySendAgain(mutation, this.#forwardAnswer, request),
          });
        return {
          status: this.#forwardAnswer.status,
          headers: { "content-type": this.#forwardAnswer.type },
          body: Buffer.from(this.#forwardAnswer.body),
        };
      default:
        return passToFarm(
          this.#farms?.[server].url ?? "",
          (request.url ?? "").slice(server.length + 1) || "/",
          request,
        );
    }
  }
}

/**
 * The worker may send a call again after these answers, and does so after a question. To an
 * idempotent server it may send it again after a lost connection, too.
 */
const maySendAgain = (mutation: Mutation | undefined, { status, body }: StudioAnswer, { url = "" }: IncomingMessage) =>
  [429, 503].includes(mutation?.change.kind === "answer" ? mutation.change.status : status) ||
  body.includes('"kind":"ask"') ||
  (mutation?.change.kind === "drop" && url.endsWith("/deliver"));

const toServer = (area: string): Server =>
  area === "flamenco" || area === "afanasy" || area === "studio" ? area : "kitsu";

/** Returns the answer instead of sending it. */
async function capture(response: ServerResponse, answer: () => Promise<void>): Promise<PlainAnswer> {
  const { writeHead, end } = response;
  const plain: PlainAnswer = { status: 200, headers: {}, body: Buffer.alloc(0) };
  Object.assign(response, {
    writeHead: (status: number, headers: PlainAnswer["headers"] = {}) => {
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
