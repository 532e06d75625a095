// Passes the start and the end of a long run on to the log, the locks and the run's coordinator.
import type { Started } from "../../format/reply.ts";
import type { ServerUndo } from "../../services/server-answer.ts";
import { type Env, readSettings } from "../../settings/settings.ts";
import { identifyRun } from "../../storage/known-run.ts";
import { getLocks } from "../../storage/locks.ts";
import { getRunCoordinator } from "../../storage/run-coordinator.ts";
import type { OfferedUndo } from "../../storage/run-links.ts";
import { recordRun } from "../../storage/run-log.ts";
import { type Delivered, deliverRecord } from "../../storage/use/deliver-record.ts";
import { mayHoldLocks, type StoredLongRun, toRecord } from "./long-run-state.ts";

const FINISHED: readonly string[] = ["done", "failed", "skipped"];

const listFinished = ({ outcomes = [] }: Started) =>
  outcomes.flatMap(({ id, state }) => (FINISHED.includes(state) ? [id] : []));

/**
 * Extends the run's locks for as long as it may run, and logs that it is running. Returns false if
 * the log refuses.
 */
export async function announceStart(env: Env, run: StoredLongRun): Promise<boolean> {
  const settings = readSettings(env);
  const { id, action } = run.start.record;
  const [isLogged] = await Promise.all([
    recordRun(env, settings, toRecord(run)),
    mayHoldLocks(run) && getLocks(env, action).keep(id, run.state.startedAt + settings.longRunLimitMs),
  ]);
  return isLogged;
}

/** Releases the tasks that have finished. Returns how many have been released so far. */
export async function releaseFinished(env: Env, run: StoredLongRun): Promise<number> {
  const { reply, released } = run.state;
  const finished = reply.kind === "started" ? listFinished(reply) : [];
  if (finished.length <= released) return released;
  const { id, action } = run.start.record;
  if (mayHoldLocks(run)) await getLocks(env, action).release(id, finished);
  return finished.length;
}

/** Releases the run's locks, logs how it ended, and counts it. */
export async function announceEnd(env: Env, run: StoredLongRun): Promise<Delivered> {
  const { id, action } = run.start.record;
  const [delivered] = await Promise.all([
    deliverRecord(env, readSettings(env), toRecord(run), run.state),
    mayHoldLocks(run) && getLocks(env, action).release(id),
  ]);
  return delivered;
}

/**
 * Offers an undo if the run is done: the one that came with its end, else the one that the action
 * announced when the run started.
 */
export async function offerUndo(
  env: Env,
  { start, state }: StoredLongRun,
  ended: ServerUndo | undefined,
): Promise<OfferedUndo | undefined> {
  const undo = ended === undefined ? start.undo : { ...ended, data: JSON.stringify(ended.data) };
  if (undo === undefined || state.reply.kind !== "done") return undefined;
  const { id, at, action, person } = start.record;
  const { data, lifeS, label } = undo;
  const until = Date.now() + lifeS * 1_000;
  await getRunCoordinator(env, id).offerUndo(identifyRun(at, action, person), { data, until });
  return { until, label };
}
