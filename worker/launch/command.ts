// Command lines for people to paste if links don't work, quoted for the shell of their system.
import type { System } from "./operating-system.ts";

/** Undefined if an argument can't be quoted safely. */
export function makeCommand(parts: readonly string[], system: System): string | undefined {
  const quoted = parts.map((part) => (system === "windows" ? quoteWindows(part) : quotePosix(part)));
  return quoted.every((part) => part !== undefined) ? quoted.join(" ") : undefined;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern is meant to match them
const CONTROL = /[\u0000-\u001f\u007f]/;

function quotePosix(part: string): string | undefined {
  if (/^[\w@%+=:,./-]+$/.test(part)) return part;
  return CONTROL.test(part) ? undefined : `'${part.replaceAll("'", "'\\''")}'`;
}

/**
 * For both cmd.exe and PowerShell, which expand variables even between quotes. PowerShell reads curly quotes
 * as straight ones, and older programs receive full-width quotes as straight ones.
 * @see https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_quoting_rules
 */
function quoteWindows(part: string): string | undefined {
  if (/^[\w@+=:,.\\/-]+$/.test(part)) return part;
  return CONTROL.test(part) || /["%$`!\u2018-\u201f\uff02]/.test(part) ? undefined : `"${part.replace(/\\$/, "\\\\")}"`;
}
