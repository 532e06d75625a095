// A run that is more than one request: it was asked about, agreed to, perhaps taken back. One Durable Object per run, because "once" needs one
// place where it is decided; KV can't. It forgets a day later, or a day after what it began must be over; what is worth keeping is in the log.
import { DurableObject } from "cloudflare:workers";
import * as v from "valibot";
import { Shown } from "../action/confirmation.ts";
import { noBinding } from "../failure.ts";
import type { EarlierRun } from "../request/call.ts";
import { type Env, readSettings } from "../settings/settings.ts";
import { readParts, toParts } from "./large-value.ts";
import { PendingRecords } from "./pending-records.ts";
import { type ArrivingRequest, type RunPhase, RunPhaseStore } from "./run-phase.ts";
import type { RunRecord } from "./run-record.ts";

/** Whose run of what it is. A person is unknown where nothing is checked. */
export type RunIdentity = { at: number; action: string; person?: string | undefined };

/** How an undo stands: until when it is offered, since when somebody does it. */
type Undo = { until: number; since?: number; isDone?: boolean };

/** `data` is JSON. */
export type StoredUndo = { data: string; until: number };
/** `lost`: there never was one, or it is too late. `data` is JSON. */
export type UndoTurn = { state: "ready"; data: string } | { state: "lost" | "running" | "undone" };

const FORGET_AFTER_MS = 86_400_000;
/** What an undo may take beyond the time of an action, before its turn counts as dead. */
const TURN_GRACE_MS = 10_000;

/** An alarm that has nothing to do is not set for now. */
const ALARM_LEAST_MS = 1_000;

/** What was known of the run before this request: when it began, whose it is, whether it was submitted, and whether it may run at all. */
export type KnownRun = { at: number; beginning: RunIdentity | undefined; isTaken: boolean; isVoid: boolean };

/** `isKept`: its record is kept until the log has it. `isAbout`: the run is about this request; else another one has submitted it, at that time. */
export type LeaveResult = { isKept: boolean; isAbout: boolean; submittedAt: number | undefined };

export class RunCoordinator extends DurableObject<Env> {
  readonly #registry = new RunPhaseStore(this.ctx.storage);
  readonly #kept = new PendingRecords(this.ctx.storage);

  /**
   * Notes that a request for this run is at work, before it does anything.
   * @param draft what the log is told should the request never end: a record of the run, as JSON
   */
  async arrive(arriving: ArrivingRequest, draft: Uint8Array): Promise<KnownRun> {
    const { beginning, isTaken } = await this.read();
    const at = await this.#registry.arrive(arriving);
    // What was submitted before is not run again: what is known of the run does not depend on this request.
    if (at !== undefined && !isTaken) await this.#kept.draft(arriving.token, draft);
    await this.#forgetAfter(FORGET_AFTER_MS);
    return { at: at ?? arriving.at, beginning, isTaken, isVoid: at === undefined };
  }

  /**
   * The request is over.
   * @param over how the run ended, or stands, by it; `record`: the same for the log, kept here until the log has it
   */
  async leave(token: string, over?: Parameters<RunPhaseStore["leave"]>[1], record?: RunRecord): Promise<LeaveResult> {
    const { storage } = this.ctx;
    const turn = await storage.get<string>("turn");
    const isAbout = turn === undefined || turn === token;
    let isKept = false;
    if (isAbout && record !== undefined) isKept = await this.#kept.keepIfRoom(token, record, turn === token);
    await this.#registry.leave(token, isAbout ? over : undefined);
    await this.#kept.dropDrafts([token]);
    await this.#forgetAfter(FORGET_AFTER_MS);
    return { isKept, isAbout, submittedAt: isAbout ? undefined : (await this.read()).beginning?.at };
  }

  state(attempt?: string): Promise<RunPhase> {
    return this.#registry.read(attempt);
  }

  /** When the run began, in epoch milliseconds; undefined where none of its requests arrived. */
  beganAt(): Promise<number | undefined> {
    return this.#registry.beganAt();
  }

