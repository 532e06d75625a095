// Coordinates the requests of one run: the form, the confirmation, the run itself, its retry and
// its undo. One Durable Object per run, because "only once" has to be decided in one place, and KV
// is not consistent enough. It deletes itself a day after its last use; the log keeps the rest.
import { DurableObject } from "cloudflare:workers";
import * as v from "valibot";
import { ShownPlan } from "../action/confirmation.ts";
import { missingBinding } from "../format/failure.ts";
import type { EarlierRun } from "../request/call.ts";
import { type Env, readSettings } from "../settings/settings.ts";
import { upgradeCoordinator } from "./earlier-state.ts";
import { eraseStoredRun } from "./erase-stored-run.ts";
import type { AskedRun, EndedRequest, KnownRun, RunIdentity } from "./known-run.ts";
import { readParts, toParts } from "./large-value.ts";
import { PendingRecords } from "./pending-records.ts";
import type { UsedOffers } from "./run-links.ts";
import { type RunPhase, RunPhaseStore, type StartedRequest } from "./run-phase.ts";
import type { RunRecord } from "./run-record.ts";
import { type StoredUndo, type UndoTurn, UndoTurns } from "./undo-turn.ts";

const DELETE_AFTER_MS = 86_400_000;
/** How much longer than the action's time limit an undo may take. */
const TURN_GRACE_MS = 10_000;
/** The shortest wait before an alarm that has nothing to do yet. */
const ALARM_LEAST_MS = 1_000;

export class RunCoordinator extends DurableObject<Env> {
  readonly #phase = new RunPhaseStore(upgradeCoordinator(this.ctx.storage));
  readonly #pending = new PendingRecords(this.ctx.storage);
  readonly #undo = new UndoTurns(this.ctx.storage);

  /**
   * Records that a request for this run has started, before it does anything.
   * @param draft the record to log if the request never ends, as JSON
   */
  async startRequest(request: StartedRequest, draft: Uint8Array): Promise<KnownRun> {
    const { identity, isTaken } = await this.read();
    const at = await this.#phase.startRequest(request);
    // A run that was submitted does not run again, so this request can't change its outcome.
    if (at !== undefined && !isTaken) await this.#pending.saveDraft(request.token, draft);
    await this.#deleteAfter(DELETE_AFTER_MS);
    return { at: at ?? request.at, identity, isTaken, isVoid: at === undefined };
  }

  /**
   * Records that the request has ended.
   * @param end how the run ended, or where it stands
   * @param record the same for the log, stored here until the log has it
   * @param asked set if the run asked its person
   */
  async endRequest(
    token: string,
    end?: Parameters<RunPhaseStore["endRequest"]>[1],
    record?: RunRecord,
    asked?: AskedRun,
  ): Promise<EndedRequest> {
    const turn = await this.ctx.storage.get<string>("turn");
    const isOwner = turn === undefined || turn === token;
    if (isOwner && asked !== undefined) await this.open(asked);
    let isKept = false;
    const diesAt = await this.#phase.readExpiry(token);
    if (isOwner && record !== undefined) isKept = await this.#pending.addIfRoom(token, record, turn === token, diesAt);
    await this.#phase.endRequest(token, isOwner ? end : undefined);
    await this.#pending.dropDrafts([token]);
    await this.#deleteAfter(DELETE_AFTER_MS);
    return { isKept, isOwner, submittedAt: isOwner ? undefined : (await this.read()).identity?.at };
  }

  readPhase(attempt?: string): Promise<RunPhase> {
    return this.#phase.read(attempt);
  }

  /** When the run started, in epoch milliseconds; undefined if none of its requests arrived. */
  readStartTime(): Promise<number | undefined> {
    return this.#phase.readStartTime();
  }

