// Pages of the log, newest first, all of it or what matches a filter.
import { ENGLISH, type Reader } from "../format/reader.ts";
import type { Env } from "../settings/settings.ts";
import { findDayBounds } from "./local-day.ts";
import { makeTest, type RunFilter } from "./run-filter.ts";
import { LOG_PREFIX } from "./run-key.ts";
import type { LoggedRun } from "./run-log.ts";
import {
  formatPosition,
  listKeys,
  noSuchPage,
  parsePosition,
  readRun,
  type Search,
  searchRuns,
} from "./search-runs.ts";

/**
 * - `cursor`: of the next page; absent if there is none
 * - `searched`: with a filter, how many runs were searched so far, this page and those before
 * - `until`: when the last of them began, in epoch milliseconds
 */
export type RunPage = {
  runs: LoggedRun[];
  cursor?: string | undefined;
  searched?: number | undefined;
  until?: number | undefined;
};

/**
 * How many runs a filtered page searches. Whatever is done with them, KV and the runtime take 6 ms
 * of CPU time for a list of a thousand keys, and Cloudflare's free plan has 10 for a request.
 */
const SEARCHED_PER_PAGE = 1_000;
/** A page may begin in the middle of a list, and a day touches two in UTC. */
const LISTS_MAX = 3;

/**
 * One page of the log. Without a filter, it costs one `list`. With one, it searches about a
 * thousand runs: the page then has those that were found, and a cursor to search further.
 */
export async function listRuns(
  env: Env,
  filter: RunFilter,
  limit: number,
  { cursor, reader = ENGLISH }: { cursor?: string | undefined; reader?: Reader | undefined } = {},
): Promise<RunPage> {
  if (Object.values(filter).some((value) => value !== undefined)) {
    const start = cursor === undefined ? undefined : parsePosition(cursor);
    const limits = { runs: limit, lists: LISTS_MAX, keys: SEARCHED_PER_PAGE };
    const { found, next, searched, until } = await searchRuns(env, toSearch(filter, reader), start, limits);
    return { runs: found.map(({ run }) => run), cursor: next && formatPosition(next), searched, until };
  }
  // KV might accept the cursor of a search as one of its own.
  if (cursor !== undefined && parsePosition(cursor).after !== "") throw noSuchPage();
  const page = await listKeys(env, LOG_PREFIX, limit, cursor);
  return { runs: page.keys.flatMap((key) => readRun(key) ?? []), cursor: page.next };
}

/** The search for what a filter describes. A day is one in the reader's time zone. */
export const toSearch = (filter: RunFilter, reader: Reader): Search => ({
  test: makeTest(filter, reader),
  bounds: filter.day === undefined ? undefined : findDayBounds(filter.day, reader.timeZone),
});
