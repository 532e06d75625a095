// One poll of a long run: asks the action for its status, and decides what to do if that fails.
import { reopenKitsuFor } from "../../access/kitsu-access.ts";
import type { RunStatus, WatchContext } from "../../action/action.ts";
import { withTimeLimit } from "../../action/time-limit.ts";
import { findAction } from "../../actions/index.ts";
import { describeCause, Failure, toFailure } from "../../format/failure.ts";
import { localize } from "../../format/localize.ts";
import { joinSentences, message } from "../../format/message.ts";
import type { Reply } from "../../format/reply.ts";
import type { WaitUntil } from "../../services/isolate-memory.ts";
import type { Settings } from "../../settings/settings.ts";
import { describeRun } from "../../storage/run-links.ts";
import type { LongRunStart, LongRunState, StoredLongRun } from "./long-run-state.ts";
import { POLL_INTERVAL_MAX_MS } from "./poll-interval.ts";
import { runOver } from "./run-lookup.ts";
import { waitForReport } from "./server-status.ts";

/** The time limit of one poll. */
export const POLL_MAX_MS = 25_000;

/** While the outside system can't be reached, the wait doubles, up to the longest interval. */
const LOST_WAIT_MS = 5_000;
/** How long our own errors are tolerated: a broken deploy may be rolled back. */
const FAULT_MAX_MS = 3_600_000;
/** Failures that come from our code, or from the settings of a deploy. */
const FAULTS: readonly string[] = ["internal-error", "not-configured", "unknown-action"];

export type Trouble = Pick<LongRunState, "lostSince" | "faultSince" | "tries">;
const NO_TROUBLE: Trouble = { lostSince: undefined, faultSince: undefined, tries: 0 };

/**
 * Polls, unless the run's time is over. If the outside system can't be reached, the reply says so
 * and polling continues. Our own errors are tolerated for an hour. Any other failure ends the run.
 * @param watch asks the action
 * @param readData the action's data after a failed poll, including what it saved during the poll
 */
export async function poll(
  state: LongRunState,
  settings: Settings,
  watch: () => Promise<RunStatus>,
  readData: () => Promise<unknown>,
): Promise<{ status: RunStatus; trouble: Trouble }> {
  const { startedAt, reply, controls, picture } = state;
  if (Date.now() - startedAt > settings.longRunLimitMs) {
    return { status: { reply: endOverdue(reply, settings), data: await readData() }, trouble: NO_TROUBLE };
  }
  try {
    return { status: await watch(), trouble: NO_TROUBLE };
  } catch (thrown) {
    const failure = toFailure(thrown);
    const cause = describeCause(failure.cause);
    const faultSince = FAULTS.includes(failure.code) ? (state.faultSince ?? Date.now()) : state.faultSince;
    if (!mayRecover(failure, faultSince)) {
      console.error(JSON.stringify({ message: "A long run failed", code: failure.code, cause }));
      const status = { reply: { ...failure.reply, outcomes: outcomesOf(reply) }, data: await readData() };
      return { status, trouble: { lostSince: state.lostSince, faultSince, tries: state.tries } };
    }
    if (faultSince !== undefined) console.error(JSON.stringify({ message: "A long run can't be polled", cause }));
    const { lostSince = Date.now(), tries } = state;
    const nextCheckMs = Math.min(LOST_WAIT_MS * 2 ** tries, POLL_INTERVAL_MAX_MS);
    const status = {
      reply: addTrouble(reply, failure, lostSince),
      data: await readData(),
      controls,
      nextCheckMs,
      picture,
    };
    return { status, trouble: { lostSince, faultSince, tries: tries + 1 } };
  }
}

/** Asks the action how the run is now. If a studio's server reports it, there is nobody to ask. */
export async function watchRun(
  run: StoredLongRun,
  settings: Settings,
  createContext: (signal: AbortSignal) => WatchContext,
  readData: () => Promise<unknown>,
): Promise<RunStatus> {
  if (!run.start.isWatched) return waitForReport(run);
  const { title, watch } = findAction(run.start.record.action, settings);
  // A deploy may have removed the action's `watch`. Then the run ends.
  if (watch === undefined) throw runOver();
  return withTimeLimit(title, POLL_MAX_MS, async (signal) => watch(createContext(signal), await readData()));
}

/** The outside system continues without us, so a timeout or an error of ours is retried. */
function mayRecover({ code, reply }: Failure, faultSince: number | undefined): boolean {
  if (reply.retry === true || code === "time-limit") return true;
  return FAULTS.includes(code) && faultSince !== undefined && Date.now() - faultSince < FAULT_MAX_MS;
}

const outcomesOf = (reply: Reply) => (reply.kind === "started" ? reply.outcomes : undefined);

/** The last known reply, with the problem and since when there has been no update. */
function addTrouble(reply: Reply, { reply: { text = message("longRun.unreachable") } }: Failure, since: number): Reply {
  if (reply.kind !== "started") return reply;
  return { ...reply, text: joinSentences([text, message("longRun.noUpdateSince", { since })]) };
}

function endOverdue(reply: Reply, { longRunLimitMs }: Settings): Reply {
  const { reply: failed } = new Failure("time-limit", {
    text: message("longRun.overdue", { hours: Math.round(longRunLimitMs / 3_600_000) }),
    advice: message("longRun.checkSystem"),
  });
  return { ...failed, outcomes: outcomesOf(reply), links: reply.links };
}

/** The context for the action's `watch`, `control` and `picture`. */
export function createWatchContext(
  { record, base, email, token, reader }: LongRunStart,
  settings: Settings,
  signal: AbortSignal,
  { save, readRunReply, waitUntil }: Pick<WatchContext, "save" | "readRunReply"> & { waitUntil: WaitUntil },
): WatchContext {
  const { id, at, person, reply, call } = record;
  return {
    run: describeRun(base, { id, at, reply }),
    person: { id: person?.id, name: person?.name ?? "", email },
    reader,
    localize: (text) => localize(text, reader),
    settings,
    base,
    signal,
    kitsu: (own = signal) =>
      reopenKitsuFor({ token }, { selection: call?.selection ?? [], settings, signal: own, waitUntil }),
    save,
    readRunReply,
  };
}
