// The log of all runs in KV: one key per run, in order of time, newest first. The key's metadata
// holds the summary, so that a page of the log costs one `list` and no `get`. See docs/storage.md.
import * as v from "valibot";
import { RunId } from "../../contract.ts";
import { Failure } from "../failure.ts";
import type { Env, Settings } from "../settings/settings.ts";
import { RUN_STATES, RunRecord, type RunState, stateOf } from "./run-record.ts";

/** One line of the log. KV allows 1,024 bytes of metadata. */
const Summary = v.object({
  action: v.string(),
  state: v.picklist(RUN_STATES),
  title: v.string(),
  person: v.string(),
  email: v.string(),
  /** of the person; "" in old records */
  name: v.optional(v.string(), ""),
  project: v.string(),
  /** names of the tasks' projects: "Paper Lantern, Night Tram" */
  projects: v.optional(v.string(), ""),
  tasks: v.number(),
  trust: v.fallback(v.string(), "unchecked"),
  status: v.number(),
  tookMs: v.number(),
});
export type Summary = v.InferOutput<typeof Summary>;

/** A line of the log with the id and time from its key. */
export type LoggedRun = Summary & { id: string; at: number };

export type RunFilter = {
  action?: string | undefined;
  /** a person's id, or part of the name or the e-mail address */
  person?: string | undefined;
  /** a project's id, or part of its name */
  project?: string | undefined;
  state?: RunState | undefined;
  /** "2026-11-23", in UTC */
  day?: string | undefined;
};

export type RunPage = { runs: LoggedRun[]; cursor?: string | undefined };

const METADATA_MAX_BYTES = 1_024;
const TITLE_MAX_CHARS = 400;
const DAY_MS = 86_400_000;
const LAST_DAY = 99_999;
/** The most keys that one `list` returns. */
const LIST_MAX_KEYS = 1_000;
/** How many `list` calls one filtered page may cost. */
const LISTS_MAX = 10;

/**
 * Counts days and milliseconds down: then KV's alphabetical order is newest first, and each day has
 * its own prefix.
 */
const keyOf = (at: number, id: string) => `${dayPrefix(at)}${pad(DAY_MS - (at % DAY_MS), 8)}/${id}`;
const dayPrefix = (at: number) => `run/${pad(LAST_DAY - Math.floor(at / DAY_MS), 5)}/`;
const pad = (value: number, digits: number) => String(value).padStart(digits, "0");

const KEY = /^run\/(\d{5})\/(\d{8})\/([0-9a-f]{32})$/;

function readKey(key: string): { id: string; at: number } | undefined {
  const [, day, ms, id] = KEY.exec(key) ?? [];
  if (id === undefined) return undefined;
  return { id, at: (LAST_DAY - Number(day)) * DAY_MS + DAY_MS - Number(ms) };
}

/** Writes one record. Throws if KV refuses it. */
export async function writeRecord(env: Env, settings: Settings, record: RunRecord): Promise<void> {
  await env.RUNS.put(keyOf(record.at, record.id), JSON.stringify(record), {
    metadata: shorten(summarize(record)),
    expirationTtl: settings.logRetentionS,
  });
}

/** Writes one record. Returns false if KV refuses it, for callers that try again later. */
export async function recordRun(env: Env, settings: Settings, record: RunRecord): Promise<boolean> {
  try {
    await writeRecord(env, settings, record);
    return true;
  } catch (cause) {
    console.error(
      JSON.stringify({ message: "A run could not be written to the log yet", run: record.id, cause: String(cause) }),
    );
    return false;
  }
}

/** A stored record; undefined if it is not one. */
export function parseRecord(stored: unknown): RunRecord | undefined {
  const record = v.safeParse(RunRecord, stored);
  return record.success ? record.output : undefined;
}

function summarize(record: RunRecord): Summary {
  const { action, person, call, selected, reply, status, tookMs } = record;
  return {
    action,
    state: stateOf(record),
    title: reply.title,
    person: person?.id ?? call?.person.id ?? "",
    email: call?.person.email ?? "",
    name: person?.name ?? "",
    project: call?.project ?? "",
    projects: selected?.projects.join(", ") ?? "",
    tasks: call?.selection.length ?? 0,
    trust: person?.trust ?? "unchecked",
    status,
    tookMs,
  };
}

