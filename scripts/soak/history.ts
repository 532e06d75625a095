// What was sent and answered, for each run: the evidence for violations, and the report of a faulty
// run.
import type { Answer, Reply, Run } from "../../contract.ts";

/** One request for a run. It has no effect if it was only asked for input, refused or voided. */
export type Attempt = { sentAt: number; answeredAt?: number; state: "open" | "asked" | "void" | "answered" };

export class RunHistory {
  readonly id: string;
  readonly action: string;
  /** marks the effects of the run in Kitsu; a retry has the tag of the first run */
  readonly tag: string;
  readonly startedAt = Date.now();
  readonly attempts: Attempt[] = [];
  readonly lines: string[] = [];
  lastReply: Reply | undefined;
  /** all final replies: one of two simultaneous submissions may be refused */
  readonly finalReplies: Reply[] = [];
  /** the links that the person received */
  links: Run | undefined;
  isUndone = false;
  /** how often an undo was answered as done, not counting that it was undone before */
  undos = 0;
  /** the ends that its followers saw */
  readonly ends = new Set<string>();
  /** Its effects may be those of the run that it retries. */
  isRetry = false;
  tasks: readonly string[] = [];

  constructor(id: string, action: string, tag = id.slice(0, 12)) {
    this.id = id;
    this.action = action;
    this.tag = tag;
  }

  note(text: string): void {
    this.lines.push(`${formatTime(Date.now())} ${text}`);
  }

  /** Notes what somebody who follows the run sees. */
  see({ run, reply }: Answer): void {
    if (reply.kind === "started") return;
    this.ends.add(`${reply.kind} "${reply.title}"`);
    if (run !== undefined) this.links = { ...run, ...this.links };
  }

  /** The worker answered with its ID, so it must be in the log. */
  get isAccepted(): boolean {
    return this.lastReply !== undefined;
  }

  /** Whether any request may have had an effect. */
  get mayHaveRun(): boolean {
    return this.attempts.some(({ state }) => state === "open" || state === "answered");
  }
}

export class History {
  readonly runs = new Map<string, RunHistory>();
  /** when the worker was killed, in epoch milliseconds */
  readonly kills: number[] = [];
  /** faults that belong to no run, such as answers that must never occur */
  readonly faults: string[] = [];
  readonly counts = new Map<string, number>();

  count(name: string): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }

  add(id: string, action: string, tag?: string): RunHistory {
    const run = new RunHistory(id, action, tag);
    this.runs.set(id, run);
    return run;
  }

  /** Records an answer for the run that it names. A refused call has a run of its own. */
  record(requested: RunHistory, { run, reply }: Answer): RunHistory {
    if (run === undefined) return requested;
    const answered = this.runs.get(run.id) ?? this.add(run.id, requested.action, "");
    answered.lastReply = reply;
    // This refusal says nothing about the earlier submission.
    const isDuplicate = reply.kind === "failed" && reply.code === "already-submitted";
    if (reply.kind === "done" || (reply.kind === "failed" && !isDuplicate)) answered.finalReplies.push(reply);
    answered.links = { ...answered.links, ...run };
    if (answered !== requested) answered.note(`refused instead of ${requested.id}: ${formatReply(reply)}`);
    return answered;
  }

  /** Whether the worker was killed during a request for this run, or shortly after its answer. */
  wasKilled({ attempts }: RunHistory): boolean {
    return attempts.some(({ sentAt, answeredAt = Number.POSITIVE_INFINITY }) =>
      this.kills.some((at) => at >= sentAt && at <= answeredAt + AFTER_ANSWER_MS),
    );
  }
}

/** Upper bound for the worker's work after its answer. */
const AFTER_ANSWER_MS = 5_000;

export const formatTime = (at: number): string => new Date(at).toISOString().slice(11, 23);

export const formatReply = (reply: Reply): string =>
  [reply.kind, reply.kind === "failed" && reply.code, JSON.stringify(reply.title), reply.text]
    .filter(Boolean)
    .join(" ");
