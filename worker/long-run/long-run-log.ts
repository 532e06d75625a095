// What the log, the locks and whoever takes the run back are told of a run that goes on: when it begins, and when it is over.

import { type Env, readSettings } from "../settings/settings.ts";
import { meetLocks } from "../storage/locks.ts";
import { meetConversation } from "../storage/run-coordinator.ts";
import type { OfferedUndo } from "../storage/run-links.ts";
import { recordRun } from "../storage/run-log.ts";
import type { Recorded } from "../storage/run-record.ts";
import type { Known } from "./long-run-state.ts";

type Beginning = Known["beginning"];
type State = Known["state"];

/** The run as the log would have it now. */
export const recordOf = ({ beginning: { recorded }, state }: Known): Recorded => ({
  ...recorded,
  reply: state.reply,
  undo: state.undo,
});

/** Keeps what it locked for as long as it may go on, and says in the log that it does: false where the log did not take that. */
export async function tellBeginning(env: Env, beginning: Beginning, state: State): Promise<boolean> {
  const settings = readSettings(env);
  const { id, action } = beginning.recorded;
  await meetLocks(env, action).keep(id, state.began + settings.longRunLimitMs);
  return recordRun(env, settings, recordOf({ beginning, state }));
}

/** Releases what it locked, and says in the log how it ended: false where the log did not take that. */
export async function tellEnd(env: Env, beginning: Beginning, state: State): Promise<boolean> {
  const { id, action } = beginning.recorded;
  await meetLocks(env, action).release(id);
  const tookMs = (state.ended ?? Date.now()) - state.began;
  return recordRun(env, readSettings(env), { ...recordOf({ beginning, state }), tookMs });
}

/** What was offered while it began holds from its end on, if there is something to take back. */
export async function keepUndo(env: Env, { undo, recorded }: Beginning, { reply }: State): Promise<OfferedUndo | undefined> {
  if (undo === undefined || reply.kind !== "done") return undefined;
  const { id, at, action, person } = recorded;
  const { data, lifeS, label } = undo;
  const until = Date.now() + lifeS * 1_000;
  await meetConversation(env, id).keepUndo({ at, action, person: person?.id }, { data, until });
  return { until, label };
}
