// Passes a record on to the log and to the statistics. Whoever has a record repeats this until both
// have it, so nothing is lost; both take a record twice without harm, so nothing is counted twice.
import type { Env, Settings } from "../../settings/settings.ts";
import { recordRun } from "../run-log.ts";
import type { RunRecord } from "../run-record.ts";
import { getActionUse } from "./action-use.ts";
import { noteUnstable } from "./unstable.ts";
import { listUseEvents } from "./use-event.ts";

export type Delivered = { isLogged: boolean; isCounted: boolean };

/** @param before what was delivered before, which is not repeated. Never throws. */
export async function deliverRecord(
  env: Env,
  settings: Settings,
  record: RunRecord,
  before: { [Place in keyof Delivered]?: boolean | undefined } = {},
): Promise<Delivered> {
  const [isLogged, isCounted] = await Promise.all([
    before.isLogged || recordRun(env, settings, record),
    before.isCounted || countRun(env, record),
  ]);
  return { isLogged, isCounted };
}

export const isDelivered = ({ isLogged, isCounted }: Delivered): boolean => isLogged && isCounted;

async function countRun(env: Env, record: RunRecord): Promise<boolean> {
  const events = listUseEvents(record);
  const use = events.length === 0 ? undefined : getActionUse(env);
  if (use === undefined) return true;
  try {
    noteUnstable(await use.count(events));
    return true;
  } catch (cause) {
    console.error(JSON.stringify({ message: "A run could not be counted yet", run: record.id, cause: String(cause) }));
    return false;
  }
}
