// What is stored about a long run: how it started, where it stands, and the action's own data. The
// three are stored separately, because they change at different times.
import * as v from "valibot";
import { skipInvalid } from "../../../contract/skip-invalid.ts";
import type { Control, RunStatus } from "../../action/action.ts";
import { removeUnsafeLinks } from "../../action/safe-links.ts";
import { ENGLISH, Reader } from "../../format/reader.ts";
import { type Answer, type Reply, type Run, StoredReply, StoredText } from "../../format/reply.ts";
import type { Settings } from "../../settings/settings.ts";
import { STATE_VERSION } from "../../storage/earlier-state.ts";
import { readParts, toParts } from "../../storage/large-value.ts";
import { describeRun, followLinks } from "../../storage/run-links.ts";
import { RunRecord } from "../../storage/run-record.ts";
import { nameCanceler } from "./canceler.ts";
import { ReportLog } from "./progress-report.ts";

/**
 * How the run started.
 * - `key`: gives access to the run
 * - `token`: of the person's session, if the run works as the person
 */
export const LongRunStart = v.object({
  record: RunRecord,
  base: v.string(),
  email: v.optional(v.string()),
  token: v.optional(v.string()),
  /** the language and time zone of the person */
  reader: v.optional(Reader, ENGLISH),
  key: v.string(),
  /** the action has a `watch`; if not, a studio's server reports the progress */
  isWatched: v.boolean(),
  /** whether it locked any tasks; runs of older versions don't say it */
  hasLocked: v.optional(v.boolean()),
  /** the undo to offer once the run is done; `data` is JSON for the action's `undo` */
  undo: v.optional(v.object({ data: v.string(), lifeS: v.number(), label: v.optional(StoredText) })),
});
export type LongRunStart = v.InferOutput<typeof LongRunStart>;

const time = v.optional(v.number());

/** Times are epoch milliseconds. */
export const StoredState = v.object({
  reply: StoredReply,
  /** without those of a newer version */
  controls: skipInvalid(v.picklist(["cancel", "pause", "resume"])),
  startedAt: v.number(),
  endedAt: time,
  /** when the reply last changed, and when a person last started or controlled the run */
  changedAt: time,
  personAt: time,
  /** since when the outside system can't be reached, and how often it was tried */
  lostSince: time,
  tries: v.number(),
  /** since when polling has failed because of an error of ours */
  faultSince: time,
  /** the person who canceled it, if not its owner */
  canceledBy: v.optional(v.string()),
  /** when the click was sent that paused or resumed it, in epoch seconds */
  pausedAtS: time,
  picture: v.optional(v.string()),
  undo: RunRecord.entries.undo,
  undone: RunRecord.entries.undone,
  ...ReportLog.entries,
  /** its locks are extended, and the log says that it is running */
  isAnnounced: v.boolean(),
  /** the log has its end */
  isLogged: v.boolean(),
  /** the statistics have its end; absent until they were told, and in runs of older versions */
  isCounted: v.optional(v.boolean()),
  /** how many tasks have been unlocked */
  released: v.number(),
});

/** `data`: what the action stores, as JSON. */
export type LongRunState = v.InferOutput<typeof StoredState> & { data: string };

export type StoredLongRun = { start: LongRunStart; state: LongRunState };

export const mayHoldLocks = ({ start }: StoredLongRun) => start.hasLocked !== false;

export const isOver = ({ reply }: Pick<LongRunState, "reply">) => reply.kind !== "started";

export function newState(reply: Reply, data: string, controls: Control[]): LongRunState {
  const now = Date.now();
  const progress = { reply, controls, startedAt: now, changedAt: now, personAt: now, tries: 0, data };
  return { ...progress, isAnnounced: false, isLogged: false, reports: [], reportedAt: 0, released: 0 };
}

/**
 * Entries for `storage.put`, to be written together: those that are not stored yet. While nothing
 * happens, only the action's data changes.
 */
export const toStateParts = ({ data, ...state }: LongRunState, stored?: LongRunState) => ({
  ...(!isEqual(state, stored && { ...stored, data: undefined }) && toParts("state", state)),
  ...(data !== stored?.data && toParts("data", data)),
});
const isEqual = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);
export const toStartParts = (start: LongRunStart) => toParts("start", { version: STATE_VERSION, ...start });

/** The stored run; undefined if there is none. */
export async function readLongRun(storage: DurableObjectStorage): Promise<StoredLongRun | undefined> {
  const start = v.safeParse(LongRunStart, await readParts(storage, "start"));
  const state = v.safeParse(StoredState, await readParts(storage, "state"));
  if (!start.success || !state.success) return undefined;
  const data = v.parse(v.fallback(v.string(), "null"), await readParts(storage, "data"));
  return { start: start.output, state: { ...state.output, data } };
}

/** An answer that always names its run, and who has undone it. */
export type RunAnswer = Answer & { run: Run; undone?: RunRecord["undone"] };

/** The state with a new status. */
export function applyStatus(
  run: StoredLongRun,
  { data, controls = [], picture, reply }: RunStatus,
  changes: Partial<LongRunState>,
  { schemes }: Settings,
): LongRunState {
  const state: LongRunState = {
    ...run.state,
    ...changes,
    data: JSON.stringify(data),
    controls: [...controls],
    picture,
  };
  state.reply = removeUnsafeLinks(nameCanceler(reply, state.canceledBy), schemes, run.start.base);
  const now = Date.now();
  if (isOver(state)) state.endedAt = now;
  if (hasMoved(run.state, state)) state.changedAt = now;
  return state;
}

/** The estimate of the time left and the picture may change although nothing has moved. */
function hasMoved(before: LongRunState, after: LongRunState): boolean {
  const write = ({ reply, controls }: LongRunState) =>
    JSON.stringify([reply, controls], (key, value) => (key === "left" ? undefined : value));
  return write(before) !== write(after);
}

/** A live run: `record` is what the log would have now, `answer` is what its page shows. */
export type LiveRun = { record: RunRecord; answer: RunAnswer };

export const toRecord = ({ start, state }: StoredLongRun): RunRecord => ({
  ...start.record,
  ...(state.endedAt !== undefined && { tookMs: state.endedAt - state.startedAt }),
  reply: state.reply,
  undo: state.undo,
  undone: state.undone,
});

export function toAnswer({ start, state }: StoredLongRun): RunAnswer {
  const { base, key, record } = start;
  const { controls, picture, undo, undone } = state;
  const { id, at } = record;
  const pictureUrl = `${base}/runs/${id}/picture?at=${at}&key=${key}&n=${encodeURIComponent(picture ?? "")}`;
  const hasPicture = state.reply.kind === "started" && picture !== undefined;
  const reply = hasPicture ? { ...state.reply, picture: pictureUrl } : state.reply;
  const run = { ...describeRun(base, { id, at, reply, undo }), ...followLinks(base, { id, at, key, controls }) };
  return { run, reply, undone };
}
