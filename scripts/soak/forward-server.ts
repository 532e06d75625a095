// A studio's server that calls are forwarded to. It verifies signatures, counts what it did for
// each webhook-id, and reports its progress until the worker has accepted the end.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { Webhook } from "standardwebhooks";
import * as v from "valibot";
import { readBody } from "../../playground/request-body.ts";
import { listen } from "../listen.ts";
import type { Random } from "./random.ts";

const ForwardedCall = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    run: v.object({ id: v.string(), progress: v.string() }),
    action: v.string(),
    call: v.object({ selection: v.array(v.string()), input: v.optional(v.unknown()) }),
  }),
);

/**
 * The forwarded actions: `publish` is done at once, `review` asks first, `simulate` is a long run.
 */
export const TARGETS = ["publish", "review", "simulate"] as const;

/** How often a report is repeated while the worker does not know the run yet. */
const UNKNOWN_RUN_MAX = 60;
const RefusedReport = v.pipe(v.string(), v.parseJson(), v.object({ reply: v.object({ code: v.string() }) }));

export class ForwardServer {
  /** how often each call was carried out, by webhook-id */
  readonly executions = new Map<string, number>();
  /** why the end of a run could not be reported, by the ID of the run */
  readonly unreported = new Map<string, string>();
  #reporting = 0;
  readonly #webhook: Webhook;
  readonly #random: Random;
  readonly #server = createServer((request, response) => {
    this.#answer(request, response).catch(() => response.destroy());
  });

  constructor(secret: string, random: Random) {
    this.#webhook = new Webhook(secret);
    this.#random = random;
  }

  async open(): Promise<string> {
    return `http://127.0.0.1:${await listen(this.#server)}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  get isReporting(): boolean {
    return this.#reporting > 0;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    const id = String(request.headers["webhook-id"] ?? "");
    const headers = { "webhook-id": id, ...pick(request, "webhook-timestamp"), ...pick(request, "webhook-signature") };
    this.#webhook.verify(body, headers);
    const { run, action, call } = v.parse(ForwardedCall, body);
    const send = (reply: object) => {
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ version: 1, reply }));
    };
    if (action === "review" && call.input === undefined) {
      const fields = [{ name: "note", label: "Note", type: "text" }];
      return send({ kind: "ask", title: "Review", fields, submit: "Review" });
    }
    this.executions.set(id, (this.executions.get(id) ?? 0) + 1);
    if (action !== "simulate")
      return send({ kind: "done", severity: "success", title: `${call.selection.length} published` });
    void this.#simulate(run.id, run.progress);
    send({ kind: "started", title: "Simulating", progress: { done: 0, total: 4 } });
  }

  async #simulate(id: string, url: string): Promise<void> {
    this.#reporting += 1;
    try {
      const steps = this.#random.integer(1, 3);
      for (let done = 1; done <= steps; done += 1) {
        await sleep(this.#random.integer(0, 1_200));
        await this.#report(id, url, done, { kind: "started", title: "Simulating", progress: { done, total: 4 } });
      }
      await sleep(this.#random.integer(0, 1_200));
      const end = this.#random.chance(0.8)
        ? { kind: "done", severity: "success", title: "Simulated" }
        : { kind: "failed", code: "diverged", title: "The simulation diverged" };
      const result = await this.#report(id, url, 9, end);
      if (result !== "accepted" && result !== "report-refused") this.unreported.set(id, result);
    } finally {
      this.#reporting -= 1;
    }
  }

  /** Repeats a report until it is accepted or refused for good. */
  async #report(id: string, url: string, number: number, reply: object): Promise<string> {
    const body = JSON.stringify(reply);
    const webhookId = `${id}-${number}`;
    for (let unknown = 0; unknown < UNKNOWN_RUN_MAX; ) {
      const now = new Date();
      const response = await fetch(url, {
        method: "POST",
        body,
        headers: {
          "content-type": "application/json",
          "webhook-id": webhookId,
          "webhook-timestamp": String(Math.floor(now.getTime() / 1_000)),
          "webhook-signature": this.#webhook.sign(webhookId, now, body),
        },
      }).catch(() => undefined);
      const text = await response?.text().catch(() => undefined);
      if (response?.ok) return "accepted";
      if (response?.status === 404) unknown += 1;
      const refused = v.safeParse(RefusedReport, text);
      if (response?.status === 409) return refused.success ? refused.output.reply.code : "409";
      await sleep(1_000);
    }
    return "the worker never knew the run";
  }
}

const pick = ({ headers }: IncomingMessage, name: string) => ({ [name]: String(headers[name] ?? "") });
