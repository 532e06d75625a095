// A run that continues after its response. One Durable Object per run, whose alarm polls what the
// action started. It survives restarts and deploys, updates everyone who follows it, writes the log
// when the run ends, and then deletes itself.
import { DurableObject } from "cloudflare:workers";
import type { Control, RunStatus, WatchContext } from "../../action/action.ts";
import { withTimeLimit } from "../../action/time-limit.ts";
import { findAction } from "../../actions/index.ts";
import { describeCause, toFailure } from "../../format/failure.ts";
import type { Reply } from "../../format/reply.ts";
import { readReader } from "../../request/read-reader.ts";
import type { ServerUndo } from "../../services/server-answer.ts";
import { type Env, readSettings, type Settings } from "../../settings/settings.ts";
import type { RunRecord } from "../../storage/run-record.ts";
import { isDelivered } from "../../storage/use/deliver-record.ts";
import { announceEnd, announceStart, offerUndo, releaseFinished } from "./long-run-log.ts";
import {
  applyStatus,
  isOver,
  type LiveRun,
  type LongRunStart,
  type LongRunState,
  newState,
  type RunAnswer,
  type StoredLongRun,
  toAnswer,
  toRecord,
} from "./long-run-state.ts";
import { LongRunStore } from "./long-run-store.ts";
import { createWatchContext, POLL_MAX_MS, poll, watchRun } from "./poll.ts";
import { chooseAlarmWait } from "./poll-interval.ts";
import type { ReportState } from "./progress-report.ts";
import { notOffered, readRunReply, runOver } from "./run-lookup.ts";
import { noteClick, type Report, readReport, type ServerStatus, toRunStatus } from "./server-status.ts";
import { closeSockets, openSocket, sendToSockets } from "./sockets.ts";
import { Turns } from "./turns.ts";

/** How long a run can be followed after its end. Then only the log has it. */
const DELETE_AFTER_MS = 600_000;
const RETRY_LOG_MS = 10_000;
const RETRY_ALARM_MS = 60_000;

export class LongRun extends DurableObject<Env> {
  readonly #store = new LongRunStore(this.ctx.storage);
  /** The alarm that is running. */
  #running: Promise<void> | undefined;
  /** A poll must not restart what is canceled during the poll. */
  readonly #turns = new Turns();

