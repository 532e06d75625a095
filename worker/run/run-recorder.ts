// Records a run in its coordinator, before it does anything and when its request ends, and then in
// the log. A page that lost the answer can ask what happened, and no run is missing from the log.
import { Failure } from "../format/failure.ts";
import { message } from "../format/message.ts";
import type { RequestContext } from "../request/request-context.ts";
import type { Env, Settings } from "../settings/settings.ts";
import type { AskedRun, KnownRun } from "../storage/known-run.ts";
import { retryCall } from "../storage/retry-call.ts";
import { getRunCoordinator } from "../storage/run-coordinator.ts";
import { describeRun, makeRunId } from "../storage/run-links.ts";
import { writeRecord } from "../storage/run-log.ts";
import type { RunRecord } from "../storage/run-record.ts";
import { deliverRecord, isDelivered } from "../storage/use/deliver-record.ts";
import { nameAction, redactReply, runInterrupted } from "./public-state.ts";

/** How much longer than the action's time limit a request may take to answer and to be logged. */
const GRACE_MS = 30_000;
/** Upper bound for a draft. Durable Object storage takes values up to 2 MB. */
const DRAFT_MAX_BYTES = 100_000;
/** How many task ids a shortened draft has. */
const DRAFT_TASKS = 500;
/** KV takes one write per key and second. */
const RETRY_MS = 1_100;

type Place = Pick<RequestContext, "env" | "settings" | "base">;

export type RunRecorder = {
  /** identifies this request among the requests for the same run; absent without a coordinator */
  token?: string;
  /** What was known about the run before; undefined if there is no coordinator. */
  known: Promise<KnownRun | undefined>;
  /**
   * Records that the request has ended, and how the run ended or what it asked. Returns what still
   * has to be written to the log.
   */
  finish(record?: RunRecord, isLogged?: boolean, asked?: AskedRun): Promise<PendingRecord | undefined>;
};

/** A record to be written. `keptBy`: the token of the request, if the coordinator stores it. */
export type PendingRecord = { record: RunRecord; keptBy?: string | undefined };

/** @param attempt distinguishes the page's requests for this run */
export function startRecording(
  { env, settings, base }: Place,
  started: Omit<RunRecord, "reply" | "status" | "tookMs">,
  attempt: string,
): RunRecorder {
  if (env.RUN_COORDINATORS === undefined) {
    return {
      known: Promise.resolve(undefined),
      finish: async (record, isLogged) => toPending(record, isLogged),
    };
  }
  const token = makeRunId();
  const { id, at, action } = started;
  const { reply, status } = runInterrupted(nameAction(action, settings));
  const draft = encodeDraft({ ...started, reply, status, tookMs: settings.actionTimeLimitMs });
  const until = Date.now() + settings.actionTimeLimitMs + GRACE_MS;
  const known = retryCall(() => getRunCoordinator(env, id).startRequest({ token, attempt, at, action, until }, draft));
  // This is awaited later, or never. Until then, a rejection must not count as unhandled.
  known.catch(() => undefined);
  return {
    token,
    known,
    finish: async (record, isLogged, asked) => {
      // A refused call that got another id does not belong to this run.
      const isOwn = record?.id === id;
      const end = isOwn ? describeEnd(record, base, settings) : undefined;
      const pending = isOwn && !isLogged ? record : undefined;
      try {
        await known;
        const ended = await retryCall(() =>
          getRunCoordinator(env, id).endRequest(token, end, pending, isOwn ? asked : undefined),
        );
        if (isOwn && !isLogged && ended.isKept) {
          // The coordinator writes a question to the log unless it is answered soon.
          return record.reply.kind === "ask" ? undefined : { record, keptBy: token };
        }
        // A run has one entry in the log, written by the request that ran it. A call that arrived
        // at another time has an entry of its own.
        if (isOwn && !ended.isOwner && record.at === ended.submittedAt) return undefined;
      } catch (cause) {
        console.error(JSON.stringify({ message: "The end of a run could not be noted", cause: String(cause) }));
      }
      return toPending(record, isLogged);
    },
  };
}

const toPending = (record: RunRecord | undefined, isLogged = false): PendingRecord | undefined =>
  record === undefined || isLogged ? undefined : { record };

function describeEnd(record: RunRecord, base: string, settings: Settings) {
  const { at, action, reply } = record;
  const { retry, undo } = describeRun(base, record);
  return { at, action, reply: redactReply(reply, action, settings), offers: { retry, undo } };
}

export function cannotRecord(cause: unknown): Failure {
  return new Failure("log-unreachable", {
    title: message("run.notStarted"),
    text: message("run.cannotRecord"),
    advice: message("run.runAgainSoon"),
    retry: true,
    cause,
  });
}

/**
 * Writes a record to the log and counts it, now or later. Never throws: a run must not fail because
 * the log is unavailable. If KV or the statistics refuse the record, the coordinator stores it and
 * tries again. If that fails as well, the whole record is written to the worker's console.
 */
export async function writeToLog(env: Env, settings: Settings, { record, keptBy }: PendingRecord): Promise<void> {
  const delivered = await deliverRecord(env, settings, record);
  const isKept = await updateCoordinator(env, record, keptBy, isDelivered(delivered));
  if (delivered.isLogged || isKept) return;
  const retried = scheduler.wait(RETRY_MS).then(() => writeRecord(env, settings, record));
  await retried.catch((cause: unknown) => {
    const failed = { message: "A run could not be written to the log", run: record.id };
    console.error(JSON.stringify({ ...failed, cause: String(cause), record }));
  });
}

/** Only the coordinator retries a write, so that an old record never replaces a newer one. */
async function updateCoordinator(
  env: Env,
  record: RunRecord,
  keptBy: string | undefined,
  isWritten: boolean,
): Promise<boolean> {
  if (env.RUN_COORDINATORS === undefined || (isWritten && keptBy === undefined)) return false;
  const coordinator = getRunCoordinator(env, record.id);
  const update = async () => {
    if (keptBy === undefined) return coordinator.addPendingRecord(makeRunId(), record);
    await (isWritten ? coordinator.dropPendingRecord(keptBy) : coordinator.retryWriteSoon());
    return true;
  };
  return update().catch(() => false);
}

/** The draft as JSON. A very large call is stored without its fields, and with fewer task ids. */
function encodeDraft(record: RunRecord): Uint8Array {
  const encode = (one: RunRecord) => new TextEncoder().encode(JSON.stringify(one));
  const whole = encode(record);
  if (whole.byteLength <= DRAFT_MAX_BYTES) return whole;
  const { call, arrived } = record;
  const selection = call?.selection.slice(0, DRAFT_TASKS) ?? [];
  return encode({
    ...record,
    arrived: { ...arrived, fields: [] },
    call: call && { ...call, selection, input: undefined, params: {}, ignored: [] },
  });
}
