/** What a few harmless shell commands do, for example `echo "…" && false`. */
import type { Fate } from "../fate.ts";

/** undefined if the command succeeds */
export function readProgram(command: string): Fate | undefined {
  const [, , says = ""] = /^(echo "([^"]*)" && )?false$/.exec(command) ?? [];
  return /(^|&& )false$/.test(command) ? { after: 0, what: "fails", says, isLuck: false, isQuiet: true } : undefined;
}

/** The number of steps that a frame takes: one for each second that the command sleeps. */
export const readPace = (command: string): number => Math.max(1, Number(/^sleep (\d+)$/.exec(command)?.[1] ?? 1));