  /** So that "it did not run" is true for good. */
  async void(attempt: string): Promise<RunPhase> {
    const known = await this.#registry.void(attempt);
    if (known.state === "void") await this.#forgetAfter(FORGET_AFTER_MS);
    return known;
  }

  /** Keeps a record that the log did not take, until it does: false where there is no room for more. */
  async keepRecord(by: string, record: RunRecord): Promise<boolean> {
    const isKept = await this.#kept.keepIfRoom(by, record);
    await this.writeSoon();
    return isKept;
  }

  /** The log took the record that was kept by that request. */
  async wrote(by: string): Promise<void> {
    await this.#kept.drop(by);
    await this.#forgetAfter(FORGET_AFTER_MS);
  }

  async writeSoon(): Promise<void> {
    await this.#kept.writeSoon();
    await this.#forgetAfter(FORGET_AFTER_MS);
  }

  /**
   * What the log was not told yet, as JSON: it is newer than what the log has.
   * @param at when the call arrived, in epoch milliseconds, where it is known
   */
  async readRecord(at?: number): Promise<string | undefined> {
    const record = await this.#kept.read(at);
    return record && JSON.stringify(record);
  }

  /** Remembers whose run this is, and what they were shown. What was first stays. */
  async open(beginning: RunIdentity, shown?: Shown): Promise<void> {
    const { storage } = this.ctx;
    if ((await storage.get("beginning")) === undefined) await storage.put("beginning", beginning);
    if (shown !== undefined) await storage.put(toParts("shown", shown));
    await this.#forgetAfter(FORGET_AFTER_MS);
  }