  /** Makes sure that this attempt never runs, so that "it did not run" stays true. */
  async voidAttempt(attempt: string): Promise<RunPhase> {
    const phase = await this.#phase.voidAttempt(attempt);
    if (phase.state === "void") await this.#deleteAfter(DELETE_AFTER_MS);
    return phase;
  }

  /** Stores a record until the log takes it. Returns false if there is no room. */
  async addPendingRecord(by: string, record: RunRecord): Promise<boolean> {
    const isKept = await this.#pending.addIfRoom(by, record);
    await this.retryWriteSoon();
    return isKept;
  }

  /** Drops the record that this request stored: the log has it. */
  async dropPendingRecord(by: string): Promise<void> {
    await this.#pending.dropWritten(by);
    await this.#deleteAfter(DELETE_AFTER_MS);
  }

  async retryWriteSoon(): Promise<void> {
    await this.#pending.retrySoon();
    await this.#deleteAfter(DELETE_AFTER_MS);
  }

  /**
   * A record that the log does not have yet, as JSON. It is newer than the one in the log.
   * @param at when the call arrived, in epoch milliseconds, if that is known
   */
  async readPendingRecord(at?: number): Promise<string | undefined> {
    const record = await this.#pending.read(at);
    return record && JSON.stringify(record);
  }

  /** Remembers whose run this is and what they were shown. The first identity stays. */
  async open({ identity, shown }: AskedRun): Promise<void> {
    const { storage } = this.ctx;
    if ((await storage.get("identity")) === undefined) await storage.put("identity", identity);
    if (shown !== undefined) await storage.put(toParts("shown", shown));
    await this.#deleteAfter(DELETE_AFTER_MS);
  }

  async read(): Promise<{ identity: RunIdentity | undefined; shown: ShownPlan | undefined; isTaken: boolean }> {
    const { storage } = this.ctx;
    const identity = await storage.get<RunIdentity>("identity");
    const shown = v.safeParse(ShownPlan, await readParts(storage, "shown"));
    return {
      identity,
      shown: shown.success ? shown.output : undefined,
      isTaken: (await storage.get("turn")) !== undefined,
    };
  }

  /** Takes the run's only turn. Returns the run's identity if another request took it before. */
  async takeTurn(identity: RunIdentity, token: string): Promise<RunIdentity | undefined> {
    const { kv } = this.ctx.storage;
    // Reads and writes without a pause in between, as takeRetry does: one caller gets the turn.
    if (![undefined, token].includes(kv.get<string>("turn"))) return (await this.read()).identity ?? identity;
    kv.put("turn", token);
    // A pending record that only says "asked" must not overwrite what happens now.
    await this.#pending.dropCall(identity.at);
    await this.open({ identity });
    await this.#deleteAfter(this.#longestRunMs());
    return undefined;
  }

  /** Gives the turn back: nothing was done, because the run asks another question first. */
  async returnTurn(): Promise<void> {
    await this.ctx.storage.delete("turn");
  }

  /** Lets only one run retry this one. Returns undefined, or the other run that already does. */
  async takeRetry(by: EarlierRun): Promise<EarlierRun | undefined> {
    const { kv } = this.ctx.storage;
    const taken = kv.get<EarlierRun>("retry");
    if (taken !== undefined && taken.id !== by.id) return taken;
    kv.put("retry", by);
    await this.#deleteAfter(this.#longestRunMs());
    return undefined;
  }

  /** Allows another retry, because this one did nothing. */
  async returnRetry(by: string): Promise<void> {
    const { storage } = this.ctx;
    if ((await storage.get<EarlierRun>("retry"))?.id === by) await storage.delete("retry");
  }

  async offerUndo(identity: RunIdentity, undo: StoredUndo): Promise<void> {
    await this.open({ identity });
    await this.#undo.offer(undo);
    // As long as it is offered, plus a turn that starts at the last moment.
    await this.#deleteAfter(undo.until - Date.now() + this.#undoTurnMs() + DELETE_AFTER_MS);
  }

