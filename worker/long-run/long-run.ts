// A run that goes on after its answer: one Durable Object per run, whose alarm has the action look at what it started. It survives restarts and
// deploys, tells whoever follows, and when it is over it writes the log and forgets.
import { DurableObject } from "cloudflare:workers";
import type { Reply } from "../../contract.ts";
import type { Control, RunStatus, WatchContext } from "../action/action.ts";
import { keepSafeLinks } from "../action/safe-links.ts";
import { endInTime } from "../action/time-limit.ts";
import { findAction } from "../actions/index.ts";
import { describeCause, Failure, toFailure } from "../failure.ts";
import { readMissing, tellMissing } from "../services/missing-tasks.ts";
import { type Env, readSettings, type Settings } from "../settings/settings.ts";
import { releaseOver } from "../storage/locks.ts";
import { nameCanceler } from "./canceler.ts";
import { keepUndo, recordOf, tellBeginning, tellEnd } from "./long-run-log.ts";
import {
  type LiveRun,
  type LongRunState,
  partsOf,
  partsOfBeginning,
  readKnown,
  type StoredLongRun,
} from "./long-run-state.ts";
import { noteReport, type Reported, type ReportState } from "./progress-report.ts";
import { readRunReply } from "./run-lookup.ts";
import { closeSockets, openSocket, tellSockets } from "./sockets.ts";
import {
  advance,
  answerOf,
  createWatchContext,
  forgetToken,
  isOver,
  type LongRunStart,
  type RunAnswer,
  WATCH_EVERY_MS,
} from "./watch.ts";

const WATCH_MAX_MS = 25_000;
/** Until then it can be followed when it is over; then the log alone knows. */
const FORGET_AFTER_MS = 600_000;
const WRITE_AGAIN_MS = 10_000;
const LOOK_AGAIN_MS = 60_000;
const SETTLE_AGAIN_MS = 2_000;

export class LongRun extends DurableObject<Env> {
  private known: StoredLongRun | undefined;
  private isLooking = false;
  private turn: Promise<unknown> = Promise.resolve();

  /** Begins once, however often it is told to. False: there is another run of this id. */
  begin(beginning: LongRunStart, data: string): Promise<boolean> {
    return this.inTurn(() => this.beginNow(beginning, data));
  }

  private async beginNow(beginning: LongRunStart, data: string): Promise<boolean> {
    const known = await this.load();
    if (known !== undefined) return known.beginning.key === beginning.key;
    // First of all, for whatever is stored must be looked at.
    await this.ctx.storage.setAlarm(Date.now());
    const isNew = { reply: beginning.record.reply, controls: [], began: Date.now(), tries: 0, data };
    const state = { ...isNew, isSettled: false, isWritten: false, reports: [], reportedAt: 0, freed: 0 };
    await this.ctx.storage.put({ ...partsOfBeginning(beginning), ...partsOf(state) });
    this.known = { beginning, state };
    await this.settle(this.known);
    return true;
  }

  /** What others are to know of its beginning, after it is stored; again where that failed. */
  private async settle({ beginning, state }: StoredLongRun): Promise<void> {
    const isSettled = await tellBeginning(this.env, beginning, state);
    await this.save({ ...state, isSettled });
  }

  /** How it stands, for whoever has the key. */
  async read(key: string): Promise<RunAnswer | undefined> {
    const known = await this.load();
    return known?.beginning.key === key ? answer(known) : undefined;
  }

  /** How it stands, with all that is known of it, for the worker itself. */
  async peek(): Promise<LiveRun | undefined> {
    const known = await this.load();
    return known && { record: recordOf(known), followed: answer(known) };
  }

  /** The newest picture of it, for whoever has the key. */
  async picture(key: string): Promise<Response | undefined> {
    const known = await this.load();
    if (known?.beginning.key !== key || known.state.picture === undefined) return undefined;
    const settings = readSettings(this.env);
    const { picture } = findAction(known.beginning.record.action, settings);
    const signal = AbortSignal.timeout(WATCH_MAX_MS);
    return picture?.(this.watchOf(known, settings, signal), JSON.parse(known.state.data)).catch(() => undefined);
  }

