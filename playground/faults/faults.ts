/** What is broken now, as a person at the playground or a test wants it, and how often the studio's server was called. */
import type { IncomingMessage, ServerResponse } from "node:http";
import * as v from "valibot";
import { readBody } from "../request-body.ts";
import { CALL_MODES, RUNS_MODES, STUDIO_MODES, WORKER_MODES, ZOU_MODES } from "./modes.ts";

const modes = <Name extends string>(listed: readonly (readonly [name: Name, text: string])[]) =>
  v.optional(v.picklist(listed.map(([name]) => name)));

/** What is not named is not broken: `{}` puts everything right. */
export const Wish = v.strictObject({
  worker: modes(WORKER_MODES),
  call: modes(CALL_MODES),
  runs: modes(RUNS_MODES),
  zou: modes(ZOU_MODES),
  studio: modes(STUDIO_MODES),
});
export type Wish = v.InferOutput<typeof Wish>;

export class Faults {
  #now: Wish = {};
  readonly #arrivals = new Map<string, number>();
  readonly #listeners: ((now: Wish) => Promise<void>)[] = [];

  get now(): Wish {
    return this.#now;
  }

  /** What has to be done when something is broken, or put right. */
  watch(listener: (now: Wish) => Promise<void>): void {
    this.#listeners.push(listener);
  }

  /** An action arrived at the studio's server: whatever anybody is told, it ran. */
  count(behaviour: string): void {
    this.#arrivals.set(behaviour, (this.#arrivals.get(behaviour) ?? 0) + 1);
  }

  /** `GET` and `POST /control/faults`: `{now, arrivals}`. */
  async control(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === "POST") {
      const wish = v.safeParse(v.pipe(v.string(), v.parseJson(), Wish), await readBody(request));
      if (!wish.success) return send(response, 400, { error: v.summarize(wish.issues) });
      this.#now = wish.output;
      for (const listener of this.#listeners) await listener(this.#now);
    }
    send(response, 200, { now: this.#now, arrivals: Object.fromEntries(this.#arrivals) });
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response
    .writeHead(status, { "content-type": "application/json", "cache-control": "no-store" })
    .end(JSON.stringify(body));
}
