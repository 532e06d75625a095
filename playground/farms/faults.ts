/** What a person or a test may make go wrong at a farm. */
import * as v from "valibot";

const Times = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1_000));
/** `true` is once. */
const Next = v.union([Times, v.boolean()]);

export const Wish = v.strictObject({
  /** nobody listens any more, until it is false again */
  down: v.optional(v.boolean()),
  /** each answer takes as long */
  slowMs: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(120_000))),
  /** the next submissions are refused, as by a fault of the farm's own */
  failNext: v.optional(Next),
  /** the next submissions are taken, and the connection is closed without an answer */
  acceptThenDrop: v.optional(Next),
  /** the next submissions are taken, and their answers end in the middle */
  answerCut: v.optional(Next),
  /** Flamenco: the next requests are answered with 503 and Retry-After */
  busyNext: v.optional(Next),
  /** Afanasy: ends now, and is back some seconds later */
  die: v.optional(v.boolean()),
  /** Afanasy: machines of the farm go, come back, are paused or kept for their user: "node1: offline", or "all" of them */
  machines: v.optional(
    v.strictObject({ name: v.string(), state: v.picklist(["online", "offline", "paused", "nimby"]) }),
  ),
  /** Flamenco: so many of its machines are awake, the others offline */
  awake: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
  /** Flamenco: all its machines sleep; `awake` wakes them */
  asleep: v.optional(v.boolean()),
  /** Flamenco: nobody has set it up yet, or somebody has */
  firstRun: v.optional(v.boolean()),
  /** Flamenco: it has a tag of that id, which none of its machines has */
  tag: v.optional(v.pipe(v.string(), v.uuid())),
  /** as if somebody had deleted it on the farm's own page: its id there */
  deleteJob: v.optional(v.union([v.string(), v.number()])),
});
export type Wish = v.InferOutput<typeof Wish>;

type Counted = "failNext" | "acceptThenDrop" | "answerCut" | "busyNext";

export class Faults {
  slowMs = 0;
  readonly #left: Record<Counted, number> = { failNext: 0, acceptThenDrop: 0, answerCut: 0, busyNext: 0 };

  set({ slowMs, failNext, acceptThenDrop, answerCut, busyNext }: Wish): void {
    if (slowMs !== undefined) this.slowMs = slowMs;
    const given = { failNext, acceptThenDrop, answerCut, busyNext };
    for (const name of COUNTED) this.#left[name] = Number(given[name] ?? this.#left[name]);
  }

  /** Whether it goes wrong this time. */
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
