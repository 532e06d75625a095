// What is stored of a long run, and how: what it began with, how it stands, and what its action keeps, each by itself, for they change at different times.
import * as v from "valibot";
import { readParts, toParts } from "../storage/large-value.ts";
import type { RunRecord } from "../storage/run-record.ts";
import { Reported } from "./progress-report.ts";
import { LongRunProgress, LongRunStart, type RunAnswer } from "./watch.ts";

const Stored = v.object({
  ...LongRunProgress.entries,
  ...Reported.entries,
  /** its locks are kept for it, and the log says that it goes on; without a word in older ones */
  isSettled: v.fallback(v.boolean(), true),
  isWritten: v.boolean(),
  freed: v.number(),
});

/** `data` is what the action keeps, as JSON. */
export type LongRunState = v.InferOutput<typeof Stored> & { data: string };

export type StoredLongRun = { beginning: LongRunStart; state: LongRunState };

/** As entries of the storage, which are written together. */
export const partsOf = ({ data, ...state }: LongRunState) => ({ ...toParts("state", state), ...toParts("data", data) });
export const partsOfBeginning = (beginning: LongRunStart) => toParts("beginning", beginning);

/** What is stored; undefined where there is no such run. */
export async function readKnown(storage: DurableObjectStorage): Promise<StoredLongRun | undefined> {
  const beginning = v.safeParse(LongRunStart, await readParts(storage, "beginning"));
  const state = v.safeParse(Stored, await readParts(storage, "state"));
  if (!beginning.success || !state.success) return undefined;
  const data = v.parse(v.fallback(v.string(), "null"), await readParts(storage, "data"));
  return { beginning: beginning.output, state: { ...state.output, data } };
}

/** A run as it stands: `recorded` as the log would have it now, `followed` as whoever follows it is told. */
export type LiveRun = { record: RunRecord; followed: RunAnswer };
