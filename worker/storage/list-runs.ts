// Pages of the log, newest first, all of it or what matches a filter.
import * as v from "valibot";
import { Failure } from "../format/failure.ts";
import { message } from "../format/message.ts";
import type { Env } from "../settings/settings.ts";
import { findDayBounds } from "./local-day.ts";
import { LOG_PREFIX, listDayPrefixes, readKey } from "./run-key.ts";
import { type LoggedRun, type RunFilter, Summary, throwUnreachable } from "./run-log.ts";

export type RunPage = { runs: LoggedRun[]; cursor?: string | undefined };

/** The most keys that one `list` returns. */
const LIST_MAX_KEYS = 1_000;
/** How many `list` calls one filtered page may cost. */
const LISTS_MAX = 10;

/**
 * One page of the log. Without a filter, it costs one `list`. With one, it searches the summaries
 * of up to 10,000 runs: the page then has the runs that were found, and a cursor to continue from.
 * @param timeZone of the person who reads it: `day` is a day there
 */
export async function listRuns(
  env: Env,
  filter: RunFilter,
  limit: number,
  { cursor, timeZone = "UTC" }: { cursor?: string | undefined; timeZone?: string | undefined } = {},
): Promise<RunPage> {
  if (Object.values(filter).some((value) => value !== undefined))
    return searchRuns(env, filter, limit, cursor === undefined ? undefined : parsePosition(cursor), timeZone);
  const page = await listKeys(env, LOG_PREFIX, limit, cursor);
  return { runs: page.keys.flatMap((key) => readRun(key) ?? []), cursor: page.next };
}

/**
 * Where a search continues: after the last key that was read, or at the first key of a prefix.
 * `cursor` is KV's, of the `list` that has the next key: it can't start at any key.
 */
type Position = { after: string; cursor?: string | undefined };

const formatPosition = ({ after, cursor = "" }: Position) => `${after}~${cursor}`;

function parsePosition(text: string): Position {
  const [after = "", ...rest] = text.split("~");
  return { after, cursor: rest.join("~") || undefined };
}

async function searchRuns(
  env: Env,
  filter: RunFilter,
  limit: number,
  start: Position | undefined,
  timeZone: string,
): Promise<RunPage> {
  const bounds = filter.day === undefined ? undefined : findDayBounds(filter.day, timeZone);
  const prefixes = bounds === undefined ? [LOG_PREFIX] : listDayPrefixes(bounds.from, bounds.to);
  const runs: LoggedRun[] = [];
  let position = start ?? firstPosition(prefixes);
  for (let lists = 0; position !== undefined && runs.length < limit && lists < LISTS_MAX; lists += 1) {
    const { after, cursor }: Position = position;
    const index = prefixes.findIndex((prefix) => after.startsWith(prefix));
    const prefix = prefixes[index];
    // The address was made for another day, or in another time zone.
    if (prefix === undefined) throw noSuchPage();
    const page = await listKeys(env, prefix, LIST_MAX_KEYS, cursor);
    for (const key of page.keys) {
      if (key.name <= after) continue;
      const run = readRun(key);
      if (run === undefined || (bounds !== undefined && run.at >= bounds.to)) continue;
      if (bounds !== undefined && run.at < bounds.from) return { runs };
      if (!matches(run, filter)) continue;
      if (runs.length === limit) return { runs, cursor: formatPosition(position) };
      runs.push(run);
      position = { after: key.name, cursor };
    }
    const last = page.keys.at(-1)?.name ?? after;
    position = page.next === undefined ? firstPosition(prefixes.slice(index + 1)) : { after: last, cursor: page.next };
  }
  return { runs, cursor: position && formatPosition(position) };
}

const firstPosition = ([prefix]: readonly string[]): Position | undefined =>
  prefix === undefined ? undefined : { after: prefix };

async function listKeys(env: Env, prefix: string, limit: number, cursor?: string) {
  try {
    const page = await env.RUNS.list<unknown>({ prefix, limit, ...(cursor !== undefined && { cursor }) });
    return { keys: page.keys, next: page.list_complete ? undefined : page.cursor };
  } catch (cause) {
    if (cursor === undefined || !/\b400\b/.test(String(cause))) throwUnreachable(cause);
    throw noSuchPage(cause);
  }
}

const noSuchPage = (cause?: unknown) =>
  new Failure("invalid-filter", {
    text: message("storage.noSuchPage"),
    advice: message("storage.startAgain", { address: "/runs" }),
    cause,
  });

function readRun(key: KVNamespaceListKey<unknown>): LoggedRun | undefined {
  const [place, summary] = [readKey(key.name), v.safeParse(Summary, key.metadata)];
  return place !== undefined && summary.success ? { ...place, ...summary.output } : undefined;
}

function matches(run: LoggedRun, filter: RunFilter): boolean {
  const { action, person, project, state } = filter;
  const has = (text: string, part: string) => text.toLowerCase().includes(part.toLowerCase());
  if (action !== undefined && run.action !== action) return false;
  if (person !== undefined && run.person !== person && !has(run.email, person) && !has(run.name, person)) return false;
  if (project !== undefined && run.project !== project.toLowerCase() && !has(run.projects, project)) return false;
  return state === undefined || run.state === state;
}
