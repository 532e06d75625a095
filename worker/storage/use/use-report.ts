// The use of the actions as it is read: counts, failures by their code, and how long runs took.
import * as v from "valibot";
import { findQuantile } from "./durations.ts";
import type { UseRows } from "./use-tables.ts";

const Counts = v.object({
  /** runs that have ended, in which they failed, and failed because of the action itself */
  runs: v.number(),
  failed: v.number(),
  faults: v.number(),
  /** how many tasks were selected */
  tasks: v.number(),
  /** runs that retried another one */
  retries: v.number(),
  undos: v.number(),
  /** failures by their code */
  codes: v.record(v.string(), v.number()),
  /** of the runs that did not fail; absent if there are none */
  medianMs: v.optional(v.number()),
  p95Ms: v.optional(v.number()),
});
type Counts = v.InferOutput<typeof Counts>;

const Day = v.object({ day: v.pipe(v.string(), v.isoDate()), ...Counts.entries });
const ActionReport = v.object({
  action: v.string(),
  title: v.string(),
  unstable: v.boolean(),
  /** nobody has used it for 90 days, and it has been there for as long */
  unused: v.boolean(),
  /** absent if it was not used for 90 days, or since counting began */
  last: v.optional(v.object({ at: v.pipe(v.string(), v.isoTimestamp()), person: v.string(), name: v.string() })),
  ...Counts.entries,
  /** those on which it was used */
  days: v.array(Day),
});
export type ActionReport = v.InferOutput<typeof ActionReport>;

/** `GET /use.json` */
export const UseDocument = v.object({
  from: v.pipe(v.string(), v.isoDate()),
  to: v.pipe(v.string(), v.isoDate()),
  /** when counting began */
  since: v.pipe(v.string(), v.isoTimestamp()),
  /** those that ran most first */
  actions: v.array(ActionReport),
});
export type UseDocument = v.InferOutput<typeof UseDocument>;

export type CountedDay = Counts & { day: string; action: string };

const NOTHING: Counts = { runs: 0, failed: 0, faults: 0, tasks: 0, retries: 0, undos: 0, codes: {} };

/** Puts the rows of each action and day together. */
export function joinRows({ counts, codes, steps }: UseRows): CountedDay[] {
  const keyOf = ({ day, action }: { day: string; action: string }) => `${day} ${action}`;
  const codesOf = Map.groupBy(codes, keyOf);
  const stepsOf = Map.groupBy(steps, keyOf);
  return counts.map((row) => {
    const histogram = new Map((stepsOf.get(keyOf(row)) ?? []).map(({ step, count }) => [step, count]));
    const found = codesOf.get(keyOf(row)) ?? [];
    return {
      ...row,
      codes: Object.fromEntries(
        found.toSorted((one, other) => other.count - one.count).map(({ code, count }) => [code, count]),
      ),
      medianMs: findQuantile(histogram, 0.5),
      p95Ms: findQuantile(histogram, 0.95),
    };
  });
}

/**
 * @param titles of the actions in the catalogue: they are listed even if nobody has used them
 * @param total the sums of the period, and `perDay` the same by day
 */
export function makeReport(
  titles: ReadonlyMap<string, string>,
  { total, perDay, from, to }: { total: UseRows; perDay: UseRows; from: string; to: string },
): UseDocument {
  const sums = new Map(joinRows(total).map((row) => [row.action, row]));
  const days = Map.groupBy(joinRows(perDay), ({ action }) => action);
  const last = new Map(total.last.map((row) => [row.action, row]));
  const actions = [...new Set([...titles.keys(), ...sums.keys()])].map((action): ActionReport => {
    const { day: _, action: __, ...sum } = sums.get(action) ?? { ...NOTHING, day: "", action };
    const used = last.get(action);
    return {
      action,
      title: titles.get(action) ?? action,
      unstable: total.unstable.includes(action),
      unused: total.unused.includes(action),
      last: used && { at: new Date(used.at).toISOString(), person: used.person, name: used.name },
      ...sum,
      days: (days.get(action) ?? []).map(({ action: ___, ...day }) => day),
    };
  });
  return {
    from,
    to,
    since: new Date(total.since).toISOString(),
    actions: actions.toSorted((one, other) => other.runs - one.runs),
  };
}
