// A person who runs actions, answers questions, submits twice, reloads, leaves, retries, undoes,
// cancels and pauses. If a reply asks to check what was done before retrying, they check.
import { setTimeout as sleep } from "node:timers/promises";
import type { Answer, Ask, Field, InputValue, Run } from "../../contract.ts";
import type { History, RunHistory } from "./history.ts";
import type { Random } from "./random.ts";
import type { Studio } from "./studio.ts";
import type { WorkerClient } from "./worker-client.ts";

const ACTIONS = [
  "debug",
  "statistics",
  "playlist",
  "comment",
  "comment",
  "publish",
  "review",
  "simulate",
  "simulate",
  "flamenco",
  "afanasy",
];
const QUESTIONS_MAX = 8;

export class SimulatedUser {
  readonly #client: WorkerClient;
  readonly #studio: Studio;
  readonly #history: History;
  readonly #random: Random;

  constructor(client: WorkerClient, studio: Studio, history: History, random: Random) {
    [this.#client, this.#studio, this.#history, this.#random] = [client, studio, history, random];
  }

  /** Runs one action, and perhaps follows, undoes or retries it. */
  async act(): Promise<void> {
    const random = this.#random;
    const action = random.pick(ACTIONS);
    const run = this.#history.add(random.hex(32), action);
    this.#history.count(action);
    const isFarm = action === "flamenco" || action === "afanasy";
    const selection = random.sample(
      isFarm ? this.#studio.renderTasks : this.#studio.tasks,
      random.integer(1, isFarm ? 2 : 4),
    );
    const url = `${this.#client.worker}/actions/${action}${action === "playlist" ? `?name=soak-${run.tag}` : ""}`;
    run.tasks = selection;
    const answer = await this.#submitAndAnswer(run, url, { ...this.#studio.call, selection });
    if (answer !== undefined) await this.#followUp(run, answer, selection);
  }

  /** Submits until the reply is no longer a question. */
  async #submitAndAnswer(run: RunHistory, url: string, fields: object): Promise<Answer | undefined> {
    const random = this.#random;
    let answer = await this.#submit(run, url, fields);
    const asked: Field[] = [];
    for (let count = 0; answer?.reply.kind === "ask"; count += 1) {
      if (count === QUESTIONS_MAX || random.chance(0.08)) {
        run.note("leaves the question unanswered");
        this.#history.count("unanswered questions");
        return undefined;
      }
      asked.push(...answer.reply.fields);
      const { form, plan } = answer.reply;
      answer = await this.#submit(run, url, { ...fields, input: this.#fillIn(answer.reply, asked, run), form, plan });
    }
    return answer;
  }

  /** Sends a call, sometimes twice at once, and sometimes again if the answer was lost. */
  async #submit(run: RunHistory, url: string, body: object): Promise<Answer | undefined> {
    if (this.#random.chance(0.15)) {
      this.#history.count("double submissions");
      const both = await Promise.all([this.#client.send(run, url, body), this.#client.send(run, url, body)]);
      // The refusal of the duplicate is not the outcome of the run.
      return both.find((one) => one?.run?.id === run.id && one.reply.kind !== "failed") ?? both[0] ?? both[1];
    }
    const answer = await this.#client.send(run, url, body);
    if (answer !== undefined || this.#random.chance(0.4)) return answer;
    this.#history.count("sent again after a lost answer");
    return this.#client.send(run, url, body);
  }

  #fillIn(ask: Ask, asked: readonly Field[], run: RunHistory): Record<string, InputValue> {
    const random = this.#random;
    return Object.fromEntries(
      asked.map((field): [string, InputValue] => {
        const current = ask.fields.find(({ name }) => name === field.name) ?? field;
        // A hidden field carries an earlier answer.
        if (current.type === "hidden") return [field.name, current.value ?? ""];
        if (run.action === "comment" && field.name === "text") return [field.name, `soak ${run.tag}`];
        if (run.action === "comment" && field.name === "status")
          return [field.name, random.chance(0.5) ? "keep" : random.pick(current.options ?? []).value];
        return [field.name, current.value ?? current.options?.[0]?.value ?? ""];
      }),
    );
  }

  async #followUp(run: RunHistory, { run: links, reply }: Answer, selection: readonly string[]): Promise<void> {
    const random = this.#random;
    if (links === undefined || links.id !== run.id) return;
    if (random.chance(0.2)) {
      this.#history.count("reloads");
      await this.#client.get(links.url, random.chance(0.5) ? "text/html" : "application/json");
    }
    if (links.undo !== undefined && random.chance(0.5)) await this.undo(run, links.undo.url);
    else if (links.retry !== undefined && random.chance(0.7)) await this.#retry(run, links.retry, reply, selection);
    else if (links.follow !== undefined && random.chance(0.5))
      await this.follow(run, links.follow.url, random.chance(run.action === "simulate" ? 0.7 : 0.3));
  }

