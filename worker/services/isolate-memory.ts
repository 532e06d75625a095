// What this isolate of the worker remembers of other servers between calls. It saves a call rounds
// of requests, and is lost without harm: an isolate lives for minutes or hours.

type Options = {
  /** how long a value is used as it is */
  freshMs: number;
  /** how long it is still used, while it is read again in the background */
  keepMs: number;
  /** beyond these, the least recently used are forgotten */
  maxEntries: number;
};

type Read<T> = () => Promise<T>;
/** Keeps the runtime from ending this work with the request. */
export type WaitUntil = (work: Promise<unknown>) => void;

export type Memory<T> = {
  /** The remembered value, or else what `read` returns. A failed read is not remembered. */
  get(key: string, read: Read<T>, waitUntil: WaitUntil): Promise<T>;
  find(key: string): { value: T; ageMs: number } | undefined;
  /** Reads the value again in the background if it is no longer fresh. */
  refresh(key: string, read: Read<T>, waitUntil: WaitUntil): void;
  put(key: string, value: T): void;
  forget(key: string): void;
};

const memories = new Set<{ clear(): void }>();

/**
 * Remembers values, never promises: the runtime does not let a request wait for the work of
 * another one.
 */
export function createMemory<T>({ freshMs, keepMs, maxEntries }: Options): Memory<T> {
  const entries = new Map<string, { value: T; readAt: number; isRefreshing?: boolean }>();
  memories.add(entries);

  const put = (key: string, value: T) => {
    entries.delete(key);
    entries.set(key, { value, readAt: Date.now() });
    const [oldest] = entries.keys();
    if (entries.size > maxEntries && oldest !== undefined) entries.delete(oldest);
  };
  const find = (key: string) => {
    const entry = entries.get(key);
    if (entry === undefined) return undefined;
    // A map keeps the order of insertion: the most recently used is the last.
    entries.delete(key);
    const ageMs = Date.now() - entry.readAt;
    if (ageMs >= keepMs) return undefined;
    entries.set(key, entry);
    return { value: entry.value, ageMs };
  };
  const refresh = (key: string, read: Read<T>, waitUntil: WaitUntil) => {
    const entry = entries.get(key);
    if (entry === undefined || entry.isRefreshing || Date.now() - entry.readAt < freshMs) return;
    entry.isRefreshing = true;
    const forgetAttempt = () => {
      entry.isRefreshing = false;
    };
    waitUntil(read().then((value) => put(key, value), forgetAttempt));
  };
  return {
    put,
    find,
    refresh,
    forget: (key) => void entries.delete(key),
    get: async (key, read, waitUntil) => {
      const found = find(key);
      if (found !== undefined) {
        refresh(key, read, waitUntil);
        return found.value;
      }
      const value = await read();
      put(key, value);
      return value;
    },
  };
}

/** Lets each test start with nothing remembered. */
export function forgetAll(): void {
  for (const memory of memories) memory.clear();
}
