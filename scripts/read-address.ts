// Reads the address of a worker or of Kitsu that somebody gave at the terminal.
import { CliError } from "./cli-error.ts";

/** What is said if it is none. `usage`: how the command is used, to be said below. */
type Wanted = { option: string; example: string; usage?: string; wrongUsage?: number };

/** @returns the address without its last slash */
export function readAddress(value: string, { option, example, usage, wrongUsage = 1 }: Wanted): string {
  const url = URL.parse(value);
  if (url === null || !/^https?:$/.test(url.protocol) || url.search || url.hash || url.username || url.password)
    throw new CliError(
      `${option} must be an address like ${example}, not "${value}".${usage === undefined ? "" : `\n\n${usage}`}`,
      { exitCode: wrongUsage },
    );
  return url.href.replace(/\/+$/, "");
}
