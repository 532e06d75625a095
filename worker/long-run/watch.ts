// One look at what a long run began: what is to be shown next, and when to look again.
import * as v from "valibot";
import { type Answer, Reply, type Run, type Started, WIRE_VERSION } from "../../contract.ts";
import { reopenKitsuFor } from "../access/person.ts";
import type { RunStatus, WatchContext } from "../action/action.ts";
import { describeCause, Failure, toFailure } from "../failure.ts";
import { formatSince } from "../format/since.ts";
import type { Settings } from "../settings/settings.ts";
import { describeRun, followLinks } from "../storage/run-links.ts";
import { RunRecord } from "../storage/run-record.ts";

/** What a long run begins with. `key` is the right to follow it; `token` is of the person's session, where it works as the person. */
export const LongRunStart = v.object({
  record: RunRecord,
  base: v.string(),
  email: v.optional(v.string()),
  token: v.optional(v.string()),
  key: v.string(),
  isWatched: v.boolean(),
  /** how it can be taken back once it is done: `data` is JSON for the action's `undo` */
  undo: v.optional(v.object({ data: v.string(), lifeS: v.number(), label: v.optional(v.string()) })),
});
export type LongRunStart = v.InferOutput<typeof LongRunStart>;

/** The person's token is kept for no longer than the run needs it. */
export const forgetToken = (beginning: LongRunStart): LongRunStart =>
  beginning.token === undefined ? beginning : { ...beginning, token: undefined };

const time = v.optional(v.number());

/** How far a long run is. Times are epoch milliseconds. */
export const LongRunProgress = v.object({
  reply: Reply,
  controls: v.array(v.picklist(["cancel", "pause", "resume"])),
  began: v.number(),
  /** since when what it began can't be reached, and how often that was tried */
  lostSince: time,
  tries: v.number(),
  /** since when the fault is ours */
  faultSince: time,
  ended: time,
  /** who canceled it, where that is not the person whose run it is */
  canceledBy: v.optional(v.string()),
  picture: v.optional(v.string()),
  /** until when it can be taken back, in epoch milliseconds */
  undo: v.optional(v.object({ until: v.number(), label: v.optional(v.string()) })),
});
export type LongRunProgress = v.InferOutput<typeof LongRunProgress>;

export const WATCH_EVERY_MS = 5_000;
/** Waits double up to this while what it began can't be reached. */
const LOST_WAIT_MAX_MS = 30_000;
const FAULT_MAX_MS = 3_600_000;
/** Faults of ours, or of the settings of a deploy. */
const FAULTS: readonly string[] = ["internal-error", "not-configured", "unknown-action"];

export const isOver = ({ reply }: Pick<LongRunProgress, "reply">) => reply.kind !== "started";

/**
 * Looks, unless its time is over. What can't be reached is looked for again, and that is said; anything else that goes wrong ends the run.
 * @param readData what the action will be given next time, if this look comes to nothing: what it saved while it looked
 */
export async function advance(
  going: LongRunProgress,
  readData: () => unknown,
  settings: Settings,
  look: () => Promise<RunStatus>,
): Promise<RunStatus> {
  const { began, reply, controls, picture } = going;
  if (Date.now() - began > settings.longRunLimitMs) return { reply: tooLong(reply, settings), data: readData() };
  try {
    const standing = await look();
    Object.assign(going, { lostSince: undefined, faultSince: undefined, tries: 0 });
    return standing;
  } catch (thrown) {
    const failure = toFailure(thrown);
    if (FAULTS.includes(failure.code)) going.faultSince ??= Date.now();
    if (!isWorthAnother(failure, going)) {
      console.error(
        JSON.stringify({ message: "A long run failed", code: failure.code, cause: describeCause(failure.cause) }),
      );
      return { reply: { ...failure.reply, outcomes: outcomesOf(reply) }, data: readData() };
    }
    if (going.faultSince !== undefined) {
      console.error(JSON.stringify({ message: "A long run can't be looked at", cause: describeCause(failure.cause) }));
    }
    going.lostSince ??= Date.now();
    going.tries += 1;
    const againMs = Math.min(WATCH_EVERY_MS * 2 ** (going.tries - 1), LOST_WAIT_MAX_MS);
    return {
      reply: tellLost(reply, failure, going.lostSince),
      data: readData(),
      controls,
      nextCheckMs: againMs,
      picture,
    };
  }
}

/**
 * What was begun goes on without us. So a look that took too long is made again, for what it saved is kept; and a fault of ours, which may be one of a
 * deploy that is taken back, is borne for a while.
 */
function isWorthAnother({ code, reply }: Failure, { faultSince }: LongRunProgress): boolean {
  if (reply.retry === true || code === "time-limit") return true;
  return FAULTS.includes(code) && faultSince !== undefined && Date.now() - faultSince < FAULT_MAX_MS;
}

const outcomesOf = (reply: Reply) => (reply.kind === "started" ? reply.outcomes : undefined);

/** The same as before, and since when nobody knows more. */
function tellLost(reply: Reply, { reply: { text } }: Failure, since: number): Reply {
  if (reply.kind !== "started") return reply;
  const said: Started = {
    ...reply,
    text: `${closeSentence(text ?? "It can't be reached.")} No update since ${formatSince(since)}; retrying.`,
  };
  return said;
}

/** What a server says of its trouble may lack the full stop. */
const closeSentence = (text: string) => (/[.!?…]$/.test(text) ? text : `${text}.`);

function tooLong(reply: Reply, { longRunLimitMs }: Settings): Reply {
  return {
    ...new Failure("time-limit", {
      text: `It was not over after ${Math.round(longRunLimitMs / 3_600_000)} hours, and is no longer followed.`,
      advice: "What it began may still go on: look there.",
    }).reply,
    outcomes: outcomesOf(reply),
    links: reply.links,
  };
}

/** What the action is given to look with. */
export function createWatchContext(
  { record, base, email, token }: LongRunStart,
  settings: Settings,
  signal: AbortSignal,
  { save, readRunReply }: Pick<WatchContext, "save" | "readRunReply">,
): WatchContext {
  const { id, at, person, reply, call } = record;
  return {
    run: describeRun(base, { id, at, reply }),
    person: { id: person?.id, name: person?.name ?? "", email },
    settings,
    base,
    signal,
    kitsu: (own = signal) => reopenKitsuFor({ id: person?.id, token }, call?.selection ?? [], settings, own),
    save,
    readRunReply,
  };
}

/** An answer that always says which run it is about. */
export type RunAnswer = Answer & { run: Run };

export function answerOf(
  { base, key, record: { id, at } }: LongRunStart,
  { controls, picture, undo, ...going }: LongRunProgress,
): RunAnswer {
  const place = `${base}/runs/${id}/picture?at=${at}&key=${key}&n=${encodeURIComponent(picture ?? "")}`;
  const reply =
    going.reply.kind === "started" && picture !== undefined ? { ...going.reply, picture: place } : going.reply;
  return {
    version: WIRE_VERSION,
    run: { ...describeRun(base, { id, at, reply, undo }), ...followLinks(base, { id, at, key, controls }) },
    reply,
  };
}
