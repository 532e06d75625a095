// A run is noted in its Durable Object before it does anything and when its request is over, so that whoever lost the answer can find out what came
// of it, and a request that never ends is in the log.

import { Failure } from "../failure.ts";
import type { RequestContext } from "../request/request-context.ts";
import type { Env, Settings } from "../settings/settings.ts";
import { getRunCoordinator, type KnownRun } from "../storage/run-coordinator.ts";
import { describeRun, makeRunId } from "../storage/run-links.ts";
import { writeRecord } from "../storage/run-log.ts";
import type { RunRecord } from "../storage/run-record.ts";
import { interrupted, nameAction, withoutNames } from "./public-state.ts";

/** What a request may take beyond its own time limit: to answer, and to write the log. */
const GRACE_MS = 30_000;
/** What is kept for a request that may never end. Storage takes 2 MB. */
const DRAFT_MAX_BYTES = 100_000;
/** KV takes one write of a key a second. */
const WRITE_AGAIN_MS = 1_100;

type Place = Pick<RequestContext, "env" | "settings" | "base">;

export type RunRecorder = {
  /** the request's own, by which it is told from others for the same run */
  token: string;
  /** What was known of the run before; asked before anything is done. Undefined where there is no place to note it. */
  known: Promise<KnownRun | undefined>;
  /** Says that the request is over; with the record, how the run ended by it. What is given back is what the log is to be told. */
  leave(record?: RunRecord, isWritten?: boolean): Promise<PendingRecord | undefined>;
};

/** A record for the log. `keptBy`: the run's object keeps it until then, for that request. */
export type PendingRecord = { record: RunRecord; keptBy?: string | undefined };

/** @param attempt which of the page's requests for this run it is */
export function startRecording(
  { env, settings, base }: Place,
  begun: Omit<RunRecord, "reply" | "status" | "tookMs">,
  attempt: string,
): RunRecorder {
  const token = makeRunId();
  if (env.RUN_COORDINATORS === undefined) {
    return { token, known: Promise.resolve(undefined), leave: async (record, isWritten) => toWrite(record, isWritten) };
  }
  const { id, at, action } = begun;
  const conversation = getRunCoordinator(env, id);
  const { reply, status } = interrupted(nameAction(action, settings));
  const draft = shorten({ ...begun, reply, status, tookMs: settings.actionTimeLimitMs });
  const until = Date.now() + settings.actionTimeLimitMs + GRACE_MS;
  const known = conversation.arrive({ token, attempt, at, action, until }, draft);
  // Whoever awaits it is told; where nobody does, as for what changes nothing, it is no fault.
  known.catch(() => undefined);
  return {
    token,
    known,
    leave: async (record, isWritten) => {
      // What was refused under another id is not what this run is about.
      const isOwn = record?.id === id;
      const over = isOwn ? describeEnd(record, base, settings) : undefined;
      try {
        await known;
        const left = await conversation.leave(token, over, isOwn && !isWritten ? record : undefined);
        if (isOwn && !isWritten && left.isKept) return { record, keptBy: token };
        // One run is one line of the log: that of the request which has submitted it. What came under its id at another time has a line of its own.
        if (isOwn && !left.isAbout && record.at === left.submittedAt) return undefined;
      } catch (cause) {
        console.error(JSON.stringify({ message: "The end of a run could not be noted", cause: String(cause) }));
      }
      return toWrite(record, isWritten);
    },
  };
}

const toWrite = (record: RunRecord | undefined, isWritten = false): PendingRecord | undefined =>
  record === undefined || isWritten ? undefined : { record };

function describeEnd(record: RunRecord, base: string, settings: Settings) {
  const { at, action, reply } = record;
  const { retry, undo } = describeRun(base, record);
  return { at, action, reply: withoutNames(reply, action, settings), offers: { retry, undo } };
}

/** Throws where the run may not begin. */
export function checkNotVoided(known: KnownRun | undefined): void {
  if (known?.isVoid !== true) return;
  throw new Failure("never-ran", {
    text: "This call arrived after its page had given up on it and had said that it did not run. So it was not run.",
    advice: "Run the action again.",
  });
}

/** What failed before anybody knew whose call it is belongs to no run that was there before: it is written down as a run of its own. */
export async function separateRun(
  note: RunRecorder | undefined,
  own: { id: string; at: number },
): Promise<{ id: string; at: number }> {
  const noted = await note?.known.catch(() => undefined);
  if (noted === undefined) return own;
  return noted.isVoid || noted.beginning !== undefined ? { ...own, id: makeRunId() } : { ...own, at: noted.at };
}

export function cannotRecord(cause: unknown): Failure {
  return new Failure("log-unreachable", {
    title: "The run was not begun",
    text: "The action server could not record that the run begins, so it was not begun.",
    advice: "Run the action again in a minute. Should that not help, tell your TD.",
    retry: true,
    cause,
  });
}

/**
 * Writes the run down, now or later. Never throws, for a log that can't be written must not cost the run: what it refuses is kept beside the run until it
 * is taken, and what can't be kept either goes to the worker's own log as a whole.
 */
export async function writeSurely(env: Env, settings: Settings, { record, keptBy }: PendingRecord): Promise<void> {
  const write = () => writeRecord(env, settings, record).then(() => true);
  let isWritten = false;
  try {
    isWritten = await write();
  } catch (cause) {
    console.error(
      JSON.stringify({ message: "A run could not be written to the log yet", run: record.id, cause: String(cause) }),
    );
  }
  const isKept = await tellKeeper(env, record, keptBy, isWritten);
  if (isWritten || isKept) return;
  const again = scheduler.wait(WRITE_AGAIN_MS).then(write);
  await again.catch((cause: unknown) => {
    const message = "A run could not be written to the log";
    console.error(JSON.stringify({ message, run: record.id, cause: String(cause), record }));
  });
}

/** One place writes again what was refused, so that nothing old is written over what is newer. */
async function tellKeeper(
  env: Env,
  record: RunRecord,
  keptBy: string | undefined,
  isWritten: boolean,
): Promise<boolean> {
  if (env.RUN_COORDINATORS === undefined || (isWritten && keptBy === undefined)) return false;
  const conversation = getRunCoordinator(env, record.id);
  const telling = async () => {
    if (keptBy === undefined) return conversation.keepRecord(makeRunId(), record);
    await (isWritten ? conversation.wrote(keptBy) : conversation.writeSoon());
    return true;
  };
  return telling().catch(() => false);
}

/** A call of very many tasks, or with very much in it, is kept without that. */
function shorten(record: RunRecord): Uint8Array {
  const encode = (one: RunRecord) => new TextEncoder().encode(JSON.stringify(one));
  const whole = encode(record);
  if (whole.byteLength <= DRAFT_MAX_BYTES) return whole;
  const { call, arrived } = record;
  return encode({
    ...record,
    arrived: { ...arrived, fields: [] },
    call: call && { ...call, selection: call.selection.slice(0, 500), input: undefined, params: {}, ignored: [] },
  });
}
