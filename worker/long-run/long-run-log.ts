// What the log, the locks and whoever takes the run back are told of a run that goes on: when it begins, and when it is over.

import { type Env, readSettings } from "../settings/settings.ts";
import { getLocks } from "../storage/locks.ts";
import { getRunCoordinator } from "../storage/run-coordinator.ts";
import type { OfferedUndo } from "../storage/run-links.ts";
import { recordRun } from "../storage/run-log.ts";
import type { RunRecord } from "../storage/run-record.ts";
import type { StoredLongRun } from "./long-run-state.ts";

type Beginning = StoredLongRun["beginning"];
type State = StoredLongRun["state"];

/** The run as the log would have it now. */
export const recordOf = ({ beginning: { record }, state }: StoredLongRun): RunRecord => ({
  ...record,
  reply: state.reply,
  undo: state.undo,
});

/** Keeps what it locked for as long as it may go on, and says in the log that it does: false where the log did not take that. */
export async function tellBeginning(env: Env, beginning: Beginning, state: State): Promise<boolean> {
  const settings = readSettings(env);
  const { id, action } = beginning.record;
  await getLocks(env, action).keep(id, state.began + settings.longRunLimitMs);
  return recordRun(env, settings, recordOf({ beginning, state }));
}

/** Releases what it locked, and says in the log how it ended: false where the log did not take that. */
export async function tellEnd(env: Env, beginning: Beginning, state: State): Promise<boolean> {
  const { id, action } = beginning.record;
  await getLocks(env, action).release(id);
  const tookMs = (state.ended ?? Date.now()) - state.began;
  return recordRun(env, readSettings(env), { ...recordOf({ beginning, state }), tookMs });
}

/** What was offered while it began holds from its end on, if there is something to take back. */
export async function keepUndo(
  env: Env,
  { undo, record }: Beginning,
  { reply }: State,
): Promise<OfferedUndo | undefined> {
  if (undo === undefined || reply.kind !== "done") return undefined;
  const { id, at, action, person } = record;
  const { data, lifeS, label } = undo;
  const until = Date.now() + lifeS * 1_000;
  await getRunCoordinator(env, id).keepUndo({ at, action, person: person?.id }, { data, until });
  return { until, label };
}
