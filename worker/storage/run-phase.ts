// What is known about a run by its id alone, from the moment its call arrives: it is running, it
// has ended, it was interrupted, or it never ran and never will. It is stored in the run's Durable
// Object, so every location of Cloudflare sees the same, without reading the log.
import * as v from "valibot";
import type { Text } from "../format/message.ts";
import { StoredOffers, StoredReply } from "../format/reply.ts";
import { STATE_VERSION } from "./earlier-state.ts";

/** A request that is running. Times are epoch milliseconds; after `until` it must have died. */
const RunningRequest = v.object({ token: v.string(), since: v.number(), until: v.number() });

export const StoredPhase = v.object({
  /** when the run started and of which action; absent if no request arrived */
  at: v.optional(v.number()),
  action: v.optional(v.string()),
  /** attempts that arrived, and attempts that must never run */
  seen: v.array(v.string()),
  voided: v.array(v.string()),
  running: v.array(RunningRequest),
  /**
   * how its last request ended, without personal data: anyone who has the id may read it. If only a
   * newer version can read it, the rest still counts.
   */
  end: v.fallback(v.optional(v.object({ reply: StoredReply, offers: StoredOffers })), undefined),
  isInterrupted: v.optional(v.boolean()),
});
type StoredPhase = v.InferOutput<typeof StoredPhase>;

/**
 * A request that has arrived.
 * - `token`: identifies the request
 * - `attempt`: a page may send several requests for one run, such as the answers to its questions;
 *   this distinguishes them and is "" for the first
 * - `at`: when it arrived; `until`: when it must have ended
 */
export type StartedRequest = { token: string; attempt: string; at: number; action: string; until: number };

/** How a run ended or where it stands, and what can still be done about it. */
export type RunEnd = NonNullable<StoredPhase["end"]>;

export type RunPhase =
  | { state: "unknown" | "void" }
  | { state: "running"; at: number; action: string; since: number }
  | { state: "interrupted"; at: number; action: string }
  | ({ state: "over"; at: number; action: string } & RunEnd);

/** Limits for a caller who sends the same id again and again. */
const RUNNING_MAX = 20;
const ATTEMPTS_MAX = 100;

const EMPTY: StoredPhase = { seen: [], voided: [], running: [] };

export class RunPhaseStore {
  readonly #storage: DurableObjectStorage;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  /** Returns when the run started; undefined if this attempt was declared void: it must not run. */
  async startRequest({ token, attempt, at, action, until }: StartedRequest): Promise<number | undefined> {
    const stored = await this.#read();
    if (stored.voided.includes(attempt)) return undefined;
    // The first request stays, because it is probably the one that runs the action.
    const others = stored.running.slice(0, RUNNING_MAX - 1);
    const running = [...others, { token, since: Date.now(), until }];
    const startedAt = stored.at ?? at;
    const seen = add(stored.seen, attempt);
    await this.#write({ ...stored, at: startedAt, action: stored.action ?? action, seen, running });
    return startedAt;
  }

  /** @param end how the run ended; absent if this request did not run it */
  async endRequest(token: string, end?: RunEnd & { at: number; action: string }): Promise<void> {
    const stored = await this.#read();
    const rest = { ...stored, running: stored.running.filter((request) => request.token !== token) };
    if (end === undefined) return this.#write(rest);
    const { at, action, reply, offers } = end;
    return this.#write({ ...rest, at, action, end: { reply, offers }, isInterrupted: undefined });
  }

  /** @param attempt the attempt to read; without it, the whole run */
  async read(attempt?: string, now = Date.now()): Promise<RunPhase> {
    const { at, action, seen, voided, running, end, isInterrupted } = await this.#read();
    if (attempt !== undefined && voided.includes(attempt)) return { state: "void" };
    if (at === undefined || action === undefined || (attempt !== undefined && !seen.includes(attempt))) {
      return { state: attempt === undefined && voided.length > 0 ? "void" : "unknown" };
    }
    const alive = running.filter(({ until }) => until > now);
    if (alive.length > 0) return { state: "running", at, action, since: Math.min(...alive.map(({ since }) => since)) };
    if (isInterrupted || running.length > 0) return { state: "interrupted", at, action };
    return end === undefined ? { state: "unknown" } : { state: "over", at, action, ...end };
  }

  async readStartTime(): Promise<number | undefined> {
    return (await this.#read()).at;
  }

  /** Makes sure that this attempt never runs, unless it has arrived already. */
  async voidAttempt(attempt: string): Promise<RunPhase> {
    const stored = await this.#read();
    if (!stored.seen.includes(attempt)) await this.#write({ ...stored, voided: add(stored.voided, attempt) });
    return this.read(attempt);
  }

  /** Tokens of the requests that must have died. */
  async listExpired(now = Date.now()): Promise<string[]> {
    return (await this.#read()).running.filter(({ until }) => until <= now).map(({ token }) => token);
  }

  /** Drops these requests. Returns when the run started, and whether any of its requests ended. */
  async dropExpired(tokens: readonly string[]): Promise<{ at: number | undefined; isOver: boolean }> {
    const stored = await this.#read();
    await this.#write({ ...stored, running: stored.running.filter(({ token }) => !tokens.includes(token)) });
    return { at: stored.at, isOver: stored.end !== undefined };
  }

  /** @param longRunTitle of the long run that continues; without it, the run was interrupted */
  async endExpired(longRunTitle?: Text): Promise<void> {
    const stored = await this.#read();
    const end: RunEnd = { reply: { kind: "started", title: longRunTitle ?? "" }, offers: {} };
    await this.#write(longRunTitle === undefined ? { ...stored, isInterrupted: true } : { ...stored, end });
  }

  /** When this request must have died, in epoch milliseconds; undefined if it isn't running. */
  async readExpiry(token: string): Promise<number | undefined> {
    return (await this.#read()).running.find((request) => request.token === token)?.until;
  }

  /** When the next request must have died, in epoch milliseconds. */
  async nextExpiry(): Promise<number | undefined> {
    const times = (await this.#read()).running.map(({ until }) => until);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  async #read(): Promise<StoredPhase> {
    const parsed = v.safeParse(StoredPhase, await this.#storage.get("phase"));
    return parsed.success ? parsed.output : EMPTY;
  }

  #write(stored: StoredPhase): Promise<void> {
    return this.#storage.put("phase", { version: STATE_VERSION, ...stored });
  }
}

const add = (list: readonly string[], item: string) =>
  [...list.filter((other) => other !== item), item].slice(-ATTEMPTS_MAX);