  /** What came of it, as the action says. `at`: when the run began, by which it was seen whose it is; `by`: somebody else's name. */
  control(what: Control, at: number, by?: string): Promise<Reply> {
    return this.inTurn(() => this.controlNow(what, at, by));
  }

  private async controlNow(what: Control, at: number, by: string | undefined): Promise<Reply> {
    const known = await this.load();
    try {
      if (known === undefined || known.beginning.record.at !== at || isOver(known.state)) throw over();
      const settings = readSettings(this.env);
      const { title, control } = findAction(known.beginning.record.action, settings);
      if (control === undefined) throw over();
      const standing = await endInTime(title, WATCH_MAX_MS, (signal) =>
        control(this.watchOf(known, settings, signal), JSON.parse(known.state.data), what),
      );
      if (what === "cancel" && by !== undefined) known.state.canceledBy = by;
      await this.take(standing);
      return standing.reply;
    } catch (thrown) {
      // A Failure would arrive on the other side as a mere Error.
      return toFailure(thrown).reply;
    }
  }

  /**
   * Takes what a studio's server reports.
   * @param action whose server reports
   * @param id the webhook's
   * @param at when it was made, in epoch seconds
   */
  report(action: string, id: string, at: number, reply: Reply): Promise<ReportState> {
    return this.inTurn(() => this.reportNow(action, id, at, reply));
  }

  private async reportNow(action: string, id: string, at: number, reply: Reply): Promise<ReportState> {
    const known = await this.load();
    if (known === undefined || known.beginning.record.action !== action) return "early";
    if (isOver(known.state)) return known.state.reports.includes(id) ? "stale" : "over";
    const noted = noteReport(known.state, id, at, reply);
    if (noted === undefined) return "stale";
    const data = JSON.parse(known.state.data);
    await this.take({ reply: tellMissing(reply, readMissing(data)), data }, noted);
    return "taken";
  }

  /** A socket that is told how the run stands, at once and at every change. */
  override async fetch(): Promise<Response> {
    const known = await this.load();
    return openSocket(this.ctx, known && JSON.stringify(answer(known)));
  }

  override webSocketClose(socket: WebSocket): void {
    socket.close();
  }

  override async alarm(): Promise<void> {
    // An alarm that runs twice must not look twice.
    if (this.isLooking) return;
    this.isLooking = true;
    await this.inTurn(() => this.alarmNow());
  }

