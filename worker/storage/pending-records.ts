// What the log is to be told of a run and was not told yet, beside the run itself, where nothing is lost when the worker dies or KV refuses: drafts, one of
// each request that is at work, which say that it was interrupted, and the records that the log has not taken.
import * as v from "valibot";
import { type Env, readSettings } from "../settings/settings.ts";
import { deleteParts, readParts, toParts } from "./large-value.ts";
import { readRecord, recordRun } from "./run-log.ts";
import type { RunRecord } from "./run-record.ts";

/** Until then whoever keeps a record writes it, or says that it was refused. */
const WRITE_AGAIN_MS = 30_000;
/** KV takes one write of a key a second. */
const WRITE_SOON_MS = 1_100;

/** What changes nothing is a line of the log for each call, so one id may have several that the log has not taken. */
const KEPT_MAX = 20;

/** Whose record it is, and when it is written from here, in epoch milliseconds. */
const Kept = v.object({ by: v.string(), writeAt: v.number() });
/** `line`: when the call arrived, in epoch milliseconds, which is what tells its line of the log from others of the same id. */
type Kept = v.InferOutput<typeof Kept> & { line: string };

const KEPT = "kept/";
const RECORD = "record/";

const draftOf = (token: string) => `draft/${token}`;

export class PendingRecords {
  readonly #storage: DurableObjectStorage;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  /** @param draft of a record, as JSON: for the log, should the request of this token never end */
  async draft(token: string, draft: Uint8Array): Promise<void> {
    await this.#storage.put(draftOf(token), draft);
  }

  async dropDrafts(tokens: readonly string[]): Promise<void> {
    await this.#storage.delete(tokens.map(draftOf));
  }

  /** The draft of the first of these that has one. */
  async readDraft(tokens: readonly string[]): Promise<RunRecord | undefined> {
    const drafts = await this.#storage.get<Uint8Array>(tokens.map(draftOf));
    const [draft] = tokens.flatMap((token) => drafts.get(draftOf(token)) ?? []);
    return draft && readRecord(JSON.parse(new TextDecoder().decode(draft)));
  }

  /** In place of what was kept of the same call before: of each the log is told the newest alone. */
  async keep(by: string, record: RunRecord, writeAt = Date.now() + WRITE_AGAIN_MS): Promise<void> {
    const line = String(record.at);
    await this.#storage.put({ ...toParts(RECORD + line, record), [KEPT + line]: { by, writeAt } });
  }

  /** The same, if there is room: whoever sends one id again and again must not fill the storage. @param isSure whether there is, in any case */
  async keepIfRoom(by: string, record: RunRecord, isSure = false): Promise<boolean> {
    const lines = (await this.#list()).map(({ line }) => line);
    if (!isSure && lines.length >= KEPT_MAX && !lines.includes(String(record.at))) return false;
    await this.keep(by, record);
    return true;
  }

  /** Of the call that arrived at that time, or else of the last one. */
  async read(at?: number): Promise<RunRecord | undefined> {
    const line = at === undefined ? (await this.#list()).at(-1)?.line : String(at);
    return line === undefined ? undefined : readRecord(await readParts(this.#storage, RECORD + line));
  }

  /** The log took what was kept by that request. */
  async drop(by: string): Promise<void> {
    for (const kept of await this.#list()) if (by === kept.by) await this.#delete(kept.line);
  }

  /** The log is not to be told any more of the call that arrived at that time. */
  async dropCall(at: number): Promise<void> {
    await this.#delete(String(at));
  }

  /** When one is to be written; undefined where there is none. */
  async nextWrite(): Promise<number | undefined> {
    const times = (await this.#list()).map(({ writeAt }) => writeAt);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** The log has refused it: it is written again in a second. */
  async writeSoon(): Promise<void> {
    for (const { line, by } of await this.#list()) await this.#put(line, by, Date.now() + WRITE_SOON_MS);
  }

  /** Gives the log what is due. What was kept meanwhile stays. */
  async write(env: Env): Promise<void> {
    const now = Date.now();
    for (const { line, by, writeAt } of await this.#list()) {
      if (writeAt > now) continue;
      const record = await this.read(Number(line));
      const isDone = record === undefined || (await this.#tryWrite(env, record));
      const newest = (await this.#list()).find((kept) => kept.line === line);
      if (newest?.by !== by) continue;
      if (isDone) await this.#delete(line);
      else await this.#put(line, by, Date.now() + WRITE_AGAIN_MS);
    }
  }

  async #tryWrite(env: Env, record: RunRecord): Promise<boolean> {
    try {
      return await recordRun(env, readSettings(env), record);
    } catch (thrown) {
      // A setting that can't be read at the moment must not cost the record: the runtime gives up on alarms that fail.
      console.error(JSON.stringify({ message: "A record can't be written yet", cause: String(thrown) }));
      return false;
    }
  }

  async #put(line: string, by: string, writeAt: number): Promise<void> {
    await this.#storage.put(KEPT + line, { by, writeAt });
  }

  async #delete(line: string): Promise<void> {
    await this.#storage.delete(KEPT + line);
    await deleteParts(this.#storage, RECORD + line);
  }

  /** In order of arrival. */
  async #list(): Promise<Kept[]> {
    const entries = await this.#storage.list({ prefix: KEPT });
    return [...entries].flatMap(([key, value]): Kept[] => {
      const kept = v.safeParse(Kept, value);
      return kept.success ? [{ line: key.slice(KEPT.length), ...kept.output }] : [];
    });
  }
}
