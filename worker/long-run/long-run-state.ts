// What is stored of a long run, and how: what it began with, how it stands, and what its action keeps, each by itself, for they change at different times.
import * as v from "valibot";
import { readParts, toParts } from "../storage/large-value.ts";
import type { Recorded } from "../storage/run-record.ts";
import { Reported } from "./progress-report.ts";
import { Beginning, type Followed, Going } from "./watch.ts";

const Stored = v.object({
  ...Going.entries,
  ...Reported.entries,
  /** its locks are kept for it, and the log says that it goes on; without a word in older ones */
  isSettled: v.fallback(v.boolean(), true),
  isWritten: v.boolean(),
  freed: v.number(),
});

/** `data` is what the action keeps, as JSON. */
export type State = v.InferOutput<typeof Stored> & { data: string };

export type Known = { beginning: Beginning; state: State };

/** As entries of the storage, which are written together. */
export const partsOf = ({ data, ...state }: State) => ({ ...toParts("state", state), ...toParts("data", data) });
export const partsOfBeginning = (beginning: Beginning) => toParts("beginning", beginning);

/** What is stored; undefined where there is no such run. */
export async function readKnown(storage: DurableObjectStorage): Promise<Known | undefined> {
  const beginning = v.safeParse(Beginning, await readParts(storage, "beginning"));
  const state = v.safeParse(Stored, await readParts(storage, "state"));
  if (!beginning.success || !state.success) return undefined;
  const data = v.parse(v.fallback(v.string(), "null"), await readParts(storage, "data"));
  return { beginning: beginning.output, state: { ...state.output, data } };
}

/** A run as it stands: `recorded` as the log would have it now, `followed` as whoever follows it is told. */
export type Living = { recorded: Recorded; followed: Followed };
