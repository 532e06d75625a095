// Whether the service can do what it is for: store and read, and answer with valid settings.
import { request } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import * as v from "valibot";
import { SOCKETS } from "./sockets.ts";

const LIMIT_MS = 5_000;
const CHECK_EVERY_MS = 1_000;
/** Nobody's. Whoever asks for it gets "unknown" from its Durable Object. */
const UNKNOWN_RUN = "0".repeat(32);

type Answer = { status: number; body: string };

export class Health {
  readonly #folder: string;
  readonly #base: string;
  #last: { at: number; answer: Promise<boolean> } | undefined;

  constructor(folder: string, base: string) {
    this.#folder = folder;
    this.#base = base;
  }

  /** Anyone may ask, and each check writes to the disk: one answer serves a second. */
  isHealthy(): Promise<boolean> {
    const now = Date.now();
    if (this.#last === undefined || now - this.#last.at > CHECK_EVERY_MS)
      this.#last = { at: now, answer: this.#check() };
    return this.#last.answer;
  }

  async #check(): Promise<boolean> {
    const [stored, answered] = await Promise.all([
      this.#get(SOCKETS.health, "/"),
      this.#get(SOCKETS.worker, `${this.#base}/runs/${UNKNOWN_RUN}`),
    ]).catch(() => []);
    return stored?.status === 204 && answered?.status === 404;
  }

  /** What the worker says about its settings; undefined if they are valid. */
  async findProblem(): Promise<string | undefined> {
    const { status, body } = await this.#get(SOCKETS.worker, `${this.#base}/ping`);
    return status < 400 ? undefined : readReason(body);
  }

  #get(socket: string, path: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const headers = { host: "localhost", accept: "application/json" };
      const sent = request({ socketPath: join(this.#folder, socket), path, headers, agent: false }, (answer) => {
        text(answer).then((body) => resolve({ status: answer.statusCode ?? 0, body }), reject);
      });
      sent.setTimeout(LIMIT_MS, () => sent.destroy(new Error("no answer")));
      sent.once("error", reject);
      sent.end();
    });
  }
}

const Failed = v.pipe(v.string(), v.parseJson(), v.object({ reply: v.object({ text: v.string() }) }));

/**
 * The worker's own explanation, or the beginning of what it answered. Not its advice, which has to
 * name every place where settings may be: the service knows its own.
 */
function readReason(body: string): string {
  const failed = v.safeParse(Failed, body);
  return failed.success ? failed.output.reply.text : body.slice(0, 500);
}
