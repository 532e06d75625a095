// The offer to undo a run, and who is using it. One request at a time may undo, and only once.
import { deleteParts, readParts, toParts } from "./large-value.ts";

/** `data` is JSON: what the action's `undo` needs. `until`: epoch milliseconds. */
export type StoredUndo = { data: string; until: number };

/** `lost`: undo was never offered, or its time is over. `data` is JSON. */
export type UndoTurn = { state: "ready"; data: string } | { state: "lost" | "running" | "undone" };

/** `since`: when somebody started to undo, in epoch milliseconds. */
type Undo = { until: number; since?: number; isDone?: boolean };

export class UndoTurns {
  readonly #storage: DurableObjectStorage;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  async offer({ data, until }: StoredUndo): Promise<void> {
    await this.#storage.put({ undo: { until }, ...toParts("undo-data", data) });
  }

  /**
   * Gives the undo data to the first caller. Others get it only after `end(false)`.
   * @param turnMs a turn that takes longer than this has died
   */
  async take(turnMs: number): Promise<UndoTurn> {
    const data = await readParts(this.#storage, "undo-data");
    // Reads and writes without a pause in between: nobody else can take the turn meanwhile.
    const { kv } = this.#storage;
    const undo = kv.get<Undo>("undo");
    if (undo?.isDone) return { state: "undone" };
    if (undo === undefined || typeof data !== "string") return { state: "lost" };
    if (undo.since !== undefined && Date.now() - undo.since < turnMs) return { state: "running" };
    // An undo that was cut off had started in time, so it may be tried again.
    const until = undo.since === undefined ? undo.until : Math.max(undo.until, undo.since + 2 * turnMs);
    if (Date.now() > until) return { state: "lost" };
    kv.put("undo", { ...undo, since: Date.now() });
    return { state: "ready", data };
  }

  /** Withdraws the offer, and deletes what the action stored for it. */
  async withdraw(): Promise<void> {
    const undo = await this.#storage.get<Undo>("undo");
    if (undo !== undefined && !undo.isDone) await this.#storage.delete("undo");
    await deleteParts(this.#storage, "undo-data");
  }

  async isDone(): Promise<boolean> {
    return (await this.#storage.get<Undo>("undo"))?.isDone === true;
  }

  async end(isDone: boolean): Promise<void> {
    const undo = await this.#storage.get<Undo>("undo");
    if (undo !== undefined) await this.#storage.put("undo", { until: undo.until, isDone });
  }
}
