// Sends requests to the worker as the userscript does, and notes each in the history of its run.
import { setTimeout as sleep } from "node:timers/promises";
import * as v from "valibot";
import { type Answer, Reply, Run } from "../../contract.ts";
import { type Attempt, formatReply, type History, type RunHistory } from "./history.ts";
import type { Random } from "./random.ts";

const WorkerAnswer = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ version: v.literal(1), run: v.optional(Run), reply: Reply }),
);

/** No answer takes as long: a request without one by then hangs. */
const ANSWER_MAX_MS = 45_000;
const LOOKUPS_MAX = 5;

export class WorkerClient {
  readonly worker: string;
  /** the origin of the page that the calls come from */
  readonly #kitsu: string;
  readonly #history: History;
  readonly #random: Random;

  constructor(worker: string, kitsu: string, history: History, random: Random) {
    this.worker = worker;
    this.#kitsu = kitsu;
    this.#history = history;
    this.#random = random;
  }

  /** Sends a call under the run's ID. Returns undefined if the answer is lost. */
  async send(run: RunHistory, address: string, body: object): Promise<Answer | undefined> {
    const attempt: Attempt & { name: string } = { sentAt: Date.now(), state: "open", name: this.#random.hex(8) };
    run.attempts.push(attempt);
    const url = `${address}${address.includes("?") ? "&" : "?"}run=${run.id}&try=${attempt.name}`;
    const what = `${new URL(address).pathname.replace(/\/[0-9a-f]{32}/, "")} try ${attempt.name}`;
    run.note(`POST ${what}${"plan" in body ? " with a plan" : "input" in body ? " with answers" : ""}`);
    const answer = await this.#fetch(url, { method: "POST", body: JSON.stringify(body) });
    if (answer !== undefined) {
      attempt.answeredAt = Date.now();
      attempt.state = answer.reply.kind === "ask" ? "asked" : "answered";
      const answered = this.#history.record(run, answer);
      run.note(`  ${attempt.name}: ${formatReply(answer.reply)}`);
      if (answered !== run) attempt.state = "asked";
      return answer;
    }
    run.note(`  ${attempt.name}: lost the answer`);
    this.#history.count("lost answers");
    if (this.#random.chance(0.6)) await this.#resolve(run, attempt);
    return undefined;
  }

  /** Asks what became of a call, as the userscript does. A call that never arrived is voided. */
  async #resolve(run: RunHistory, attempt: Attempt & { name: string }): Promise<void> {
    for (let lookups = 0; lookups < LOOKUPS_MAX; lookups += 1) {
      const answer = await this.#fetch(`${this.worker}/runs/${run.id}/void?try=${attempt.name}`, { method: "POST" });
      const { reply } = answer ?? {};
      if (reply?.kind === "failed" && reply.code === "never-ran") {
        attempt.state = "void";
        run.note(`  ${attempt.name}: voided`);
        this.#history.count("voided calls");
        return;
      }
      if (reply !== undefined && reply.kind !== "started") {
        run.note(`  ${attempt.name}: looked up: ${formatReply(reply)}`);
        if (reply.kind === "ask") attempt.state = "asked";
        return;
      }
      await sleep(500);
    }
  }

  /** Gets a page or a run's reply. The status is 0 if there was no answer. */
  async get(url: string, accept = "application/json"): Promise<{ status: number; answer?: Answer }> {
    try {
      const response = await fetch(url, {
        headers: { accept, origin: this.#kitsu },
        signal: AbortSignal.timeout(ANSWER_MAX_MS),
      });
      const parsed = v.safeParse(WorkerAnswer, await response.text());
      return { status: response.status, ...(parsed.success && { answer: parsed.output }) };
    } catch {
      return { status: 0 };
    }
  }

  async #fetch(url: string, init: RequestInit): Promise<Answer | undefined> {
    const startedAt = Date.now();
    try {
      const headers = { "content-type": "application/json", accept: "*/*", origin: this.#kitsu };
      const response = await fetch(url, { ...init, headers, signal: AbortSignal.timeout(ANSWER_MAX_MS) });
      const text = await response.text();
      const parsed = v.safeParse(WorkerAnswer, text);
      if (!parsed.success) {
        this.#history.faults.push(`${response.status} at ${url}: ${text.slice(0, 300)}`);
        return undefined;
      }
      if (parsed.output.reply.kind === "failed" && parsed.output.reply.code === "internal-error")
        this.#history.faults.push(`internal-error at ${url}: ${JSON.stringify(parsed.output).slice(0, 300)}`);
      return parsed.output;
    } catch (thrown) {
      if (Date.now() - startedAt >= ANSWER_MAX_MS)
        this.#history.faults.push(`No answer within ${ANSWER_MAX_MS / 1_000} s at ${url}: ${String(thrown)}`);
      return undefined;
    }
  }
}