  /** Starts once, however often it is called. Returns false if the id belongs to another run. */
  begin(start: LongRunStart, data: string, controls: Control[] = []): Promise<boolean> {
    return this.#turns.take(async () => {
      const run = await this.#store.load();
      if (run !== undefined) return run.start.key === start.key;
      // Set the alarm first, so that whatever is stored gets polled.
      await this.ctx.storage.setAlarm(Date.now());
      const state = newState(start.record.reply, data, controls);
      await this.#announce(await this.#store.create(start, state));
      return true;
    });
  }

  /** The run's answer, if the key is right. */
  async read(key: string): Promise<RunAnswer | undefined> {
    const run = await this.#store.load();
    return run?.start.key === key ? toAnswer(run) : undefined;
  }

  /** The run with its record, for the worker itself. */
  async peek(): Promise<LiveRun | undefined> {
    const run = await this.#store.load();
    return run && { record: toRecord(run), answer: toAnswer(run) };
  }

  /** The newest picture, if the key is right and there is one. */
  async picture(key: string): Promise<Response | undefined> {
    const run = await this.#store.load();
    if (run?.start.key !== key || run.state.picture === undefined) return undefined;
    const settings = readSettings(this.env);
    const { picture } = findAction(run.start.record.action, settings);
    const watchContext = this.#createWatchContext(run, settings, AbortSignal.timeout(POLL_MAX_MS));
    return picture?.(watchContext, JSON.parse(run.state.data)).catch(() => undefined);
  }

  /**
   * Cancels, pauses or resumes the run.
   * @param at when the run started: the caller's permission was checked for that run
   * @param by the name of the caller, if they are not the run's owner
   */
  control(what: Control, at: number, by?: string): Promise<Reply> {
    return this.#turns.take(async () => {
      const run = await this.#store.load();
      try {
        if (run === undefined || run.start.record.at !== at || isOver(run.state)) throw runOver();
        const settings = readSettings(this.env);
        const { title, control } = findAction(run.start.record.action, settings);
        if (control === undefined) throw notOffered();
        const status = await withTimeLimit(title, POLL_MAX_MS, (signal) =>
          control(this.#createWatchContext(run, settings, signal), JSON.parse(run.state.data), what),
        );
        const personAt = Date.now();
        await this.#apply(status, { personAt, ...(what === "cancel" && by !== undefined && { canceledBy: by }) });
        return status.reply;
      } catch (thrown) {
        // A Failure loses its class on the way to the caller.
        return toFailure(thrown).reply;
      }
    });
  }

  /** Takes a progress report of the studio's server behind this action. */
  report(action: string, report: Report): Promise<ReportState> {
    return this.#turns.take(async () => {
      const read = readReport(await this.#store.load(), action, report);
      if (typeof read === "string") return read;
      await this.#apply(read.status, read.log, report.undo);
      return "taken";
    });
  }

  /**
   * Takes what a studio's server answered when the run was controlled. Returns false if the run has
   * ended meanwhile.
   * @param at when the run started
   * @param canceledBy the name of the person, if they canceled another person's run
   */
  takeAnswer(at: number, answered: ServerStatus, canceledBy: string | undefined): Promise<boolean> {
    return this.#turns.take(async () => {
      const run = await this.#store.load();
      if (run === undefined || run.start.record.at !== at || isOver(run.state)) return false;
      await this.#apply(toRunStatus(run, answered), noteClick(answered, canceledBy), answered.undo);
      return true;
    });
  }

  /** Notes that the run was undone, which its page shows for as long as it has the run. */
  markUndone(at: number, undone: RunRecord["undone"]): Promise<void> {
    return this.#turns.take(async () => {
      const run = await this.#store.load();
      if (run?.start.record.at === at) await this.#store.save({ ...run.state, undone });
    });
  }

  /** Opens a socket that gets the run's answer now and after each change, if the key is right. */
  override async fetch(request: Request): Promise<Response> {
    const run = await this.#store.load();
    const url = new URL(request.url);
    if (run?.start.key !== url.searchParams.get("key") || isOver(run.state)) return new Response(null, { status: 404 });
    const settings = readSettings(this.env);
    // Whoever opens the run sees before long how it is now.
    const alarm = run.start.isWatched ? await this.ctx.storage.getAlarm() : null;
    const soon = Date.now() + settings.longRunEveryMs;
    if (alarm !== null && alarm > soon) await this.ctx.storage.setAlarm(soon);
    return openSocket(this.ctx, readReader(request, url, settings), toAnswer(run));
  }

  override webSocketClose(socket: WebSocket): void {
    socket.close();
  }

  override alarm(): Promise<void> {
    // The runtime may repeat an alarm while the first one is still running.
    this.#running ??= this.#turns
      .take(() => this.#step())
      .finally(() => {
        this.#running = undefined;
      });
    return this.#running;
  }

  /** One step of the run: announce it, poll it, or end it. */
  async #step(): Promise<void> {
    try {
      const run = await this.#store.load();
      if (run === undefined) return await this.#store.checkEmpty();
      if (isOver(run.state)) return await this.#end(run);
      const announced = run.state.isAnnounced ? run : await this.#announce(run);
      const { status, trouble } = await this.#poll(announced);
      const polled = await this.#apply(status, trouble);
      if (polled !== undefined && isOver(polled.state)) await this.#end(polled);
    } catch (thrown) {
      // The runtime gives up on an alarm that keeps throwing. A wrong setting must not end the run.
      console.error(JSON.stringify({ message: "A long run could not be polled", cause: describeCause(thrown) }));
      await this.ctx.storage.setAlarm(Date.now() + RETRY_ALARM_MS);
    }
  }

  async #announce(run: StoredLongRun): Promise<StoredLongRun> {
    return this.#store.save({ ...run.state, isAnnounced: await announceStart(this.env, run) });
  }

  #poll(run: StoredLongRun) {
    const settings = readSettings(this.env);
    const readData = async () => JSON.parse(((await this.#store.load()) ?? run).state.data);
    const watch = () => watchRun(run, settings, (signal) => this.#createWatchContext(run, settings, signal), readData);
    return poll(run.state, settings, watch, readData);
  }

  /** Stores the new status, sends it to everyone who follows, and schedules the next poll. */
  async #apply(
    status: RunStatus,
    changes: Partial<LongRunState> = {},
    undo?: ServerUndo,
  ): Promise<StoredLongRun | undefined> {
    const run = await this.#store.load();
    // A control or a report may have ended the run during a poll.
    if (run === undefined || isOver(run.state)) return run;
    const settings = readSettings(this.env);
    const state = applyStatus(run, status, changes, settings);
    // The undo has to exist before anybody sees its button.
    if (isOver(state)) state.undo = await offerUndo(this.env, { ...run, state }, undo);
    let saved = await this.#store.save(state);
    const [before, answer] = [toAnswer(run), toAnswer(saved)];
    if (JSON.stringify(answer) !== JSON.stringify(before)) sendToSockets(this.ctx, answer);
    // Followers don't wait for this.
    const released = await releaseFinished(this.env, saved);
    if (released !== state.released) saved = await this.#store.save({ ...state, released });
    // An alarm that is running also ends the run.
    if (isOver(state) && this.#running !== undefined) return saved;
    const isFollowed = this.ctx.getWebSockets().length > 0;
    await this.ctx.storage.setAlarm(Date.now() + chooseAlarmWait(saved, status, isFollowed, settings));
    return saved;
  }

  /** Writes the log, and deletes the run once its followers have had time to read the end. */
  async #end(run: StoredLongRun): Promise<void> {
    const { isLogged, isCounted = isLogged, endedAt = 0 } = run.state;
    const wasDelivered = isLogged && isCounted;
    const deleteAt = endedAt + DELETE_AFTER_MS;
    // The time is checked, because the runtime may run an alarm twice.
    if (wasDelivered && Date.now() >= deleteAt) {
      closeSockets(this.ctx);
      return this.#store.delete();
    }
    const result = wasDelivered ? { isLogged, isCounted } : await announceEnd(this.env, run);
    if (!wasDelivered) await this.#store.save({ ...run.state, ...result });
    await this.ctx.storage.setAlarm(isDelivered(result) ? Math.max(deleteAt, Date.now()) : Date.now() + RETRY_LOG_MS);
  }

  #createWatchContext({ start }: StoredLongRun, settings: Settings, signal: AbortSignal): WatchContext {
    return createWatchContext(start, settings, signal, {
      waitUntil: (work) => this.ctx.waitUntil(work),
      save: async (data) => {
        const run = await this.#store.load();
        if (run !== undefined) await this.#store.save({ ...run.state, data: JSON.stringify(data) });
      },
      readRunReply: (id) => readRunReply(this.env, settings, id),
    });
  }
}
