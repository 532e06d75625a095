// What is stored about a long run: how it started, where it stands, and the action's own data. The
// three are stored separately, because they change at different times.
import * as v from "valibot";
import { ENGLISH, Reader } from "../format/reader.ts";
import { type Answer, type Reply, type Run, StoredReply, StoredText } from "../format/reply.ts";
import { readParts, toParts } from "../storage/large-value.ts";
import { describeRun, followLinks } from "../storage/run-links.ts";
import { RunRecord } from "../storage/run-record.ts";
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
  /** the undo to offer once the run is done; `data` is JSON for the action's `undo` */
  undo: v.optional(v.object({ data: v.string(), lifeS: v.number(), label: v.optional(StoredText) })),
});
export type LongRunStart = v.InferOutput<typeof LongRunStart>;

const time = v.optional(v.number());

/** Times are epoch milliseconds. */
const StoredState = v.object({
  reply: StoredReply,
  controls: v.array(v.picklist(["cancel", "pause", "resume"])),
  startedAt: v.number(),
  endedAt: time,
  /** since when the outside system can't be reached, and how often it was tried */
  lostSince: time,
  tries: v.number(),
  /** since when polling has failed because of an error of ours */
  faultSince: time,
  /** the person who canceled it, if not its owner */
  canceledBy: v.optional(v.string()),
  picture: v.optional(v.string()),
  undo: v.optional(v.object({ until: v.number(), label: v.optional(StoredText) })),
  ...ReportLog.entries,
  /** its locks are extended, and the log says that it is running */
  isAnnounced: v.boolean(),
  /** the log has its end */
  isLogged: v.boolean(),
  /** how many tasks have been unlocked */
  released: v.number(),
});

/** `data`: what the action stores, as JSON. */
export type LongRunState = v.InferOutput<typeof StoredState> & { data: string };

export type StoredLongRun = { start: LongRunStart; state: LongRunState };

export const isOver = ({ reply }: Pick<LongRunState, "reply">) => reply.kind !== "started";

export function newState(reply: Reply, data: string): LongRunState {
  const progress = { reply, controls: [], startedAt: Date.now(), tries: 0, data };
  return { ...progress, isAnnounced: false, isLogged: false, reports: [], reportedAt: 0, released: 0 };
}

/** Entries for `storage.put`, to be written together. */
export const toStateParts = ({ data, ...state }: LongRunState) => ({
  ...toParts("state", state),
  ...toParts("data", data),
});
export const toStartParts = (start: LongRunStart) => toParts("start", start);

/** The stored run; undefined if there is none. */
export async function readLongRun(storage: DurableObjectStorage): Promise<StoredLongRun | undefined> {
  const start = v.safeParse(LongRunStart, await readParts(storage, "start"));
  const state = v.safeParse(StoredState, await readParts(storage, "state"));
  if (!start.success || !state.success) return undefined;
  const data = v.parse(v.fallback(v.string(), "null"), await readParts(storage, "data"));
  return { start: start.output, state: { ...state.output, data } };
}

/** An answer that always names its run. */
export type RunAnswer = Answer & { run: Run };

/** A live run: `record` is what the log would have now, `answer` is what its page shows. */
export type LiveRun = { record: RunRecord; answer: RunAnswer };

export const toRecord = ({ start, state }: StoredLongRun): RunRecord => ({
  ...start.record,
  reply: state.reply,
  undo: state.undo,
});

export function toAnswer({ start, state }: StoredLongRun): RunAnswer {
  const { base, key, record } = start;
  const { controls, picture, undo } = state;
  const { id, at } = record;
  const pictureUrl = `${base}/runs/${id}/picture?at=${at}&key=${key}&n=${encodeURIComponent(picture ?? "")}`;
  const hasPicture = state.reply.kind === "started" && picture !== undefined;
  const reply = hasPicture ? { ...state.reply, picture: pictureUrl } : state.reply;
  const run = { ...describeRun(base, { id, at, reply, undo }), ...followLinks(base, { id, at, key, controls }) };
  return { run, reply };
}
