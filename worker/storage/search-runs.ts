// Reads the log from the newest run to the oldest, or a day of it, and finds the runs that pass a
// test. Bounded: it says how far it came, and where to continue.
import * as v from "valibot";
import { Failure } from "../format/failure.ts";
import { message } from "../format/message.ts";
import type { Env } from "../settings/settings.ts";
import type { DayBounds } from "./local-day.ts";
import type { RawSummary, SummaryTest } from "./run-filter.ts";
import { keyOf, LOG_PREFIX, listDayPrefixes, readKey } from "./run-key.ts";
import { type LoggedRun, Summary, throwUnreachable } from "./run-log.ts";

/** The most keys that one `list` returns. */
const LIST_MAX_KEYS = 1_000;

/**
 * Where a search continues: after the last key that was read, or at the first key of a prefix.
 * - `searched`: how many runs it has read so far
 * - `cursor`: KV's, of the `list` that has the next key: it can't start at any key
 */
export type Position = { searched: number; after: string; cursor?: string | undefined };

export const formatPosition = ({ searched, after, cursor = "" }: Position) => `${searched}~${after}~${cursor}`;

export function parsePosition(text: string): Position {
  const [, searched = "", after = "", cursor = ""] = /^(\d{1,9})~([^~]*)~(.*)$/s.exec(text) ?? [];
  return { searched: Number(searched), after, cursor: cursor || undefined };
}

/** `expires`: when KV deletes it, in epoch seconds. */
export type FoundRun = { run: LoggedRun; expires: number | undefined };

/**
 * - `searched`: how many runs were read since the search began
 * - `until`: when the last of them began, in epoch milliseconds
 * - `next`: where to continue; undefined if everything was read
 */
export type SearchResult = {
  found: FoundRun[];
  searched: number;
  until: number | undefined;
  next: Position | undefined;
};

export type Search = { test: SummaryTest; bounds?: DayBounds | undefined };

/**
 * @param limits.runs the most runs to find
 * @param limits.lists the most `list` operations
 * @param limits.keys no further `list` once this many keys were listed
 */
export async function searchRuns(
  env: Env,
  { test, bounds }: Search,
  start: Position | undefined,
  limits: { runs: number; lists: number; keys?: number },
): Promise<SearchResult> {
  const prefixes = bounds === undefined ? [LOG_PREFIX] : listDayPrefixes(bounds.from, bounds.to);
  // Times count down in keys.
  const [first, end] = bounds === undefined ? ["", "~"] : [keyOf(bounds.to - 1, ""), keyOf(bounds.from - 1, "")];
  const found: FoundRun[] = [];
  let position = start ?? firstPosition(prefixes, 0);
  let searched = position?.searched ?? 0;
  let last = position?.after ?? "";
  const keysMax = limits.keys ?? Number.POSITIVE_INFINITY;
  let listed = 0;
  const finish = (next: Position | undefined) => ({ found, searched, until: readKey(last)?.at, next });
  for (let lists = 0; lists < limits.lists && listed < keysMax && found.length < limits.runs; lists += 1) {
    if (position === undefined) break;
    const { after, cursor }: Position = position;
    const index = prefixes.findIndex((prefix) => after.startsWith(prefix));
    const prefix = prefixes[index];
    // The address was made for another day, or in another time zone.
    if (prefix === undefined) throw noSuchPage();
    const page = await listKeys(env, prefix, LIST_MAX_KEYS, cursor);
    listed += page.keys.length;
    for (const key of page.keys) {
      const { name } = key;
      if (name <= after || name < first) continue;
      if (name >= end) return finish(undefined);
      const run = isObject(key.metadata) && test(key.metadata) ? readRun(key) : undefined;
      if (run !== undefined) {
        if (found.length === limits.runs) return finish(position);
        found.push({ run, expires: key.expiration });
        position = { searched: searched + 1, after: name, cursor };
      }
      searched += 1;
      last = name;
    }
    // If a thousand runs began meanwhile, the list may end before the place to continue at.
    const name = page.keys.at(-1)?.name ?? "";
    position =
      page.next === undefined
        ? firstPosition(prefixes.slice(index + 1), searched)
        : { searched, after: name > after ? name : after, cursor: page.next };
  }
  return finish(position);
}

const isObject = (value: unknown): value is RawSummary => typeof value === "object" && value !== null;

const firstPosition = ([prefix]: readonly string[], searched: number): Position | undefined =>
  prefix === undefined ? undefined : { searched, after: prefix };

export async function listKeys(env: Env, prefix: string, limit: number, cursor?: string) {
  try {
    const page = await env.RUNS.list<unknown>({ prefix, limit, ...(cursor !== undefined && { cursor }) });
    return { keys: page.keys, next: page.list_complete ? undefined : page.cursor };
  } catch (cause) {
    if (cursor === undefined || !/\b400\b/.test(String(cause))) throwUnreachable(cause);
    throw noSuchPage(cause);
  }
}

export const noSuchPage = (cause?: unknown) =>
  new Failure("invalid-filter", {
    text: message("storage.noSuchPage"),
    advice: message("storage.startAgain", { address: "/runs" }),
    cause,
  });

export function readRun(key: KVNamespaceListKey<unknown>): LoggedRun | undefined {
  const [place, summary] = [readKey(key.name), v.safeParse(Summary, key.metadata)];
  return place !== undefined && summary.success ? { ...place, ...summary.output } : undefined;
}
