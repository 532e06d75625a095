// What is known of a run by its id alone, from the moment its call arrives: that it is at work, how it ended, that it was interrupted, or that it
// never ran and never will. It is kept in the run's Durable Object, so every place of Cloudflare's knows the same, and no log has to be read.
import * as v from "valibot";
import { Reply, Run } from "../../contract.ts";

/** One request that is at work for the run. Times are epoch milliseconds; after `until` it must be dead. */
const AtWork = v.object({ token: v.string(), since: v.number(), until: v.number() });

const Registered = v.object({
  /** when the run began, and of which action; absent where no request arrived */
  at: v.optional(v.number()),
  action: v.optional(v.string()),
  /** the attempts that arrived, and those that never will */
  seen: v.array(v.string()),
  voided: v.array(v.string()),
  atWork: v.array(AtWork),
  /** how its last request ended, in words that may be shown to anybody who knows the id */
  over: v.optional(v.object({ reply: Reply, offers: v.pick(Run, ["retry", "undo"]) })),
  isInterrupted: v.optional(v.boolean()),
});
type Registered = v.InferOutput<typeof Registered>;

/**
 * What a request says when it arrives: `token` is its own, `at` when it arrived, `until` when it is over at the latest. A page may send several requests
 * for one run, as the answers to what it asks: `attempt` tells them apart, and is "" for the first.
 */
export type ArrivingRequest = { token: string; attempt: string; at: number; action: string; until: number };

/** How a run ended, or stands, by a request, and what can still be done about it. */
export type RunEnd = NonNullable<Registered["over"]>;

export type RunPhase =
  | { state: "unknown" | "void" }
  | { state: "running"; at: number; action: string; since: number }
  | { state: "interrupted"; at: number; action: string }
  | ({ state: "over"; at: number; action: string } & RunEnd);

/** A request that is sent over and over under one id can't fill the storage. */
const AT_WORK_MAX = 20;
const ATTEMPTS_MAX = 100;

const NOTHING: Registered = { seen: [], voided: [], atWork: [] };

export class RunPhaseStore {
  readonly #storage: DurableObjectStorage;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  /** When the run began. Undefined: somebody was told that this attempt did not run, and so it never will. */
  async arrive({ token, attempt, at, action, until }: ArrivingRequest): Promise<number | undefined> {
    const known = await this.#read();
    if (known.voided.includes(attempt)) return undefined;
    const atWork = [...known.atWork, { token, since: Date.now(), until }].slice(-AT_WORK_MAX);
    const began = known.at ?? at;
    await this.#write({ ...known, at: began, action: known.action ?? action, seen: add(known.seen, attempt), atWork });
    return began;
  }

  /** @param over how the run ended by this request; absent where this request is not what the run is about */
  async leave(token: string, over?: RunEnd & { at: number; action: string }): Promise<void> {
    const known = await this.#read();
    const rest = { ...known, atWork: known.atWork.filter((one) => one.token !== token) };
    if (over === undefined) return this.#write(rest);
    const { at, action, reply, offers } = over;
    return this.#write({ ...rest, at, action, over: { reply, offers }, isInterrupted: undefined });
  }

  /** @param attempt whose state is meant; without it, that of the whole run */
  async read(attempt?: string, now = Date.now()): Promise<RunPhase> {
    const { at, action, seen, voided, atWork, over, isInterrupted } = await this.#read();
    if (attempt !== undefined && voided.includes(attempt)) return { state: "void" };
    if (at === undefined || action === undefined || (attempt !== undefined && !seen.includes(attempt))) {
      return { state: attempt === undefined && voided.length > 0 ? "void" : "unknown" };
    }
    const alive = atWork.filter(({ until }) => until > now);
    if (alive.length > 0) return { state: "running", at, action, since: Math.min(...alive.map(({ since }) => since)) };
    if (isInterrupted || atWork.length > 0) return { state: "interrupted", at, action };
    return over === undefined ? { state: "unknown" } : { state: "over", at, action, ...over };
  }

  async beganAt(): Promise<number | undefined> {
    return (await this.#read()).at;
  }

  /** From now on this attempt is not run, unless it has arrived. */
  async void(attempt: string): Promise<RunPhase> {
    const known = await this.#read();
    if (!known.seen.includes(attempt)) await this.#write({ ...known, voided: add(known.voided, attempt) });
    return this.read(attempt);
  }

  /** The requests that must be dead. */
  async listDead(now = Date.now()): Promise<string[]> {
    return (await this.#read()).atWork.filter(({ until }) => until <= now).map(({ token }) => token);
  }

  /** Forgets them, and says when the run began, and whether any of its requests came to an end. */
  async bury(dead: readonly string[]): Promise<{ at: number | undefined; isOver: boolean }> {
    const known = await this.#read();
    await this.#write({ ...known, atWork: known.atWork.filter(({ token }) => !dead.includes(token)) });
    return { at: known.at, isOver: known.over !== undefined };
  }

  /** Part of it may be done, and nobody will say more; or, with the action's name, what it began goes on. */
  async endDead(going?: string): Promise<void> {
    const known = await this.#read();
    const over: RunEnd = { reply: { kind: "started", title: going ?? "" }, offers: {} };
    await this.#write(going === undefined ? { ...known, isInterrupted: true } : { ...known, over });
  }

  /** When there is something to bury next, in epoch milliseconds. */
  async nextBurial(): Promise<number | undefined> {
    const times = (await this.#read()).atWork.map(({ until }) => until);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  async #read(): Promise<Registered> {
    const parsed = v.safeParse(Registered, await this.#storage.get("registered"));
    return parsed.success ? parsed.output : NOTHING;
  }

  #write(known: Registered): Promise<void> {
    return this.#storage.put("registered", known);
  }
}

const add = (list: readonly string[], one: string) =>
  [...list.filter((other) => other !== one), one].slice(-ATTEMPTS_MAX);
