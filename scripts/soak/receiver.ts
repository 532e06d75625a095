// A server of the studio's that calls are forwarded to: it believes what is signed, counts what it did under each webhook-id, and reports of what takes long
// until it is told that the worker has it.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { Webhook } from "standardwebhooks";
import * as v from "valibot";
import { readBody } from "../../playground/request-body.ts";
import type { Dice } from "./dice.ts";
import { listen } from "./listen.ts";

const Forwarded = v.object({
  run: v.object({ id: v.string(), progress: v.string() }),
  action: v.string(),
  call: v.object({ selection: v.array(v.string()), input: v.optional(v.unknown()) }),
});

/** The actions that are forwarded: `publish` is done at once, `review` asks first, `simulate` takes long and reports. */
export const TARGETS = ["publish", "review", "simulate"] as const;

/** So often the same report is sent while the run is not known. */
const EARLY_MAX = 60;
const OVER = v.object({ reply: v.object({ code: v.string() }) });

export class Receiver {
  /** how often it did its work, by webhook-id */
  readonly worked = new Map<string, number>();
  /** ends that it could not report, and why */
  readonly unreported = new Map<string, string>();
  #reporting = 0;
  readonly #webhook: Webhook;
  readonly #dice: Dice;
  readonly #server = createServer((request, response) => {
    this.#answer(request, response).catch(() => response.destroy());
  });

  constructor(secret: string, dice: Dice) {
    this.#webhook = new Webhook(secret);
    this.#dice = dice;
  }

  async open(): Promise<string> {
    return `http://127.0.0.1:${await listen(this.#server)}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** Has it told all there is to tell? */
  get isSilent(): boolean {
    return this.#reporting === 0;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    const id = String(request.headers["webhook-id"] ?? "");
    const headers = { "webhook-id": id, ...pick(request, "webhook-timestamp"), ...pick(request, "webhook-signature") };
    this.#webhook.verify(body, headers);
    const { run, action, call } = v.parse(v.pipe(v.string(), v.parseJson(), Forwarded), body);
    const send = (reply: object) => {
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ version: 1, reply }));
    };
    if (action === "review" && call.input === undefined) {
      const fields = [{ name: "note", label: "Note", type: "text" }];
      return send({ kind: "ask", title: "Review", fields, submit: "Review" });
    }
    this.worked.set(id, (this.worked.get(id) ?? 0) + 1);
    if (action !== "simulate")
      return send({ kind: "done", severity: "success", title: `${call.selection.length} published` });
    void this.#work(run.id, run.progress);
    send({ kind: "started", title: "Simulating", progress: { done: 0, total: 4 } });
  }

  async #work(id: string, progress: string): Promise<void> {
    this.#reporting += 1;
    try {
      const steps = this.#dice.between(1, 3);
      for (let done = 1; done <= steps; done += 1) {
        await sleep(this.#dice.between(0, 1_200));
        await this.#report(id, progress, done, { kind: "started", title: "Simulating", progress: { done, total: 4 } });
      }
      await sleep(this.#dice.between(0, 1_200));
      const end = this.#dice.chance(0.8)
        ? { kind: "done", severity: "success", title: "Simulated" }
        : { kind: "failed", code: "diverged", title: "The simulation diverged" };
      const said = await this.#report(id, progress, 9, end);
      if (said !== "taken" && said !== "report-refused") this.unreported.set(id, said);
    } finally {
      this.#reporting -= 1;
    }
  }

  /** The same report, until it is taken or refused for good. */
  async #report(id: string, progress: string, number: number, reply: object): Promise<string> {
    const body = JSON.stringify(reply);
    const webhookId = `${id}-${number}`;
    for (let early = 0; early < EARLY_MAX; ) {
      const now = new Date();
      const response = await fetch(progress, {
        method: "POST",
        body,
        headers: {
          "content-type": "application/json",
          "webhook-id": webhookId,
          "webhook-timestamp": String(Math.floor(now.getTime() / 1_000)),
          "webhook-signature": this.#webhook.sign(webhookId, now, body),
        },
      }).catch(() => undefined);
      const said = await response?.text().catch(() => undefined);
      if (response?.ok) return "taken";
      if (response?.status === 404) early += 1;
      const over = v.safeParse(v.pipe(v.string(), v.parseJson(), OVER), said);
      if (response?.status === 409) return over.success ? over.output.reply.code : "409";
      await sleep(1_000);
    }
    return "never known";
  }
}

const pick = ({ headers }: IncomingMessage, name: string) => ({ [name]: String(headers[name] ?? "") });
