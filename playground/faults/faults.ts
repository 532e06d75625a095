/** The faults that are set, and how often each action reached the studio's server. */
import type { IncomingMessage, ServerResponse } from "node:http";
import * as v from "valibot";
import { readBody } from "../request-body.ts";
import { CALL_MODES, RUNS_MODES, STUDIO_MODES, WORKER_MODES, ZOU_MODES } from "./modes.ts";

const modes = <Name extends string>(listed: readonly (readonly [name: Name, text: string])[]) =>
  v.optional(v.picklist(listed.map(([name]) => name)));

/** What is not named is not broken: `{}` fixes everything. */
export const FaultModes = v.strictObject({
  worker: modes(WORKER_MODES),
  call: modes(CALL_MODES),
  runs: modes(RUNS_MODES),
  zou: modes(ZOU_MODES),
  studio: modes(STUDIO_MODES),
});
export type FaultModes = v.InferOutput<typeof FaultModes>;

export class Faults {
  #now: FaultModes = {};
  readonly #arrivals = new Map<string, number>();
  readonly #listeners: ((now: FaultModes) => Promise<void>)[] = [];

  get now(): FaultModes {
    return this.#now;
  }

  /** Calls back when the faults change. */
  watch(listener: (now: FaultModes) => Promise<void>): void {
    this.#listeners.push(listener);
  }

  /** Counts the actions that reached the studio's server, and so ran whatever the answer was. */
  count(behaviour: string): void {
    this.#arrivals.set(behaviour, (this.#arrivals.get(behaviour) ?? 0) + 1);
  }

  /** `GET` and `POST /control/faults`: `{now, arrivals}`. */
  async control(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === "POST") {
      const posted = v.safeParse(v.pipe(v.string(), v.parseJson(), FaultModes), await readBody(request));
      if (!posted.success) return send(response, 400, { error: v.summarize(posted.issues) });
      this.#now = posted.output;
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