  async undo(run: RunHistory, url: string): Promise<Answer | undefined> {
    this.#history.count("undos");
    const submit = async () => {
      const undo = this.#history.add(this.#random.hex(32), "undo", "");
      run.note(`undone by ${undo.id}`);
      const answer = await this.#client.send(undo, url, this.#studio.person);
      run.note(`  undo: ${answer === undefined ? "lost" : `${answer.reply.kind} ${answer.reply.title}`}`);
      if (answer?.reply.kind === "done") run.isUndone = true;
      if (answer?.reply.kind === "done" && answer.reply.severity === "success") run.undos += 1;
      return answer;
    };
    const [first] = await Promise.all([submit(), ...(this.#random.chance(0.3) ? [submit()] : [])]);
    return first;
  }

  async #retry(run: RunHistory, url: string, reply: Answer["reply"], selection: readonly string[]): Promise<void> {
    const isDoubtful = /look (in|before)|check (in|before)|may have|may be/i.test(JSON.stringify(reply));
    if (isDoubtful || (await this.#studio.hasEffect(run.action, run.tag, selection))) return;
    this.#history.count("retries");
    const retry = this.#history.add(this.#random.hex(32), run.action, run.tag);
    run.note(`retried as ${retry.id}`);
    retry.note(`retry of ${run.id}`);
    retry.tasks = selection;
    retry.isRetry = true;
    await this.#submitAndAnswer(retry, url, this.#studio.person);
  }

  /**
   * Polls a long run a few times, and perhaps undoes it when it has ended. If told to, cancels it,
   * or pauses and resumes a simulation, which resumes by itself if nobody does.
   */
  async follow(run: RunHistory, url: string, mayControl: boolean): Promise<void> {
    for (let polls = this.#random.integer(1, 5); polls > 0; polls -= 1) {
      const { answer } = await this.#client.get(url);
      if (answer !== undefined && answer.reply.kind !== "started") {
        run.see(answer);
        const { undo } = answer.run ?? {};
        if (undo !== undefined && this.#random.chance(0.5)) await this.undo(run, undo.url);
        return;
      }
      if (mayControl && answer?.run !== undefined && (await this.#control(run, answer.run)) === "cancel") return;
      await sleep(this.#random.integer(50, 500));
    }
  }

  /** Clicks a button of the run, sometimes twice. Returns which. */
  async #control(run: RunHistory, links: Run): Promise<string | undefined> {
    const controls = run.action === "simulate" ? (["cancel", "pause", "resume"] as const) : (["cancel"] as const);
    const offered = controls.filter((control) => links[control] !== undefined);
    if (offered.length === 0) return undefined;
    const control = this.#random.pick(offered);
    this.#history.count(`clicks on ${control}`);
    const click = () => {
      const clicked = this.#history.add(this.#random.hex(32), control, "");
      run.note(`${control}: ${clicked.id}`);
      return this.#client.send(clicked, links[control] ?? "", this.#studio.person);
    };
    await Promise.all([click(), ...(this.#random.chance(0.3) ? [click()] : [])]);
    return control;
  }
}
