// Reads the address of a worker or of Kitsu that somebody gave at the terminal.
import { CliError } from "./cli-error.ts";

/** For the error. `usage`: how to use the command. `wrongUsage`: the exit code, 1 if absent. */
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
