// A long run that a version before 2026-11-29 began: it is followed to its end by this one.
import * as v from "valibot";
import { renameMembers } from "../../format/rename-members.ts";
import { deleteEarlier, readEarlierValue, writeAll } from "../../storage/earlier-state.ts";
import { toParts } from "../../storage/large-value.ts";

const START_NAMES = { recorded: "record", data: "" };
const STATE_NAMES = {
  began: "startedAt",
  ended: "endedAt",
  isSettled: "isAnnounced",
  isWritten: "isLogged",
  freed: "released",
  data: "",
};
/** What the first versions did not store. */
const STATE_DEFAULTS = { isAnnounced: true, released: 0 };

const WithData = v.object({ data: v.string() });

/** Renames what it stores, in one write. */
export function upgradeLongRun(storage: DurableObjectStorage): DurableObjectStorage {
  const { kv } = storage;
  const start = readEarlierValue(kv, "beginning");
  if (start === undefined) return storage;
  const state = readEarlierValue(kv, "state");
  const data = v.is(WithData, state) ? state.data : readData(kv);
  deleteEarlier(kv, "state");
  deleteEarlier(kv, "data");
  writeAll(kv, {
    ...toParts("start", renameMembers(start, START_NAMES)),
    ...toParts("state", { ...STATE_DEFAULTS, ...renameMembers(state, STATE_NAMES) }),
    ...toParts("data", data),
  });
  deleteEarlier(kv, "beginning");
  return storage;
}

/** The action's own data as JSON: of the versions that stored it in bytes, the bytes themselves. */
function readData(kv: DurableObjectStorage["kv"]): string {
  const data = readEarlierValue(kv, "data");
  return typeof data === "string" ? data : JSON.stringify(data ?? null);
}
