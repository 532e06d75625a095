// What was done and what was said, run by run: what the end is judged by, and what is printed of a run that went wrong.
import type { Answer, Reply, Run } from "../../contract.ts";

/** One request for a run. `attempt` may have no effect where it was asked, refused, or made void. */
export type Attempt = { sentAt: number; answeredAt?: number; state: "open" | "asked" | "void" | "answered" };

export class RunHistory {
  readonly id: string;
  readonly action: string;
  /** what its effects are known by: that of the first run, for one that tries it again */
  readonly tag: string;
  readonly began = Date.now();
  readonly attempts: Attempt[] = [];
  readonly lines: string[] = [];
  /** the newest answer that a person had, and all that were an end: of two that were sent at once, one may be refused */
  told: Reply | undefined;
  readonly ends: Reply[] = [];
  /** what the person was given to press or to look at */
  run: Run | undefined;
  isUndone = false;
  /** it tries another run again, and what was done may have been done by that one */
  isRetry = false;
  tasks: readonly string[] = [];

  constructor(id: string, action: string, tag = id.slice(0, 12)) {
    this.id = id;
    this.action = action;
    this.tag = tag;
  }

  note(text: string): void {
    this.lines.push(`${new Date().toISOString().slice(11, 23)} ${text}`);
  }

  /** Somebody has its id from the worker: it must be in the log. */
  get isAccepted(): boolean {
    return this.told !== undefined;
  }

  /** Is there a request that may have done something? */
  get mayHaveRun(): boolean {
    return this.attempts.some(({ state }) => state === "open" || state === "answered");
  }
}

export class History {
  readonly runs = new Map<string, RunHistory>();
  /** when the worker was killed, in epoch milliseconds */
  readonly kills: number[] = [];
  /** what no run is to blame for: answers that nobody may get */
  readonly odd: string[] = [];
  readonly counts = new Map<string, number>();

  count(name: string): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }

  begin(id: string, action: string, tag?: string): RunHistory {
    const run = new RunHistory(id, action, tag);
    this.runs.set(id, run);
    return run;
  }

  /** What a person was told, of whichever run it is about: what is refused is a run of its own. */
  take(about: RunHistory, { run, reply }: Answer): RunHistory {
    if (run === undefined) return about;
    const told = this.runs.get(run.id) ?? this.begin(run.id, about.action, "");
    told.told = reply;
    // Of what was submitted before, this says nothing.
    const isTwin = reply.kind === "failed" && reply.code === "already-submitted";
    if (reply.kind === "done" || (reply.kind === "failed" && !isTwin)) told.ends.push(reply);
    told.run = { ...told.run, ...run };
    if (told !== about) told.note(`refused in place of ${about.id}: ${describe(reply)}`);
    return told;
  }

  /** Was the worker killed while a request for this run was at work, or shortly after its answer? */
  wasKilled({ attempts }: RunHistory): boolean {
    return attempts.some(({ sentAt, answeredAt = Number.POSITIVE_INFINITY }) =>
      this.kills.some((at) => at >= sentAt && at <= answeredAt + AFTER_ANSWER_MS),
    );
  }
}

/** What the worker does after its answer takes no longer than this, or something else is wrong. */
const AFTER_ANSWER_MS = 5_000;

export const describe = (reply: Reply): string =>
  [reply.kind, reply.kind === "failed" && reply.code, JSON.stringify(reply.title), reply.text]
    .filter(Boolean)
    .join(" ");
