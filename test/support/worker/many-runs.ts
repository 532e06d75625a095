// A log of 100,000 runs over 90 days, in a KV namespace that counts its operations: the runtime's
// own would take minutes to fill.
import { keyOf } from "../../../worker/storage/run-key.ts";
import type { Summary } from "../../../worker/storage/run-log.ts";

const DAY_MS = 86_400_000;
export const RUNS = 100_000;
export const DAYS = 90;
/** When the newest run began. */
export const NEWEST = Date.parse("2026-11-28T23:59:00Z");
const EVERY_MS = (DAYS * DAY_MS) / RUNS;
const LIST_MAX_KEYS = 1_000;

export const atOf = (index: number) => NEWEST - Math.floor(index * EVERY_MS);
export const idOf = (index: number) => index.toString(16).padStart(32, "0");
export const personOf = (number: number) => `5f0c3a7e-91d4-4c1b-8e6a-${String(number).padStart(12, "0")}`;

/** Of run number `index`, the newest being 0. */
export type Change = (index: number) => Partial<Summary>;

type Entry = { value: string; metadata: unknown; expiration: number | undefined };
type Put = { metadata?: unknown; expiration?: number; expirationTtl?: number };

export class CountedKv {
  readonly counts = { list: 0, get: 0, put: 0, delete: 0 };
  readonly #entries = new Map<string, Entry>();
  #names: string[] | undefined;

  add(name: string, value: string, metadata: unknown, expiration?: number): void {
    this.#entries.set(name, { value, metadata, expiration });
    this.#names = undefined;
  }

  /** Replaces the value of a run. */
  change(name: string, value: string): void {
    const { metadata, expiration } = this.#entries.get(name) ?? {};
    this.#entries.set(name, { value, metadata, expiration });
  }

  /** What it cost since the last time. */
  takeCounts(): string {
    const used = Object.entries(this.counts).filter(([, count]) => count > 0);
    Object.assign(this.counts, { list: 0, get: 0, put: 0, delete: 0 });
    return used.map(([name, count]) => `${count} ${name}`).join(", ");
  }

  async list({ limit = LIST_MAX_KEYS, ...options }: KVNamespaceListOptions) {
    this.counts.list += 1;
    const [prefix, cursor] = [options.prefix ?? "", options.cursor ?? ""];
    const after = cursor === "" ? "" : cursor.replace(/^after:/, "");
    if (limit > LIST_MAX_KEYS || (cursor !== "" && !cursor.startsWith("after:")))
      throw new Error("KV GET failed: 400 Invalid cursor");
    this.#names ??= [...this.#entries.keys()].toSorted();
    const names = this.#names;
    let from = findFirst(names, (name) => name >= prefix && name > after);
    const keys = [];
    for (; keys.length < limit && names[from]?.startsWith(prefix); from += 1) {
      const name = names[from] ?? "";
      const { metadata, expiration } = this.#entries.get(name) ?? {};
      keys.push({ name, metadata, ...(expiration !== undefined && { expiration }) });
    }
    const isComplete = !names[from]?.startsWith(prefix);
    return { keys, list_complete: isComplete, ...(!isComplete && { cursor: `after:${keys.at(-1)?.name}` }) };
  }

  async get(name: string) {
    this.counts.get += 1;
    const value = this.#entries.get(name)?.value;
    return value === undefined ? null : JSON.parse(value);
  }

  async put(name: string, value: string, { metadata, expiration }: Put) {
    this.counts.put += 1;
    this.add(name, value, metadata, expiration);
  }

  async delete(name: string) {
    this.counts.delete += 1;
    this.#entries.delete(name);
    this.#names = undefined;
  }
}

/** The index of the first name that passes, in a sorted list. */
function findFirst(names: readonly string[], passes: (name: string) => boolean): number {
  let [from, to] = [0, names.length];
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    if (passes(names[middle] ?? "")) to = middle;
    else from = middle + 1;
  }
  return from;
}

export const SUMMARY: Summary = {
  action: "debug",
  state: "done",
  title: { key: "debug.received", values: { count: 1 } },
  person: personOf(1),
  email: "artist1@studio.example",
  name: "Artist 1",
  project: "1c2d3e4f-5a6b-4c7d-8e9f-0a1b2c3d4e5f",
  projects: "Paper Lantern",
  tasks: 1,
  trust: "session",
  status: 200,
  tookMs: 1,
};

/** @param change what differs from a run of `debug` by one of 20 persons */
export function makeManyRuns(change: Change = () => ({}), total = RUNS): CountedKv {
  const kv = new CountedKv();
  for (let index = 0; index < total; index += 1) {
    const person = 1 + (index % 20);
    const summary: Summary = {
      ...SUMMARY,
      title: { key: "debug.received", values: { count: index % 7 } },
      person: personOf(person),
      email: `artist${person}@studio.example`,
      name: `Artist ${person}`,
      ...change(index),
    };
    kv.add(keyOf(atOf(index), idOf(index)), "{}", summary, Math.floor(atOf(index) / 1_000) + DAYS * 86_400);
  }
  return kv;
}
