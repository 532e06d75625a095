// Which runs were answered, against the log: each of them is in it once, as it ended, and nothing else is.
import { setTimeout as wait } from "node:timers/promises";
import { readAnswer } from "./known.ts";
import type { Namespace } from "./namespace.ts";
import type { Received } from "./request.ts";

/** Whatever the log refused is written within this time. */
const SETTLED_MAX_MS = 120_000;
const LOOK_EVERY_MS = 100;

/** `kind` is that of the last reply, where it is known which was the last; `answers` are all of them, in words. */
type Entry = { kind: string | undefined; answers: string[] };

export class Ledger {
  readonly #answered = new Map<string, Entry>();
  /** calls whose answer led elsewhere and did not name their run */
  #unnamed = 0;

  /**
   * Notes the answer to a call. A refusal before there is a run names none.
   * @param isAlone nobody else asked the same at that moment, so that this is how the run stands now
   */
  note({ status, headers, body }: Received, request: string, isAlone: boolean): void {
    const answer = readAnswer(body);
    const place = answer?.run?.url ?? headers.location ?? FOOTER.exec(body)?.[1];
    const [, id, at] = RUN.exec(place ?? "") ?? [];
    if (id !== undefined) {
      const run = `${id}@${at}`;
      const answers = this.#answered.get(run)?.answers ?? [];
      answers.push(`${status} ${answer?.reply.kind ?? "as a page"} to ${request}`);
      this.#answered.set(run, { kind: isAlone ? answer?.reply.kind : undefined, answers });
    }
    if (status === 303) this.#unnamed += 1;
  }

  /** Notes a call whose answer could not be had. */
  noteUnread(): void {
    this.#unnamed += 1;
  }

  get size(): number {
    return this.#answered.size;
  }

  /** What is wrong with the log, once it had its time. */
  async compare(namespace: Namespace): Promise<string[]> {
    for (const end = Date.now() + SETTLED_MAX_MS; ; await wait(LOOK_EVERY_MS)) {
      const faults = this.#findFaults(namespace);
      if (faults.length === 0 || Date.now() > end) return faults;
    }
  }

  #findFaults(namespace: Namespace): string[] {
    const logged = new Map(namespace.keys().map((key) => [readKey(key), namespace.read(key)]));
    const lost = [...this.#answered].flatMap(([run, { kind, answers }]) => {
      const record = logged.get(run);
      if (record === undefined) return [`The run ${run} is not in the log: ${answers.join("; ")}`];
      const isAsked = record.includes('"reply":{"kind":"ask"');
      return isAsked && kind !== undefined && kind !== "ask"
        ? [`The run ${run} was answered "${kind}" and is in the log as asked: ${answers.join("; ")}`]
        : [];
    });
    const unknown = [...logged.keys()].filter((run) => !this.#answered.has(run));
    if (unknown.length <= this.#unnamed) return lost;
    return [
      ...lost,
      `${unknown.length - this.#unnamed} runs are in the log that no answer named, one of ${unknown.slice(0, 20).join(", ")}`,
    ];
  }
}

const RUN = /\/runs\/([0-9a-f]{32})(?:\/\w+)?\?at=(\d+)/;
const FOOTER = /<footer class="run">Run <a href="([^"]+)"/;

const DAY_MS = 86_400_000;

/** docs/storage.md has the key: days and milliseconds are counted down. */
function readKey(key: string): string {
  const [, day, ms, id = ""] = /^run\/(\d{5})\/(\d{8})\/([0-9a-f]{32})$/.exec(key) ?? [];
  return `${id}@${(99_999 - Number(day)) * DAY_MS + DAY_MS - Number(ms)}`;
}
