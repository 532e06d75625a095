// The stored state of one long run, read once and kept in memory.
import { upgradeLongRun } from "./earlier-long-run.ts";
import {
  isOver,
  type LongRunStart,
  type LongRunState,
  readLongRun,
  type StoredLongRun,
  toStartParts,
  toStateParts,
} from "./long-run-state.ts";

export class LongRunStore {
  readonly #storage: DurableObjectStorage;
  #run: StoredLongRun | undefined;

  constructor(storage: DurableObjectStorage) {
    this.#storage = upgradeLongRun(storage);
  }

  async load(): Promise<StoredLongRun | undefined> {
    this.#run ??= await readLongRun(this.#storage);
    return this.#run;
  }

  /** Throws if there is a run that only a newer version can read: it goes on once that is back. */
  async checkEmpty(): Promise<void> {
    if ((await this.#storage.get("start")) !== undefined) throw new Error("A newer version stored this run");
  }

  async create(start: LongRunStart, state: LongRunState): Promise<StoredLongRun> {
    await this.#storage.put({ ...toStartParts(start), ...toStateParts(state) });
    this.#run = { start, state };
    return this.#run;
  }

  /** Stores first, so that nobody sees a state that a restart would undo. */
  async save(state: LongRunState): Promise<StoredLongRun> {
    if (this.#run === undefined) throw new Error("A long run is saved only after its start");
    const { start, state: stored } = this.#run;
    // The person's token is kept no longer than the run needs it.
    const newStart = isOver(state) && start.token !== undefined ? { ...start, token: undefined } : start;
    const entries = { ...toStateParts(state, stored), ...(newStart !== start && toStartParts(newStart)) };
    if (Object.keys(entries).length > 0) await this.#storage.put(entries);
    this.#run = { start: newStart, state };
    return this.#run;
  }

  async delete(): Promise<void> {
    await this.#storage.deleteAll();
    this.#run = undefined;
  }
}
