/**
 * How long a toast stays: as long as it takes to read. Then it closes, or, if it has buttons,
 * becomes a single line for another minute.
 */
import type { Content } from "../toast-content.ts";

const STAY_MS = 6_000;
const STAY_PER_WORD_MS = 300;
export const FOLDED_STAY_MS = 60_000;

/** Infinity if it stays until it is dismissed. */
export function computeStayMs({ tone, title, text, isSticky }: Content): number {
  if (isSticky || !/success|info/.test(tone)) return Infinity;
  return STAY_MS + STAY_PER_WORD_MS * `${title} ${text}`.split(/\s+/).length;
}
