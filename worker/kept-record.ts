// What the log is to be told of a run and was not told yet, beside the run itself, where nothing is lost when the worker dies or KV refuses: drafts, one of
// each request that is at work, which say that it was interrupted, and the newest record that the log has not taken.
import * as v from "valibot";
import { readRecord, recordRun } from "./journal.ts";
import { readParts, toParts } from "./large-value.ts";
import type { Recorded } from "./record.ts";
import { type Env, readSettings } from "./settings.ts";

/** Until then whoever keeps a record writes it, or says that it was refused. */
const WRITE_AGAIN_MS = 30_000;
/** KV takes one write of a key a second. */
const WRITE_SOON_MS = 1_100;

/** Whose record it is, and when it is written from here, in epoch milliseconds. */
const Kept = v.object({ by: v.string(), writeAt: v.number() });

const draftOf = (token: string) => `draft/${token}`;

export class KeptRecord {
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
  async readDraft(tokens: readonly string[]): Promise<Recorded | undefined> {
    const drafts = await this.#storage.get<Uint8Array>(tokens.map(draftOf));
    const [draft] = tokens.flatMap((token) => drafts.get(draftOf(token)) ?? []);
    return draft && readRecord(JSON.parse(new TextDecoder().decode(draft)));
  }

  /** In place of what was kept before: the log is told the newest alone. */
  async keep(by: string, record: Recorded, writeAt = Date.now() + WRITE_AGAIN_MS): Promise<void> {
    await this.#storage.put({ ...toParts("record", record), kept: { by, writeAt } });
  }

  async read(): Promise<Recorded | undefined> {
    return readRecord(await readParts(this.#storage, "record"));
  }

  /** The log took it, or is not to be told any more. @param by whose it is, where only that one is meant */
  async drop(by?: string): Promise<void> {
    const kept = await this.#readKept();
    if (kept !== undefined && (by ?? kept.by) === kept.by) await this.#storage.delete(["record", "kept"]);
  }

  /** When it is to be written; undefined where there is nothing. */
  async nextWrite(): Promise<number | undefined> {
    return (await this.#readKept())?.writeAt;
  }

  /** The log has refused it: it is written again in a second. */
  async writeSoon(): Promise<void> {
    const kept = await this.#readKept();
    if (kept !== undefined) await this.#storage.put("kept", { ...kept, writeAt: Date.now() + WRITE_SOON_MS });
  }

  /** Gives it to the log, if it is time. What was kept meanwhile stays. */
  async write(env: Env): Promise<void> {
    const kept = await this.#readKept();
    if (kept === undefined || kept.writeAt > Date.now()) return;
    const record = await this.read();
    if (record === undefined || (await this.#tryWrite(env, record))) return this.drop(kept.by);
    const newest = await this.#readKept();
    if (newest?.by === kept.by) await this.#storage.put("kept", { ...kept, writeAt: Date.now() + WRITE_AGAIN_MS });
  }

  async #tryWrite(env: Env, record: Recorded): Promise<boolean> {
    try {
      return await recordRun(env, readSettings(env), record);
    } catch (thrown) {
      // A setting that can't be read at the moment must not cost the record: the runtime gives up on alarms that fail.
      console.error(JSON.stringify({ message: "A record can't be written yet", cause: String(thrown) }));
      return false;
    }
  }

  async #readKept(): Promise<v.InferOutput<typeof Kept> | undefined> {
    const kept = v.safeParse(Kept, await this.#storage.get("kept"));
    return kept.success ? kept.output : undefined;
  }
}
