// Tasks that somebody else's run is at work on, in words.
import type { Outcome } from "../../contract.ts";
import type { Busy } from "../action.ts";

/** "Ana is rendering 3 of your 12 shots since 14:02 UTC" */
export function sayBusy(busy: readonly Busy[], count: number): string {
  const names = [...new Set(busy.map(({ person }) => person || "Somebody"))];
  const who = names.length > 2 ? `${names.length} persons are` : `${names.join(" and ")} ${names.length === 1 ? "is" : "are"}`;
  const since = sayTime(Math.min(...busy.map((one) => one.since)));
  const what = count === 1 ? "this shot" : busy.length === count ? `all ${count} shots` : `${busy.length} of your ${count} shots`;
  return `${who} rendering ${what} since ${since}`;
}

/** The task is another's for now. */
export const leaveOut = (outcome: Outcome, { person, since }: Busy): Outcome => ({
  ...outcome,
  state: "skipped",
  reason: `${person || "Somebody"} is rendering it since ${sayTime(since)}`,
});

const sayTime = (ms: number) => `${new Date(ms).toISOString().slice(11, 16)} UTC`;
