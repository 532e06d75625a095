// Counts what each action asks of Kitsu, of the studio's other servers, of Durable Objects and of
// KV. Nothing here is a matter of time.
import { setTimeout as sleep } from "node:timers/promises";
import * as v from "valibot";
import type { InputValue } from "../../../contract.ts";
import { type Answered, answerAsk, FLOWS, type Flow, fieldsOf, nameStep, StepAnswer, selectTasks } from "./flow.ts";
import type { Arrival } from "./gate.ts";
import { Isolates, OBJECTS, type Sent } from "./isolates.ts";
import { BASE_PATHS, type CountedStudio, KITSU, openCountedStudio, WAYS, type Way } from "./studio.ts";

type Counted = {
  /** the requests to the studio's servers, round by round */
  rounds: Arrival[][];
  /** how many rounds the answer had to wait for */
  waited: number;
  /** operations by name: "RunCoordinator.open", "RUNS.put" */
  byWorker: Record<string, number>;
  byObjects: Record<string, number>;
};

/** What one call did, or one poll of a long run, which has no cold isolate here. */
export type StepCounts = Counted & { action: string; step: string; way: Way; isolate: "cold" | "warm" };

const WARM = "warm";
/**
 * How much time passes from one call to the next: people have to read and to answer. For all calls
 * together it must be less than five minutes, because servers refuse webhooks from the future.
 */
const ANSWER_MS = 2_000;
const HOUR_MS = 3_600_000;
const QUIET_CHECKS = 4;
const CHECK_EVERY_MS = 8;
const STEP_MAX_MS = 60_000;

/** The steps of all actions, whichever way the worker knows who is calling. */
export const countAll = async (): Promise<StepCounts[]> => (await Promise.all(WAYS.map(countSteps))).flat();

/** Each step in a cold isolate of its own, and in one that has done all of them once. */
function countSteps(way: Way): Promise<StepCounts[]> {
  const cold = FLOWS.flatMap((flow) => Array.from({ length: flow.steps }, (_, step) => nameIsolate(flow, step)));
  return withCounter(way, cold, async (counter) => {
    const counted: StepCounts[] = [];
    for (const flow of FLOWS) counted.push(...(await counter.countFlow(flow, "cold", 0)));
    for (const flow of FLOWS) await counter.warmUp(flow);
    for (const flow of FLOWS) counted.push(...(await counter.countFlow(flow, "warm", 2)));
    return counted;
  });
}

/** Runs `work` with the studio's servers and the worker, in these isolates and a warm one. */
export async function withCounter<T>(
  way: Way,
  cold: readonly string[],
  work: (counter: Counter, isolates: Isolates) => Promise<T>,
): Promise<T> {
  const studio = await openCountedStudio(way);
  let isolates: Isolates | undefined;
  try {
    isolates = await Isolates.start([...cold, WARM], studio);
    return await work(new Counter(studio, isolates, way), isolates);
  } finally {
    await isolates?.stop();
    await studio.close();
  }
}

const makeRunId = (flow: Flow, turn: number) => `${turn}${FLOWS.indexOf(flow)}`.padStart(32, "0");
/** Lets a long run poll once what it has started. */
const pollOnce = (run: string): Sent => ({ method: "GET", path: `/bench/poll?run=${run}` });
const nameIsolate = ({ action }: Flow, step: number) => `${action}-${step}`;

export class Counter {
  readonly #studio: CountedStudio;
  readonly #isolates: Isolates;
  readonly #way: Way;
  #isCounting = true;
  /** the time in all isolates, in epoch milliseconds */
  #now = Date.now();

