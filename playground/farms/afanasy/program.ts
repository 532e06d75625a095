/** What a command of a shell does, as far as it is one of those that harm nothing: `echo "…" && false`. */
import type { Fate } from "../fate.ts";

/** Undefined: it goes well. */
export function readProgram(command: string): Fate | undefined {
  const [, , says = ""] = /^(echo "([^"]*)" && )?false$/.exec(command) ?? [];
  return /(^|&& )false$/.test(command) ? { after: 0, what: "fails", says, isLuck: false, isQuiet: true } : undefined;
}

/** How many steps a frame of it takes: as many as it sleeps seconds. */
export const readPace = (command: string): number => Math.max(1, Number(/^sleep (\d+)$/.exec(command)?.[1] ?? 1));