  /** Never sooner than was said before; but what is to be done until then wakes it up. */
  async #forgetAfter(ms: number): Promise<void> {
    const { storage } = this.ctx;
    const forgetAt = Math.max((await storage.get<number>("forgetAt")) ?? 0, Date.now() + ms);
    await storage.put("forgetAt", forgetAt);
    await this.#setAlarm(forgetAt);
  }

  async #setAlarm(forgetAt: number): Promise<void> {
    const times = [forgetAt, await this.#kept.nextWrite(), await this.#registry.nextBurial()];
    await this.ctx.storage.setAlarm(Math.min(...times.filter((time) => time !== undefined)));
  }

  async read(): Promise<{ beginning: RunIdentity | undefined; shown: Shown | undefined; isTaken: boolean }> {
    const { storage } = this.ctx;
    const [beginning, shown] = [
      await storage.get<RunIdentity>("beginning"),
      v.safeParse(Shown, await readParts(storage, "shown")),
    ];
    return {
      beginning,
      shown: shown.success ? shown.output : undefined,
      isTaken: (await storage.get("turn")) !== undefined,
    };
  }

  /** Takes the one turn this run has, for the request of this token; where another one has it, or had it, that beginning. */
  async begin(beginning: RunIdentity, token: string): Promise<RunIdentity | undefined> {
    const { storage } = this.ctx;
    if ((await storage.get("turn")) !== undefined) return (await this.read()).beginning ?? beginning;
    await storage.put("turn", token);
    // That something was asked is no news any more, and must not be written after what is done now.
    await this.#kept.dropCall(beginning.at);
    await this.open(beginning);
    // Once only, for as long as what it began may go on.
    await this.#forgetAfter(readSettings(this.env).longRunLimitMs + FORGET_AFTER_MS);
    return undefined;
  }

  /** This run is tried again by that one, and by no other: undefined, or the one that does so already. */
  async takeRetry(by: EarlierRun): Promise<EarlierRun | undefined> {
    const { storage } = this.ctx;
    const taken = await storage.get<EarlierRun>("retry");
    if (taken !== undefined && taken.id !== by.id) return taken;
    await storage.put("retry", by);
    await this.#forgetAfter(readSettings(this.env).longRunLimitMs + FORGET_AFTER_MS);
    return undefined;
  }

  /** Nothing came of the retry: it may be tried once more. */
  async returnRetry(by: string): Promise<void> {
    const { storage } = this.ctx;
    if ((await storage.get<EarlierRun>("retry"))?.id === by) await storage.delete("retry");
  }

  /** Nothing was done: the run asks something else first. */
  async reopen(): Promise<void> {
    await this.ctx.storage.delete("turn");
  }

  /** The run can be taken back. */
  async keepUndo(beginning: RunIdentity, undo: StoredUndo): Promise<void> {
    await this.open(beginning);
    const { data, until } = undo;
    await this.ctx.storage.put({ undo: { until }, ...toParts("undo-data", data) });
    // For as long as it is offered, and a turn that begins in the last moment.
    await this.#forgetAfter(until - Date.now() + this.#turnMs() + FORGET_AFTER_MS);
  }

  /** Gives what the undo needs to the first who asks; again only after `endUndo` said that nothing came of it. */
  async takeUndo(): Promise<UndoTurn> {
    const { storage } = this.ctx;
    const [undo, data] = [await storage.get<Undo>("undo"), await readParts(storage, "undo-data")];
    if (undo?.isDone) return { state: "undone" };
    if (undo === undefined || typeof data !== "string") return { state: "lost" };
    if (undo.since !== undefined && Date.now() - undo.since < this.#turnMs()) return { state: "running" };
    // One that was cut off began in time, and may be tried again.
    const until = undo.since === undefined ? undo.until : Math.max(undo.until, undo.since + 2 * this.#turnMs());
    if (Date.now() > until) return { state: "lost" };
    await storage.put("undo", { ...undo, since: Date.now() });
    return { state: "ready", data };
  }

  /** @param undone the run as it is then, for the log, and by whom it is kept */
  async endUndo(isDone: boolean, by?: string, undone?: RunRecord): Promise<void> {
    const { storage } = this.ctx;
    const undo = await storage.get<Undo>("undo");
    if (undo !== undefined) await storage.put("undo", { until: undo.until, isDone });
    if (by !== undefined && undone !== undefined) await this.#kept.keep(by, undone);
    await this.#forgetAfter(FORGET_AFTER_MS);
  }

  /** A turn that takes longer has died. */
  #turnMs(): number {
    return readSettings(this.env).actionTimeLimitMs + TURN_GRACE_MS;
  }

  override async alarm(): Promise<void> {
    const { storage } = this.ctx;
    const dead = await this.#registry.listDead();
    if (dead.length > 0) await this.#settle(dead);
    await this.#kept.write(this.env);
    const forgetAt = (await storage.get<number>("forgetAt")) ?? 0;
    if ((await this.#kept.nextWrite()) === undefined && Date.now() >= forgetAt) await storage.deleteAll();
    else await this.#setAlarm(Math.max(forgetAt, Date.now() + ALARM_LEAST_MS));
  }

  /** Requests that died may have done a part: then the run was interrupted. It was not where it had ended before, or goes on. */
  async #settle(dead: readonly string[]): Promise<void> {
    const { storage } = this.ctx;
    const turn = await storage.get<string>("turn");
    const draft = await this.#kept.readDraft(dead.toSorted((a, b) => Number(b === turn) - Number(a === turn)));
    const living = draft && (await this.env.LONG_RUNS?.getByName(draft.id).peek());
    // All or nothing: a worker may die here, too.
    await storage.transaction(async () => {
      const { at, isOver } = await this.#registry.bury(dead);
      // Another request came to an end, and this one had not begun: whoever begins takes the turn.
      const hadNotBegun = isOver && (turn === undefined || !dead.includes(turn));
      if (draft !== undefined && !hadNotBegun) {
        await this.#registry.endDead(living === undefined ? undefined : draft.action);
        if (living === undefined) await this.#kept.keep("alarm", { ...draft, at: at ?? draft.at }, Date.now());
      }
      await this.#kept.dropDrafts(dead);
    });
  }
}

/** The conversation of a run. */
export function getRunCoordinator(env: Env, id: string): DurableObjectStub<RunCoordinator> {
  if (env.RUN_COORDINATORS === undefined) throw noBinding("RUN_COORDINATORS", "RunCoordinator");
  return env.RUN_COORDINATORS.getByName(id);
}