  constructor(studio: CountedStudio, isolates: Isolates, way: Way) {
    [this.#studio, this.#isolates, this.#way] = [studio, isolates, way];
  }

  /** @returns the id of the run */
  async warmUp(flow: Flow): Promise<string> {
    this.#isCounting = false;
    await this.countFlow(flow, "warm", 1);
    this.#isCounting = true;
    return makeRunId(flow, 1);
  }

  /** Lets an hour pass in which nothing changes. Returns how often the long run polled. */
  async passHour(run: string): Promise<number> {
    const end = this.#now + HOUR_MS;
    let polls = 0;
    for (; this.#now <= end; polls += 1) {
      await this.#isolates.beginCall(OBJECTS, this.#now);
      this.#now = v.parse(v.number(), await this.#isolates.send(OBJECTS, pollOnce(run)));
    }
    return polls;
  }

  /** Runs an action from the click to the outcome, and counts each of its calls. */
  async countFlow(flow: Flow, isolate: StepCounts["isolate"], turn: number): Promise<StepCounts[]> {
    const { action, steps, polls = 0 } = flow;
    const about = { action, way: this.#way, isolate };
    const counted: StepCounts[] = [];
    const run = makeRunId(flow, turn);
    let answered: Answered | undefined;
    for (let step = 0; step < steps; step += 1) {
      const place = isolate === "warm" ? WARM : nameIsolate(flow, step);
      const sent = this.#writeCall(`/actions/${action}?run=${run}&try=0000000${step}`, {
        ...fieldsOf(selectTasks(flow, turn)),
        ...answered,
      });
      const [answer, counts] = await this.#count(place, sent);
      const { reply } = v.parse(StepAnswer, answer);
      counted.push({ ...about, step: nameStep(reply), ...counts });
      const earlier: Record<string, InputValue> = answered?.input ?? {};
      if (reply.kind === "ask") answered = answerAsk(reply, earlier);
    }
    if (counted.at(-1)?.step !== "runs" || counted.findIndex(({ step }) => step === "runs") < steps - 1)
      throw new Error(`${action} does not run in ${steps} calls: ${counted.map(({ step }) => step).join(", ")}.`);
    if (isolate === "cold") return counted;
    for (let poll = 1; poll <= polls; poll += 1) {
      const [, counts] = await this.#count(OBJECTS, pollOnce(run));
      counted.push({ ...about, step: `poll ${poll}`, ...counts });
    }
    return counted;
  }

  /** Sends a request to an isolate, and counts until everything that it started has ended. */
  async #count(isolate: string, request: Sent): Promise<[answer: unknown, counts: Counted]> {
    const { gate } = this.#studio;
    const places = [...new Set([isolate, OBJECTS])];
    this.#now += ANSWER_MS;
    await Promise.all(places.map((place) => this.#isolates.beginCall(place, this.#now)));
    gate.isOpen = !this.#isCounting;
    const rounds: Arrival[][] = [];
    let waited: number | undefined;
    const sent = this.#isolates.send(isolate, request).finally(() => {
      waited = rounds.length;
    });
    sent.catch(() => undefined);
    const end = Date.now() + STEP_MAX_MS;
    for (;;) {
      await this.#waitUntilQuiet(places, end);
      if (gate.held.length > 0) rounds.push(gate.release());
      else if (waited !== undefined) break;
    }
    gate.isOpen = true;
    const answer = await sent;
    const { counts: byObjects } = await this.#isolates.readState(OBJECTS);
    const byWorker = isolate === OBJECTS ? {} : (await this.#isolates.readState(isolate)).counts;
    return [answer, { rounds, waited, byWorker, byObjects }];
  }

  /**
   * Resolves when nothing moves: no operation is waiting for an answer, and every request that was
   * sent is held at the gate. The isolates answer between their turns, so a busy machine only takes
   * longer.
   */
  async #waitUntilQuiet(places: readonly string[], end: number): Promise<void> {
    let last = "";
    for (let quiet = 0; quiet < QUIET_CHECKS; ) {
      if (Date.now() > end) throw new Error(`A call does not end: ${last}`);
      await sleep(CHECK_EVERY_MS);
      const states = await Promise.all(places.map((place) => this.#isolates.readState(place)));
      const { held } = this.#studio.gate;
      const waiting = states.reduce((sum, { pending }) => sum + pending.requests, 0);
      const isQuiet = waiting === held.length && states.every(({ pending }) => pending.operations === 0);
      const now = JSON.stringify([states, held]);
      quiet = isQuiet && now === last ? quiet + 1 : 0;
      last = now;
    }
  }

  #writeCall(path: string, body: object): Sent {
    return {
      method: "POST",
      path: `${BASE_PATHS[this.#way]}${path}`,
      headers: {
        host: new URL(KITSU).host,
        "content-type": "application/json",
        accept: "*/*",
        origin: KITSU,
        "user-agent": "Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 Chrome/153.0.0.0",
        ...(this.#way === "session" && { cookie: this.#studio.cookie }),
      },
      body: JSON.stringify(body),
    };
  }
}