  takeUndo(): Promise<UndoTurn> {
    return this.#undo.take(this.#undoTurnMs());
  }

  /** @param undone the run's record after the undo, stored for the log by the request `by` */
  async endUndo(isDone: boolean, by?: string, undone?: RunRecord): Promise<void> {
    await this.#undo.end(isDone);
    if (by !== undefined && undone !== undefined) await this.#pending.add(by, undone);
    await this.#deleteAfter(DELETE_AFTER_MS);
  }

  /** Which of the run's offers were used up: it was undone, or another run retries it. */
  async readUsed(): Promise<UsedOffers> {
    return { undo: await this.#undo.isDone(), retry: (await this.ctx.storage.get("retry")) !== undefined };
  }

  /** Erases the run's person, or `name` alone. Returns false while a request has not ended. */
  erase(name?: string): Promise<boolean> {
    return eraseStoredRun(this.ctx.storage, this.#pending, this.#undo, name);
  }

  override async alarm(): Promise<void> {
    const { storage } = this.ctx;
    const expired = await this.#phase.listExpired();
    if (expired.length > 0) await this.#endExpired(expired);
    await this.#pending.writeDue(this.env);
    const deleteAt = (await storage.get<number>("deleteAt")) ?? 0;
    if ((await this.#pending.nextWrite()) === undefined && Date.now() >= deleteAt) await storage.deleteAll();
    else await this.#setAlarm(Math.max(deleteAt, Date.now() + ALARM_LEAST_MS));
  }

  /**
   * A request that died may have done part of its work, so the run counts as interrupted, unless it
   * ended before or continues as a long run.
   */
  async #endExpired(expired: readonly string[]): Promise<void> {
    const { storage } = this.ctx;
    const turn = await storage.get<string>("turn");
    const draft = await this.#pending.readDraft(expired.toSorted((a, b) => Number(b === turn) - Number(a === turn)));
    const longRun = draft && (await this.env.LONG_RUNS?.getByName(draft.id).peek());
    // All or nothing, because the worker may die here as well.
    await storage.transaction(async () => {
      const { at, isOver } = await this.#phase.dropExpired(expired);
      // Another request ended, and this one had not started the run: that takes the turn.
      const hadNotStarted = isOver && (turn === undefined || !expired.includes(turn));
      if (draft !== undefined && !hadNotStarted) {
        await this.#phase.endExpired(longRun === undefined ? undefined : draft.action);
        if (longRun === undefined) await this.#pending.add("alarm", { ...draft, at: at ?? draft.at }, Date.now());
      }
      await this.#pending.dropDrafts(expired);
    });
  }

  /** Postpones the deletion, never brings it forward. Earlier work still wakes the object up. */
  async #deleteAfter(ms: number): Promise<void> {
    const deleteAt = Math.max((await this.ctx.storage.get<number>("deleteAt")) ?? 0, Date.now() + ms);
    await this.ctx.storage.put("deleteAt", deleteAt);
    await this.#setAlarm(deleteAt);
  }

  async #setAlarm(deleteAt: number): Promise<void> {
    const times = [deleteAt, await this.#pending.nextWrite(), await this.#phase.nextExpiry()];
    await this.ctx.storage.setAlarm(Math.min(...times.filter((time) => time !== undefined)));
  }

  #undoTurnMs(): number {
    return readSettings(this.env).actionTimeLimitMs + TURN_GRACE_MS;
  }

  /** "Only once" has to hold for as long as the run may continue. */
  #longestRunMs(): number {
    return readSettings(this.env).longRunLimitMs + DELETE_AFTER_MS;
  }
}

export function getRunCoordinator(env: Env, id: string): DurableObjectStub<RunCoordinator> {
  if (env.RUN_COORDINATORS === undefined) throw missingBinding("RUN_COORDINATORS", "RunCoordinator");
  return env.RUN_COORDINATORS.getByName(id);
}
