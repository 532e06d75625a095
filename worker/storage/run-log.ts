// The log of all runs in KV: one key per run, in order of time, newest first. The key's metadata
// holds the summary, so that a page of the log costs one `list` and no `get`. See docs/storage.md.
import * as v from "valibot";
import { RunId } from "../../contract.ts";
import { Failure } from "../format/failure.ts";
import { toEnglish } from "../format/localize.ts";
import { message, type Text } from "../format/message.ts";
import { StoredText } from "../format/reply.ts";
import type { Env, Settings } from "../settings/settings.ts";
import { STATE_VERSION } from "./earlier-state.ts";
import { keyOf } from "./run-key.ts";
import { RUN_STATES, RunRecord, stateOf } from "./run-record.ts";

/** One line of the log. KV allows 1,024 bytes of metadata. */
export const Summary = v.object({
  action: v.string(),
  /** a newer version may know others */
  state: v.fallback(v.picklist(RUN_STATES), "unconfirmed"),
  title: StoredText,
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
  /** the person's data was erased */
  erased: v.optional(v.boolean()),
});
export type Summary = v.InferOutput<typeof Summary>;

/** A line of the log with the id and time from its key. */
export type LoggedRun = Summary & { id: string; at: number };

const METADATA_MAX_BYTES = 1_024;
const TITLE_MAX_CHARS = 400;

/**
 * Writes one record. Throws if KV refuses it.
 * @param expires when KV deletes it, in epoch seconds, if it was written before
 */
export async function writeRecord(env: Env, settings: Settings, record: RunRecord, expires?: number): Promise<void> {
  await env.RUNS.put(keyOf(record.at, record.id), JSON.stringify({ version: STATE_VERSION, ...record }), {
    metadata: shorten(summarize(record)),
    ...(expires === undefined ? { expirationTtl: settings.logRetentionS } : { expiration: expires }),
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

/** The record of this key; undefined if there is none, or if it can't be read as one. */
export const readRecord = async (env: Env, key: string): Promise<RunRecord | undefined> =>
  parseRecord(await readStored(env, key));

const readStored = (env: Env, key: string): Promise<unknown> =>
  env.RUNS.get(key, "json").catch((cause: unknown) =>
    cause instanceof SyntaxError ? undefined : throwUnreachable(cause),
  );

/** A stored record; undefined if it is not one. */
export function parseRecord(stored: unknown): RunRecord | undefined {
  const record = v.safeParse(RunRecord, stored);
  return record.success ? record.output : undefined;
}

function summarize(record: RunRecord): Summary {
  const { action, person, call, selected, reply, status, tookMs, erased } = record;
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
    ...(erased && { erased }),
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
      title: shortenText(summary.title, length),
      action: summary.action.slice(0, 80),
      email: cut(summary.email, 254, EMAIL_LEAST_CHARS),
      name: cut(summary.name, 80),
      projects: cut(summary.projects, 120),
    };
    if (length === 0 || size(shorter) <= METADATA_MAX_BYTES) return shorter;
  }
}

/** A text that is too long is cut in English: half a message could not be put into words later. */
const shortenText = (text: Text, maxChars: number): Text =>
  typeof text !== "string" && JSON.stringify(text).length <= maxChars ? text : toEnglish(text).slice(0, maxChars);

/** How much of a name and of an e-mail address always remains. */
const NAME_LEAST_CHARS = 24;
export const EMAIL_LEAST_CHARS = 100;

/** Reads a record with one `get`: each URL of a run has its start time. Throws if there is none. */
export async function readRunRecord(env: Env, settings: Settings, id: string, at: number): Promise<RunRecord> {
  const stored = v.is(RunId, id) ? await readStored(env, keyOf(at, id)) : undefined;
  if (stored === undefined || stored === null) throw unknownRun(settings);
  const record = parseRecord(stored);
  if (record !== undefined) return record;
  throw new Failure("unknown-run", { text: message("storage.newerRun"), advice: message("storage.afterUpgrade") });
}

export const unknownRun = ({ logRetentionS }: Settings) =>
  new Failure("unknown-run", {
    text: message("storage.unknownRun", { days: Math.round(logRetentionS / 86_400) }),
    advice: message("storage.showsSoon"),
  });

export function throwUnreachable(cause: unknown): never {
  throw new Failure("log-unreachable", {
    text: message("storage.unreadable"),
    advice: message("storage.tryAgainSoon"),
    retry: true,
    cause,
  });
}