  /** One after the other: what is canceled while it is looked at must not be begun by that look. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = this.turn.then(work);
    this.turn = next.catch(() => undefined);
    return next;
  }

  private async alarmNow(): Promise<void> {
    try {
      const begun = await this.load();
      if (begun !== undefined && !begun.state.isSettled && !isOver(begun.state)) await this.settle(begun);
      const known = await this.load();
      if (known !== undefined) await (isOver(known.state) ? this.end(known) : this.look(known));
    } catch (thrown) {
      // The runtime gives up on an alarm that fails some times; a run must not be lost to a deploy with a wrong setting.
      console.error(JSON.stringify({ message: "A long run could not be looked at", cause: describeCause(thrown) }));
      await this.ctx.storage.setAlarm(Date.now() + LOOK_AGAIN_MS);
    } finally {
      this.isLooking = false;
    }
  }

  private async look({ beginning, state }: StoredLongRun): Promise<void> {
    const settings = readSettings(this.env);
    const data = JSON.parse(state.data);
    const standing = await advance(
      state,
      () => JSON.parse(state.data),
      settings,
      async () => {
        if (!beginning.isWatched) return { reply: state.reply, data, nextCheckMs: UNWATCHED_MS };
        // A deploy may have taken the action away: then this is how the run ends.
        const { title, watch } = findAction(beginning.record.action, settings);
        if (watch === undefined) throw over();
        return endInTime(title, WATCH_MAX_MS, (signal) =>
          watch(this.watchOf({ beginning, state }, settings, signal), data),
        );
      },
    );
    await this.take(standing);
  }

  /** Keeps how it stands, tells everybody, and looks again later. */
  private async take(
    { reply, data, controls = [], nextCheckMs: againMs = WATCH_EVERY_MS, picture }: RunStatus,
    noted?: Reported,
  ): Promise<void> {
    const known = await this.load();
    // What was over meanwhile, by a control or a report, stays over.
    if (known === undefined || isOver(known.state)) return;
    const { beginning } = known;
    const before = JSON.stringify(answer(known));
    const settings = readSettings(this.env);
    const shown = keepSafeLinks(nameCanceler(reply, known.state.canceledBy), settings.schemes);
    const state: LongRunState = {
      ...known.state,
      ...noted,
      reply: shown,
      data: JSON.stringify(data),
      controls: [...controls],
      picture,
    };
    if (isOver(state)) state.ended = Date.now();
    // Before anybody is offered it.
    if (isOver(state)) state.undo = await keepUndo(this.env, beginning, state);
    await this.save(state);
    const now = JSON.stringify(answer({ beginning, state }));
    if (now !== before) tellSockets(this.ctx, now);
    // After what is seen, for that must not wait for this. Should it not be kept, the same is freed once more.
    state.freed = await releaseOver(this.env, beginning.record, shown, state.freed);
    const waitMs = isOver(state) ? 0 : waitFor(againMs, settings);
    // KV takes one write of a key a second. What is not watched would else be looked at, and written, in an hour.
    await this.ctx.storage.setAlarm(Date.now() + (state.isSettled ? waitMs : Math.min(waitMs, SETTLE_AGAIN_MS)));
  }

  /** Writes the log, releases what was locked, and forgets when followers had their time. */
  private async end({ beginning, state }: StoredLongRun): Promise<void> {
    if (state.isWritten) {
      closeSockets(this.ctx);
      await this.ctx.storage.deleteAll();
      this.known = undefined;
      return;
    }
    const isWritten = await tellEnd(this.env, beginning, state);
    await this.save({ ...state, isWritten });
    await this.ctx.storage.setAlarm(Date.now() + (isWritten ? FORGET_AFTER_MS : WRITE_AGAIN_MS));
  }

  private watchOf({ beginning, state }: StoredLongRun, settings: Settings, signal: AbortSignal): WatchContext {
    return createWatchContext(beginning, settings, signal, {
      save: async (data) => {
        state.data = JSON.stringify(data);
        await this.save(state);
      },
      readRunReply: (id) => readRunReply(this.env, settings, id),
    });
  }

  private async load(): Promise<StoredLongRun | undefined> {
    this.known ??= await readKnown(this.ctx.storage);
    return this.known;
  }

  /** What is not stored is not known either: who follows is told nothing that a restart would take back. */
  private async save(state: LongRunState): Promise<void> {
    if (this.known === undefined) return;
    const beginning = isOver(state) ? forgetToken(this.known.beginning) : this.known.beginning;
    await this.ctx.storage.put({
      ...partsOf(state),
      ...(beginning !== this.known.beginning && partsOfBeginning(beginning)),
    });
    this.known = { beginning, state };
  }
}

/** Not more often than the studio wants; but what has more to do at once is not waited for. */
const waitFor = (againMs: number, { longRunEveryMs }: Settings) =>
  againMs === 0 ? 0 : Math.max(againMs, longRunEveryMs);

const answer = ({ beginning, state }: StoredLongRun) => answerOf(beginning, state);

/** Nobody looks: only that its time ends is looked after. */
const UNWATCHED_MS = 3_600_000;

const over = () => new Failure("run-over", { text: "It is over, or can't be stopped from here." });
