// What the log has about one person: read all of it, or erase the person from it. Both go through
// the log from the newest run to the oldest, a bounded part with each request.
import * as v from "valibot";
import { Failure } from "../format/failure.ts";
import { message } from "../format/message.ts";
import { type EarlierRun, isSameClaim } from "../request/call.ts";
import type { Env, Settings } from "../settings/settings.ts";
import { eraseName, eraseRecord } from "../storage/erase-record.ts";
import { getRunCoordinator } from "../storage/run-coordinator.ts";
import type { SummaryTest } from "../storage/run-filter.ts";
import { keyOf } from "../storage/run-key.ts";
import { EMAIL_LEAST_CHARS, readRecord, throwUnreachable, writeRecord } from "../storage/run-log.ts";
import type { RunRecord } from "../storage/run-record.ts";
import { type FoundRun, type Position, searchRuns } from "../storage/search-runs.ts";
import { forgetPersonInUse } from "../storage/use/action-use.ts";
import { getLongRun } from "./long-run/run-lookup.ts";

/** Each costs up to eight operations, and Cloudflare's free plan has 50 for a request. */
const ERASED_AT_ONCE = 5;
const LISTS_AT_ONCE = 3;
/** Its 10 ms of CPU time are enough for one list of a thousand keys. */
const KEYS_AT_ONCE = 1_000;
/** A coordinator forgets its run a day after the run's end at the latest, or after its undo. */
const COORDINATOR_LIFE_MS = 2 * 86_400_000;
/** KV takes no key that expires sooner. */
const EXPIRES_AFTER_S = 60;

const PersonKey = v.pipe(
  v.string(),
  v.trim(),
  v.toLowerCase(),
  v.union([v.pipe(v.string(), v.uuid()), v.pipe(v.string(), v.maxLength(254), v.includes("@"))]),
);

/** An id, or the e-mail address of calls that had no id. */
export function readPersonKey(text: unknown, field: string): string {
  const key = v.safeParse(PersonKey, text);
  if (key.success) return key.output;
  throw new Failure("invalid-filter", {
    text: message("run.filterNotPerson", { field }),
    advice: message("run.chooseOther"),
    field,
  });
}

/**
 * Searches for the runs of exactly this person. Two people may have had an address one after the
 * other, so it finds only calls that had no id.
 * - `ids`: who else had runs with this address, among those that were searched
 */
export function makePersonSearch(key: string): { test: SummaryTest; ids: Set<string> } {
  const ids = new Set<string>();
  if (!key.includes("@")) return { test: ({ person }) => person === key, ids };
  const test: SummaryTest = ({ person, email }) => {
    if (!hasAddress(email, key)) return false;
    if (typeof person === "string" && person !== "") ids.add(person);
    return person === "";
  };
  return { test, ids };
}

/** A summary may have only the start of a long address. */
const hasAddress = (email: unknown, key: string) =>
  typeof email === "string" && isSameClaim(email, email.length < EMAIL_LEAST_CHARS ? key : key.slice(0, email.length));

/**
 * - `erased`, `running`: runs that were erased now, and that are left because they have not ended
 * - `ids`: as above
 * - `searched`, `until`: how many runs were read since the newest, and how far back
 * - `next`: where to continue; absent if the person has no older runs
 */
export type ErasedPart = {
  erased: number;
  running: number;
  ids: string[];
  searched: number;
  until: number | undefined;
  next: Position | undefined;
};

/** Erases the person from the next few of their runs. */
export async function erasePart(
  env: Env,
  settings: Settings,
  key: string,
  start: Position | undefined,
): Promise<ErasedPart> {
  if (start === undefined) await forgetPersonInUse(env, key);
  const limits = { runs: ERASED_AT_ONCE, lists: LISTS_AT_ONCE, keys: KEYS_AT_ONCE };
  const { test, ids } = makePersonSearch(key);
  const { found, ...progress } = await searchRuns(env, { test }, start, limits);
  let [erased, running] = [0, 0];
  for (const one of found) {
    if (await eraseRun(env, settings, one)) erased += 1;
    else running += 1;
  }
  // A run that ended a moment ago may have been counted meanwhile.
  if (progress.next === undefined) await forgetPersonInUse(env, key);
  return { erased, running, ids: [...ids], ...progress };
}

/**
 * Returns false if the run has not ended, or one that it changed: it would write the person to the
 * log again.
 */
async function eraseRun(env: Env, settings: Settings, { run: { id, at }, expires }: FoundRun): Promise<boolean> {
  const key = keyOf(at, id);
  const record = await readRecord(env, key);
  if (record === undefined) {
    await env.RUNS.delete(key).catch(throwUnreachable);
    return true;
  }
  const { call, person } = record;
  if (call?.changeOf !== undefined && person?.name)
    if (!(await eraseMention(env, settings, call.changeOf, person.name))) return false;
  if (!(await eraseObjects(env, settings, record))) return false;
  await write(env, settings, eraseRecord(record), expires);
  return true;
}

/** The name of the person is also in the run that they undid or canceled. */
async function eraseMention(env: Env, settings: Settings, { id, at }: EarlierRun, name: string): Promise<boolean> {
  const key = keyOf(at, id);
  const record = await readRecord(env, key);
  if (!(await eraseObjects(env, settings, record ?? { id, at }, name))) return false;
  const changed = record && eraseName(record, name);
  if (changed === undefined) return true;
  const [found] = (await env.RUNS.list({ prefix: key, limit: 1 }).catch(throwUnreachable)).keys;
  await write(env, settings, changed, found?.expiration);
  return true;
}

/** @param name of somebody who changed the run; without it, its own person is erased */
async function eraseObjects(
  env: Env,
  settings: Settings,
  { id, at, undo, reply }: Pick<RunRecord, "id" | "at"> & Partial<RunRecord>,
  name?: string,
): Promise<boolean> {
  const mayContinue = reply === undefined || reply.kind === "started";
  if (mayContinue && env.LONG_RUNS && (await getLongRun(env, id).peek()) !== undefined) return false;
  const usedUntil = Math.max(at + settings.longRunLimitMs, undo?.until ?? 0) + COORDINATOR_LIFE_MS;
  if (env.RUN_COORDINATORS === undefined || Date.now() > usedUntil) return true;
  return getRunCoordinator(env, id).erase(name);
}

/** KV keeps it as long as before. */
async function write(env: Env, settings: Settings, record: RunRecord, expires?: number): Promise<void> {
  const soonest = Math.floor(Date.now() / 1_000) + EXPIRES_AFTER_S + 1;
  await writeRecord(env, settings, record, expires && Math.max(expires, soonest)).catch(throwUnreachable);
}
