// The keys of the log in KV. They count days and milliseconds down: then KV's alphabetical order is
// newest first, and each day (in UTC) has its own prefix.

const DAY_MS = 86_400_000;
const LAST_DAY = 99_999;

/** All keys of the log start with this. */
export const LOG_PREFIX = "run/";

export const keyOf = (at: number, id: string) => `${dayPrefix(at)}${pad(DAY_MS - (at % DAY_MS), 8)}/${id}`;
const dayPrefix = (at: number) => `${LOG_PREFIX}${pad(LAST_DAY - Math.floor(at / DAY_MS), 5)}/`;
const pad = (value: number, digits: number) => String(value).padStart(digits, "0");

/** The prefixes of the days in UTC from one time to another (excluded), the newest first. */
export function listDayPrefixes(from: number, to: number): string[] {
  const prefixes: string[] = [];
  for (let day = Math.ceil(to / DAY_MS) - 1; day >= Math.floor(from / DAY_MS) && from < to; day -= 1)
    prefixes.push(dayPrefix(day * DAY_MS));
  return prefixes;
}

const KEY = /^run\/(\d{5})\/(\d{8})\/([0-9a-f]{32})$/;

/** The run of a key, and when it started in epoch milliseconds. */
export function readKey(key: string): { id: string; at: number } | undefined {
  const [, day, ms, id] = KEY.exec(key) ?? [];
  if (id === undefined) return undefined;
  return { id, at: (LAST_DAY - Number(day)) * DAY_MS + DAY_MS - Number(ms) };
}
