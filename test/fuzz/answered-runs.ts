// The runs that answers named, compared with the log: each must be in it once, with its last reply,
// and no others.
import { waitUntil } from "../../scripts/wait-until.ts";
import { readAnswer } from "./case-state.ts";
import type { Received } from "./request.ts";

/** Upper bound for writing what the log refused at first. */
const SETTLED_MAX_MS = 120_000;
const POLL_MS = 100;

/**
 * `kind` is that of the last reply, if it is known which one was the last. `answers` describe all
 * of them.
 */
type Entry = { kind: string | undefined; answers: string[] };

export class AnsweredRuns {
  readonly #runs = new Map<string, Entry>();
  /** calls whose answer did not name their run: redirects, and answers that were lost */
  #unnamed = 0;

  /**
   * Records the answer to a call. A call that was refused early has no run.
   * @param isAlone whether no other request for the run was sent at the same time, so that this
   *   reply is the last
   */
  record({ status, headers, body }: Received, request: string, isAlone: boolean): void {
    const answer = readAnswer(body);
    const url = answer?.run?.url ?? headers.location ?? FOOTER.exec(body)?.[1];
    const [, id, at] = RUN_URL.exec(url ?? "") ?? [];
    if (id !== undefined) {
      const run = `${id}@${at}`;
      const answers = this.#runs.get(run)?.answers ?? [];
      answers.push(`${status} ${answer?.reply.kind ?? "as a page"} to ${request}`);
      this.#runs.set(run, { kind: isAlone ? answer?.reply.kind : undefined, answers });
    }
    if (status === 303) this.#unnamed += 1;
  }

  recordUnread(): void {
    this.#unnamed += 1;
  }

  get size(): number {
    return this.#runs.size;
  }

  /**
   * What is still wrong with the log once it had time to settle. `readLog` returns its records by
   * key.
   */
  async compare(readLog: () => ReadonlyMap<string, string>): Promise<string[]> {
    let faults: string[] = [];
    const check = () => {
      faults = this.#findFaults(readLog());
      return faults.length === 0;
    };
    await waitUntil(check, { limitMs: SETTLED_MAX_MS, everyMs: POLL_MS });
    return faults;
  }

  #findFaults(log: ReadonlyMap<string, string>): string[] {
    const logged = new Map([...log].map(([key, record]) => [parseKey(key), record]));
    const lost = [...this.#runs].flatMap(([run, { kind, answers }]) => {
      const record = logged.get(run);
      if (record === undefined) return [`The run ${run} is not in the log: ${answers.join("; ")}`];
      const isAsked = record.includes('"reply":{"kind":"ask"');
      return isAsked && kind !== undefined && kind !== "ask"
        ? [`The run ${run} was answered "${kind}", but the log has only its question: ${answers.join("; ")}`]
        : [];
    });
    const unknown = [...logged.keys()].filter((run) => !this.#runs.has(run));
    if (unknown.length <= this.#unnamed) return lost;
    return [
      ...lost,
      `The log has ${unknown.length - this.#unnamed} runs that no answer named, among ${unknown.slice(0, 20).join(", ")}`,
    ];
  }
}

const RUN_URL = /\/runs\/([0-9a-f]{32})(?:\/\w+)?\?at=(\d+)/;
const FOOTER = /<footer class="run">Run <a href="([^"]+)"/;

const DAY_MS = 86_400_000;

/** docs/storage.md describes the key: days and milliseconds are counted down. */
function parseKey(key: string): string {
  const [, day, ms, id = ""] = /^run\/(\d{5})\/(\d{8})\/([0-9a-f]{32})$/.exec(key) ?? [];
  return `${id}@${(99_999 - Number(day)) * DAY_MS + DAY_MS - Number(ms)}`;
}
