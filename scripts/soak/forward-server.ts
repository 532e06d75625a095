// A studio's server that calls and clicks are forwarded to. It verifies signatures, counts what it
// did for each webhook-id, and reports its progress until the worker has accepted the end.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { Webhook } from "standardwebhooks";
import * as v from "valibot";
import { readBody } from "../../playground/request-body.ts";
import { listen } from "../listen.ts";
import type { Random } from "./random.ts";
import { Simulation } from "./simulation.ts";

const common = { run: v.object({ id: v.string(), progress: v.string() }), action: v.string() };
const Call = v.object({
  ...common,
  type: v.literal("call"),
  call: v.object({ selection: v.array(v.string()), input: v.optional(v.unknown()) }),
});
const Control = v.object({ ...common, type: v.picklist(["cancel", "pause", "resume"]) });
const Undo = v.object({ ...common, type: v.literal("undo"), data: v.unknown() });
const Forwarded = v.pipe(v.string(), v.parseJson(), v.variant("type", [Call, Control, Undo]));

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
  /** requests that must never come, by the ID of the run */
  readonly wrong = new Map<string, string>();
  /** why the end of a run could not be reported, by the ID of the run */
  readonly unreported = new Map<string, string>();
  readonly #simulations = new Map<string, Simulation>();
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
    const reply = this.#reply(id, v.parse(Forwarded, body));
    if (reply === undefined) response.writeHead(204).end();
    else response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ version: 1, reply }));
  }

  #reply(id: string, request: v.InferOutput<typeof Forwarded>): object | undefined {
    const { run, action } = request;
    if (request.type === "undo") return this.#undo(run.id, request.data);
    if (request.type !== "call") {
      const simulation = this.#simulations.get(run.id);
      if (simulation === undefined) this.wrong.set(run.id, `"${request.type}" of a run that offered no buttons`);
      return simulation?.control(request.type);
    }
    const { selection, input } = request.call;
    if (action === "review" && input === undefined) {
      const fields = [{ name: "note", label: "Note", type: "text" }];
      return { kind: "ask", title: "Review", fields, submit: "Review" };
    }
    this.executions.set(id, (this.executions.get(id) ?? 0) + 1);
    if (action !== "simulate") return { kind: "done", severity: "success", title: `${selection.length} published` };
    const simulation = new Simulation(this.#random);
    this.#simulations.set(run.id, simulation);
    void this.#simulate(run.id, run.progress, simulation);
    return { ...simulation.started, progress: { done: 0, total: 4 } };
  }

  #undo(id: string, data: unknown): object {
    const offered = JSON.stringify(this.#simulations.get(id)?.undoData);
    if (JSON.stringify(data) !== offered)
      this.wrong.set(id, `an undo with the data ${JSON.stringify(data)} instead of ${offered}`);
    return { kind: "done", severity: "success", title: "Discarded" };
  }

  async #simulate(id: string, url: string, simulation: Simulation): Promise<void> {
    this.#reporting += 1;
    try {
      const result = await simulation.run((number, reply) => this.#report(id, url, number, reply));
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
