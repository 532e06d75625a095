// Requests to the worker as the userscript sends them, each written into the history of its run.
import * as v from "valibot";
import { type Answer, Reply, Run } from "../../contract.ts";
import type { Dice } from "./dice.ts";
import { type Attempt, describe, type History, type RunHistory } from "./history.ts";

const Heard = v.object({ version: v.literal(1), run: v.optional(Run), reply: Reply });

/** Longer than anything may take: what has no answer by then hangs. */
const ANSWER_MAX_MS = 45_000;
const LOOKS_MAX = 5;

export class Caller {
  readonly #worker: string;
  /** the page the calls come from */
  readonly #kitsu: string;
  readonly #history: History;
  readonly #dice: Dice;

  constructor(worker: string, kitsu: string, history: History, dice: Dice) {
    this.#worker = worker;
    this.#kitsu = kitsu;
    this.#history = history;
    this.#dice = dice;
  }

  /** Sends a call under the run's id; nothing where the answer was lost. */
  async send(run: RunHistory, address: string, body: object): Promise<Answer | undefined> {
    const attempt: Attempt & { name: string } = { sentAt: Date.now(), state: "open", name: this.#dice.hex(8) };
    run.attempts.push(attempt);
    const url = `${address}${address.includes("?") ? "&" : "?"}run=${run.id}&try=${attempt.name}`;
    const what = `${new URL(address).pathname.replace(/\/[0-9a-f]{32}/, "")} try ${attempt.name}`;
    run.note(`POST ${what}${"plan" in body ? " with a plan" : "input" in body ? " with answers" : ""}`);
    const answer = await this.#fetch(url, { method: "POST", body: JSON.stringify(body) });
    if (answer !== undefined) {
      attempt.answeredAt = Date.now();
      attempt.state = answer.reply.kind === "ask" ? "asked" : "answered";
      const about = this.#history.take(run, answer);
      run.note(`  ${attempt.name}: ${describe(answer.reply)}`);
      if (about !== run) attempt.state = "asked";
      return answer;
    }
    run.note(`  ${attempt.name}: the answer is lost`);
    this.#history.count("lost answers");
    if (this.#dice.chance(0.6)) await this.#settle(run, attempt);
    return undefined;
  }

  /** Asks what became of it, as the userscript does: a call that never arrived is made void. */
  async #settle(run: RunHistory, attempt: Attempt & { name: string }): Promise<void> {
    for (let looks = 0; looks < LOOKS_MAX; looks += 1) {
      const answer = await this.#fetch(`${this.#worker}/runs/${run.id}/void?try=${attempt.name}`, { method: "POST" });
      const { reply } = answer ?? {};
      if (reply?.kind === "failed" && reply.code === "never-ran") {
        attempt.state = "void";
        run.note(`  ${attempt.name}: made void`);
        this.#history.count("calls made void");
        return;
      }
      if (reply !== undefined && reply.kind !== "started") {
        run.note(`  ${attempt.name}: looked up: ${describe(reply)}`);
        if (reply.kind === "ask") attempt.state = "asked";
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }

  /** Looks at a page or asks how something stands. The status, 0 where nobody answered. */
  async look(url: string, accept = "application/json"): Promise<{ status: number; answer?: Answer }> {
    try {
      const response = await fetch(url, {
        headers: { accept, origin: this.#kitsu },
        signal: AbortSignal.timeout(ANSWER_MAX_MS),
      });
      const heard = v.safeParse(v.pipe(v.string(), v.parseJson(), Heard), await response.text());
      return { status: response.status, ...(heard.success && { answer: heard.output }) };
    } catch {
      return { status: 0 };
    }
  }

  async #fetch(url: string, init: RequestInit): Promise<Answer | undefined> {
    const began = Date.now();
    try {
      const headers = { "content-type": "application/json", accept: "*/*", origin: this.#kitsu };
      const response = await fetch(url, { ...init, headers, signal: AbortSignal.timeout(ANSWER_MAX_MS) });
      const text = await response.text();
      const heard = v.safeParse(v.pipe(v.string(), v.parseJson(), Heard), text);
      if (!heard.success) {
        this.#history.odd.push(`${response.status} at ${url}: ${text.slice(0, 300)}`);
        return undefined;
      }
      if (heard.output.reply.kind === "failed" && heard.output.reply.code === "internal-error") {
        this.#history.odd.push(`internal-error at ${url}: ${JSON.stringify(heard.output).slice(0, 300)}`);
      }
      return heard.output;
    } catch (thrown) {
      if (Date.now() - began >= ANSWER_MAX_MS)
        this.#history.odd.push(`No answer within ${ANSWER_MAX_MS / 1_000} s at ${url}: ${String(thrown)}`);
      return undefined;
    }
  }
}
