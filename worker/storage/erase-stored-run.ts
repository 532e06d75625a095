// Erases a person from what a run's coordinator stores: the records that the log does not have yet,
// whose run it is, and what an undo would need.
import { eraseName, eraseRecord } from "./erase-record.ts";
import type { RunIdentity } from "./known-run.ts";
import { deleteParts } from "./large-value.ts";
import type { PendingRecords } from "./pending-records.ts";
import type { UndoTurns } from "./undo-turn.ts";

/**
 * Returns false, and erases nothing, while a request is running: it would write its record.
 * @param name of somebody who undid or canceled the run: only this is erased
 */
export async function eraseStoredRun(
  storage: DurableObjectStorage,
  pending: PendingRecords,
  undo: UndoTurns,
  name: string | undefined,
): Promise<boolean> {
  if (await pending.hasDrafts()) return false;
  await pending.change((record) => (name === undefined ? eraseRecord(record) : eraseName(record, name)));
  if (name !== undefined) return true;
  await undo.withdraw();
  await deleteParts(storage, "shown");
  const identity = await storage.get<RunIdentity>("identity");
  if (identity !== undefined) await storage.put("identity", { at: identity.at, action: identity.action });
  return true;
}
