// Records that the log does not have yet. They are stored with the run, so nothing is lost if the
// worker dies or KV refuses a write. Each running request has a draft, which says that the run was
// interrupted. The others are records that KV has not taken.
import * as v from "valibot";
import { type Env, readSettings } from "../settings/settings.ts";
import { deleteParts, readParts, toParts } from "./large-value.ts";
import { parseRecord } from "./run-log.ts";
import type { RunRecord } from "./run-record.ts";
import { type Delivered, deliverRecord, isDelivered } from "./use/deliver-record.ts";

/** How long the request that added a record has to write it, or to say that KV refused it. */
const WRITE_AFTER_MS = 30_000;
/**
 * The most, if it is known when the request must have died. The alarm is set for that time already,
 * and each change of an alarm is a write.
 */
const WRITE_AFTER_MAX_MS = 60_000;
/**
 * When the log gets a question, unless it is answered before: most are, and KV takes few writes a
 * day.
 */
const WRITE_QUESTION_AFTER_MS = 60_000;
/** KV takes one write per key and second. */
const RETRY_SOON_MS = 1_100;
/** A record that only a newer version can read waits until that is deployed again. */
const RETRY_NEWER_MS = 3_600_000;

/** Calls that change nothing have a log entry each, so one id may have several pending records. */
const PENDING_MAX = 20;

/**
 * - `by`: the request that added it
 * - `writeAt`: when the alarm writes it, in epoch milliseconds
 * - `isLogged`, `isCounted`: the log has it, and the statistics
 */
const Pending = v.object({
  by: v.string(),
  writeAt: v.number(),
  isLogged: v.optional(v.boolean(), false),
  isCounted: v.optional(v.boolean(), false),
});
/** `line`: when the call arrived, in epoch milliseconds. Identifies the log entry within the id. */
type Pending = v.InferOutput<typeof Pending> & { line: string };

const PENDING = "pending/";
const RECORD = "record/";

const DRAFT = "draft/";
const draftKey = (token: string) => `${DRAFT}${token}`;

const writeAfterMs = ({ reply }: RunRecord) => (reply.kind === "ask" ? WRITE_QUESTION_AFTER_MS : WRITE_AFTER_MS);

export class PendingRecords {
  readonly #storage: DurableObjectStorage;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  /** @param draft the record to log if this request never ends, as JSON */
  async saveDraft(token: string, draft: Uint8Array): Promise<void> {
    await this.#storage.put(draftKey(token), draft);
  }

  async dropDrafts(tokens: readonly string[]): Promise<void> {
    await this.#storage.delete(tokens.map(draftKey));
  }

  /** The draft of the first of these requests that has one. */
  async readDraft(tokens: readonly string[]): Promise<RunRecord | undefined> {
    const drafts = await this.#storage.get<Uint8Array>(tokens.map(draftKey));
    const [draft] = tokens.flatMap((token) => drafts.get(draftKey(token)) ?? []);
    return draft && parseRecord(JSON.parse(new TextDecoder().decode(draft)));
  }

  /** Replaces the pending record of the same call: the log needs only the newest. */
  async add(by: string, record: RunRecord, writeAt = Date.now() + writeAfterMs(record)): Promise<void> {
    const line = String(record.at);
    await this.#storage.put({ ...toParts(RECORD + line, record), [PENDING + line]: { by, writeAt } });
  }

  /**
   * Like `add`, with a limit, so that a caller who repeats an id can't fill the storage.
   * @param isExempt this record is added in any case
   * @param diesAt when the request that adds it must have died, in epoch milliseconds
   */
  async addIfRoom(by: string, record: RunRecord, isExempt = false, diesAt?: number): Promise<boolean> {
    const lines = (await this.#list()).map(({ line }) => line);
    if (!isExempt && lines.length >= PENDING_MAX && !lines.includes(String(record.at))) return false;
    const isSoon = diesAt !== undefined && diesAt <= Date.now() + WRITE_AFTER_MAX_MS;
    await this.add(by, record, isSoon && record.reply.kind !== "ask" ? diesAt : undefined);
    return true;
  }

  /** @param at when the call arrived; without it, the newest */
  async read(at?: number): Promise<RunRecord | undefined> {
    const line = at === undefined ? (await this.#list()).at(-1)?.line : String(at);
    return line === undefined ? undefined : parseRecord(await readParts(this.#storage, RECORD + line));
  }

  /** Drops what this request added: the log has it. */
  async dropWritten(by: string): Promise<void> {
    for (const pending of await this.#list()) if (by === pending.by) await this.#delete(pending.line);
  }

  /** Drops the record of the call that arrived at this time. */
  async dropCall(at: number): Promise<void> {
    await this.#delete(String(at));
  }

  /** When the next record has to be written; undefined if there is none. */
  async nextWrite(): Promise<number | undefined> {
    const times = (await this.#list()).map(({ writeAt }) => writeAt);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** KV refused a record: write it again in a second. */
  async retrySoon(): Promise<void> {
    for (const { line, ...pending } of await this.#list())
      await this.#storage.put(PENDING + line, { ...pending, writeAt: Date.now() + RETRY_SOON_MS });
  }

  /** Writes what is due. A record that was replaced meanwhile stays pending. */
  async writeDue(env: Env): Promise<void> {
    const now = Date.now();
    for (const { line, by, writeAt, ...before } of await this.#list()) {
      if (writeAt > now) continue;
      const stored = await readParts(this.#storage, RECORD + line);
      const record = parseRecord(stored);
      const delivered = record && (await this.#tryDelivery(env, record, before));
      const newest = v.safeParse(Pending, await this.#storage.get(PENDING + line));
      if (!newest.success || newest.output.by !== by) continue;
      const waitMs = record === undefined ? RETRY_NEWER_MS : WRITE_AFTER_MS;
      if (stored === undefined || (delivered && isDelivered(delivered))) await this.#delete(line);
      else await this.#storage.put(PENDING + line, { by, writeAt: Date.now() + waitMs, ...before, ...delivered });
    }
  }

  async #tryDelivery(env: Env, record: RunRecord, before: Delivered): Promise<Delivered> {
    try {
      return await deliverRecord(env, readSettings(env), record, before);
    } catch (thrown) {
      // The runtime gives up on alarms that throw, and a wrong setting must not lose the record.
      console.error(JSON.stringify({ message: "A record can't be written yet", cause: String(thrown) }));
      return before;
    }
  }

  async #delete(line: string): Promise<void> {
    await this.#storage.delete(PENDING + line);
    await deleteParts(this.#storage, RECORD + line);
  }

  /** Is a request running whose record would replace what is erased now? */
  async hasDrafts(): Promise<boolean> {
    return (await this.#storage.list({ prefix: DRAFT, limit: 1 })).size > 0;
  }

  /** @param change returns the changed record, or undefined to leave it */
  async change(change: (record: RunRecord) => RunRecord | undefined): Promise<void> {
    for (const { line, by, writeAt } of await this.#list()) {
      const record = await this.read(Number(line));
      const changed = record && change(record);
      if (changed !== undefined) await this.add(by, changed, writeAt);
    }
  }

  /** In order of arrival. */
  async #list(): Promise<Pending[]> {
    const entries = await this.#storage.list({ prefix: PENDING });
    return [...entries].flatMap(([key, value]): Pending[] => {
      const pending = v.safeParse(Pending, value);
      return pending.success ? [{ line: key.slice(PENDING.length), ...pending.output }] : [];
    });
  }
}
