// A command line for a person to paste where links don't work: every argument quoted for the shell it will be pasted into.
import type { System } from "./operating-system.ts";

/** The line, or nothing where an argument can't be written so that it means itself alone. */
export function makeCommand(parts: readonly string[], system: System): string | undefined {
  const quoted = parts.map((part) => (system === "windows" ? quoteWindows(part) : quotePosix(part)));
  return quoted.every((part) => part !== undefined) ? quoted.join(" ") : undefined;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f]/;

function quotePosix(part: string): string | undefined {
  if (/^[\w@%+=:,./-]+$/.test(part)) return part;
  return CONTROL.test(part) ? undefined : `'${part.replaceAll("'", "'\\''")}'`;
}

/**
 * For cmd.exe and PowerShell alike, which fill in variables even between quotes. PowerShell takes curly quotes for straight ones, and older programs get
 * fullwidth ones as such.
 * @see https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_quoting_rules
 */
function quoteWindows(part: string): string | undefined {
  if (/^[\w@+=:,.\\/-]+$/.test(part)) return part;
  return CONTROL.test(part) || /["%$`!\u2018-\u201f\uff02]/.test(part) ? undefined : `"${part.replace(/\\$/, "\\\\")}"`;
}
