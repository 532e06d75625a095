// How long Kitsu takes for one comment. It depends on the studio, and on how many people are
// notified. This isolate remembers the last measurement for a day. The default was measured on one
// machine with Zou 1.0.97.
import { createMemory } from "./isolate-memory.ts";

const DEFAULT_MS = 300;
const MAX_MS = 60_000;
const DAY_MS = 86_400_000;

const paces = createMemory<number>({ freshMs: DAY_MS, keepMs: DAY_MS, maxEntries: 20 });

/** @param api the address of Kitsu's API */
export const readPace = (api: string): number => paces.find(api)?.value ?? DEFAULT_MS;

export const rememberPace = (api: string, ms: number): void =>
  paces.put(api, Math.min(MAX_MS, Math.max(1, Math.round(ms))));
