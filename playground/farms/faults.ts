/** What a person or a test can break at a farm. */
import * as v from "valibot";

const Times = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1_000));
/** `true` means once. */
const Next = v.union([Times, v.boolean()]);

export const FarmFaults = v.strictObject({
  /** connections are refused until it is false again */
  down: v.optional(v.boolean()),
  /** each answer takes this long */
  slowMs: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(120_000))),
  /** this many submissions fail with an internal error of the farm */
  failNext: v.optional(Next),
  /** this many submissions are accepted, then the connection closes without an answer */
  acceptThenDrop: v.optional(Next),
  /** this many submissions are accepted, and their answers end in the middle */
  answerCut: v.optional(Next),
  /** Flamenco: this many requests get 503 and Retry-After */
  busyNext: v.optional(Next),
  /** Afanasy: crashes now, and restarts a few seconds later */
  die: v.optional(v.boolean()),
  /** Afanasy: sets the state of one machine, or of "all" */
  machines: v.optional(
    v.strictObject({ name: v.string(), state: v.picklist(["online", "offline", "paused", "nimby"]) }),
  ),
  /** Flamenco: this many machines are awake, the others offline */
  awake: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
  /** Flamenco: all machines sleep until `awake` wakes them */
  asleep: v.optional(v.boolean()),
  /** Flamenco: whether it has not been set up yet */
  firstRun: v.optional(v.boolean()),
  /** Flamenco: adds a tag with this id, which no machine has */
  tag: v.optional(v.pipe(v.string(), v.uuid())),
  /** deletes the job with this id, as someone could on the farm's own page */
  deleteJob: v.optional(v.union([v.string(), v.number()])),
});
export type FarmFaults = v.InferOutput<typeof FarmFaults>;

type Counted = "failNext" | "acceptThenDrop" | "answerCut" | "busyNext";

export class Faults {
  slowMs = 0;
  readonly #left: Record<Counted, number> = { failNext: 0, acceptThenDrop: 0, answerCut: 0, busyNext: 0 };

  set({ slowMs, failNext, acceptThenDrop, answerCut, busyNext }: FarmFaults): void {
    if (slowMs !== undefined) this.slowMs = slowMs;
    const counts = { failNext, acceptThenDrop, answerCut, busyNext };
    for (const name of COUNTED) this.#left[name] = Number(counts[name] ?? this.#left[name]);
  }

  /** Whether this fault happens now. Counts it if so. */
  take(name: Counted): boolean {
    if (this.#left[name] === 0) return false;
    this.#left[name] -= 1;
    return true;
  }

  describe(): Record<string, number> {
    return { slowMs: this.slowMs, ...this.#left };
  }
}

const COUNTED = ["failNext", "acceptThenDrop", "answerCut", "busyNext"] as const;