/** Shortens names until the metadata fits, the title first. Ids and numbers are short already. */
function shorten(summary: Summary): Summary {
  // A UTF-16 unit takes at most three bytes of UTF-8, so a short text needs no encoding.
  const size = (candidate: Summary) => {
    const json = JSON.stringify(candidate);
    return json.length * 3 <= METADATA_MAX_BYTES ? json.length : new TextEncoder().encode(json).length;
  };
  for (let length = TITLE_MAX_CHARS; ; length = Math.floor(length / 2)) {
    const cut = (text: string, most: number, least = NAME_LEAST_CHARS) =>
      text.slice(0, Math.min(most, Math.max(length, least)));
    const shorter = {
      ...summary,
      title: summary.title.slice(0, length),
      action: summary.action.slice(0, 80),
      email: cut(summary.email, 254, EMAIL_LEAST_CHARS),
      name: cut(summary.name, 80),
      projects: cut(summary.projects, 120),
    };
    if (length === 0 || size(shorter) <= METADATA_MAX_BYTES) return shorter;
  }
}

/** How much of a name and of an e-mail address always remains. */
const NAME_LEAST_CHARS = 24;
const EMAIL_LEAST_CHARS = 100;

/**
 * One page of the log, newest first. Without a filter, or with only a day, it costs one `list`.
 * Other filters search the summaries of up to 10,000 runs: the page then has the runs that were
 * found, and a cursor to continue the search.
 */
export async function listRuns(env: Env, filter: RunFilter, limit: number, cursor?: string): Promise<RunPage> {
  const prefix = filter.day === undefined ? "run/" : dayPrefix(Date.parse(`${filter.day}T00:00:00Z`));
  const { day: _, ...others } = filter;
  const isFiltered = Object.values(others).some((value) => value !== undefined);
  const runs: LoggedRun[] = [];
  let next = cursor;
  for (let lists = 0; lists < (isFiltered ? LISTS_MAX : 1) && runs.length < limit; lists += 1) {
    const page = await listKeys(env, prefix, isFiltered ? LIST_MAX_KEYS : limit, next);
    for (const key of page.keys) {
      const [place, summary] = [readKey(key.name), v.safeParse(Summary, key.metadata)];
      if (place !== undefined && summary.success && matches(summary.output, others))
        runs.push({ ...place, ...summary.output });
    }
    next = page.list_complete ? undefined : page.cursor;
    if (next === undefined) break;
  }
  return { runs, cursor: next };
}

async function listKeys(env: Env, prefix: string, limit: number, cursor?: string) {
  try {
    return await env.RUNS.list<unknown>({ prefix, limit, ...(cursor !== undefined && { cursor }) });
  } catch (cause) {
    if (cursor === undefined || !/\b400\b/.test(String(cause))) throwUnreachable(cause);
    throw new Failure("invalid-filter", {
      text: "This page of the log no longer exists.",
      advice: "Start again at /runs.",
      cause,
    });
  }
}

function matches(run: Summary, filter: Omit<RunFilter, "day">): boolean {
  const { action, person, project, state } = filter;
  const has = (text: string, part: string) => text.toLowerCase().includes(part.toLowerCase());
  if (action !== undefined && run.action !== action) return false;
  if (person !== undefined && run.person !== person && !has(run.email, person) && !has(run.name, person)) return false;
  if (project !== undefined && run.project !== project.toLowerCase() && !has(run.projects, project)) return false;
  return state === undefined || run.state === state;
}

/** Reads a record with one `get`: each URL of a run has its start time. Throws if there is none. */
export async function readRunRecord(env: Env, settings: Settings, id: string, at: number): Promise<RunRecord> {
  const stored = v.is(RunId, id) ? await env.RUNS.get(keyOf(at, id), "json").catch(throwUnreachable) : undefined;
  const record = parseRecord(stored);
  if (record === undefined) throw unknownRun(settings);
  return record;
}

export const unknownRun = ({ logRetentionS }: Settings) =>
  new Failure("unknown-run", {
    text: `There is no run with this id. It never started, or it is older than ${Math.round(logRetentionS / 86_400)} days.`,
    advice: "A run that has just ended can take a minute to show up everywhere.",
  });

function throwUnreachable(cause: unknown): never {
  throw new Failure("log-unreachable", {
    text: "The log could not be read.",
    advice: "Try again in a minute.",
    retry: true,
    cause,
  });
}
