// A person of the studio who runs actions, answers what is asked, presses twice, reloads, walks away, tries again and takes back; carefully, for who is told
// to look first looks first.
import type { Answer, Ask, Field, InputValue } from "../../contract.ts";
import type { Caller } from "./caller.ts";
import type { Dice } from "./dice.ts";
import type { History, RunHistory } from "./history.ts";
import type { Studio } from "./studio.ts";

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

export class Artist {
  readonly #caller: Caller;
  readonly #studio: Studio;
  readonly #history: History;
  readonly #dice: Dice;
  readonly #worker: string;

  constructor(caller: Caller, studio: Studio, history: History, dice: Dice, worker: string) {
    [this.#caller, this.#studio, this.#history, this.#dice, this.#worker] = [caller, studio, history, dice, worker];
  }

  /** Runs one action, with all that comes of it. */
  async act(): Promise<void> {
    const dice = this.#dice;
    const action = dice.pick(ACTIONS);
    const run = this.#history.begin(dice.hex(32), action);
    this.#history.count(action);
    const isFarm = action === "flamenco" || action === "afanasy";
    const selection = dice.some(
      isFarm ? this.#studio.renderTasks : this.#studio.tasks,
      dice.between(1, isFarm ? 2 : 4),
    );
    const address = `${this.#worker}/actions/${action}${action === "playlist" ? `?name=soak-${run.tag}` : ""}`;
    run.tasks = selection;
    const fields = { ...this.#studio.call, selection };
    const answer = await this.#converse(run, address, fields);
    if (answer !== undefined) await this.#goOn(run, answer, selection);
  }

  /** Until what is answered is no question. */
  async #converse(run: RunHistory, address: string, fields: object): Promise<Answer | undefined> {
    const dice = this.#dice;
    let answer = await this.#submit(run, address, fields);
    const asked: Field[] = [];
    for (let count = 0; answer?.reply.kind === "ask"; count += 1) {
      if (count === QUESTIONS_MAX || dice.chance(0.08)) {
        run.note("walks away from the question");
        this.#history.count("questions left");
        return undefined;
      }
      asked.push(...answer.reply.fields);
      const { form, plan } = answer.reply;
      answer = await this.#submit(run, address, {
        ...fields,
        input: this.#answer(answer.reply, asked, run),
        form,
        plan,
      });
    }
    return answer;
  }

  /** Sends it, sometimes twice at once, and sometimes again where the answer was lost. */
  async #submit(run: RunHistory, address: string, body: object): Promise<Answer | undefined> {
    if (this.#dice.chance(0.15)) {
      this.#history.count("double submissions");
      const both = await Promise.all([this.#caller.send(run, address, body), this.#caller.send(run, address, body)]);
      // What was refused the second one is not what came of it.
      return both.find((one) => one?.run?.id === run.id && one.reply.kind !== "failed") ?? both[0] ?? both[1];
    }
    const answer = await this.#caller.send(run, address, body);
    if (answer !== undefined || this.#dice.chance(0.4)) return answer;
    this.#history.count("sent again after a lost answer");
    return this.#caller.send(run, address, body);
  }

  #answer(ask: Ask, asked: readonly Field[], run: RunHistory): Record<string, InputValue> {
    const dice = this.#dice;
    return Object.fromEntries(
      asked.map((field): [string, InputValue] => {
        const now = ask.fields.find(({ name }) => name === field.name) ?? field;
        // What was answered before comes along.
        if (now.type === "hidden") return [field.name, now.value ?? ""];
        if (run.action === "comment" && field.name === "text") return [field.name, `soak ${run.tag}`];
        if (run.action === "comment" && field.name === "status")
          return [field.name, dice.chance(0.5) ? "keep" : this.#pickStatus(now)];
        return [field.name, now.value ?? now.options?.[0]?.value ?? ""];
      }),
    );
  }

  #pickStatus({ options = [] }: Field): string {
    return this.#dice.pick(options).value;
  }

  /** What can still be done with it: looked at, taken back, tried again, canceled. */
  async #goOn(run: RunHistory, { run: offered, reply }: Answer, selection: readonly string[]): Promise<void> {
    const dice = this.#dice;
    if (offered === undefined || offered.id !== run.id) return;
    if (dice.chance(0.2)) {
      this.#history.count("reloads");
      await this.#caller.look(offered.url, dice.chance(0.5) ? "text/html" : "application/json");
    }
    if (offered.undo !== undefined && dice.chance(0.5)) await this.undo(run, offered.undo.url);
    else if (offered.retry !== undefined && dice.chance(0.7)) await this.#retry(run, offered.retry, reply, selection);
    else if (offered.follow !== undefined && dice.chance(0.5))
      await this.follow(run, offered.follow.url, dice.chance(0.3));
  }

  async undo(run: RunHistory, address: string): Promise<Answer | undefined> {
    this.#history.count("undos");
    const press = async () => {
      const own = this.#history.begin(this.#dice.hex(32), "undo", "");
      run.note(`undo as ${own.id}`);
      const answer = await this.#caller.send(own, address, this.#studio.person);
      run.note(`  undo: ${answer === undefined ? "lost" : `${answer.reply.kind} ${answer.reply.title}`}`);
      if (answer?.reply.kind === "done") run.isUndone = true;
      return answer;
    };
    const [first] = await Promise.all([press(), ...(this.#dice.chance(0.3) ? [press()] : [])]);
    return first;
  }

  async #retry(run: RunHistory, address: string, reply: Answer["reply"], selection: readonly string[]): Promise<void> {
    // Who is told to look whether it was done looks, and does not do it again where it was.
    const isDoubtful = /look (in|before)|may have|may be/i.test(JSON.stringify(reply));
    if (isDoubtful || (await this.#studio.hasEffect(run.action, run.tag, selection))) return;
    this.#history.count("retries");
    const again = this.#history.begin(this.#dice.hex(32), run.action, run.tag);
    run.note(`retried as ${again.id}`);
    again.note(`retry of ${run.id}`);
    again.tasks = selection;
    again.isRetry = true;
    await this.#converse(again, address, this.#studio.person);
  }

  /** Looks a few times how it stands, and perhaps cancels it. */
  async follow(run: RunHistory, url: string, isCanceled: boolean): Promise<void> {
    for (let looks = this.#dice.between(1, 5); looks > 0; looks -= 1) {
      const { answer } = await this.#caller.look(url);
      if (answer !== undefined && answer.reply.kind !== "started") return;
      const cancel = answer?.run?.cancel;
      if (isCanceled && cancel !== undefined) {
        this.#history.count("cancels");
        const own = this.#history.begin(this.#dice.hex(32), "cancel", "");
        run.note(`cancel as ${own.id}`);
        await this.#caller.send(own, cancel, this.#studio.person);
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, this.#dice.between(50, 500)));
    }
  }
}
