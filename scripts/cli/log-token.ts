// The token of a worker's log. Never an argument: every account on the machine can read a command
// line.
import { readFileSync } from "node:fs";
import { CliError } from "../cli-error.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * @param exitCode if the file can't be read
 * @returns undefined if neither variable is set
 */
export function readLogToken(
  { LOG_TOKEN: token, LOG_TOKEN_FILE: file }: Environment,
  exitCode = 1,
): string | undefined {
  const given = token?.trim();
  if (given) return given;
  if (!file) return undefined;
  let text: string;
  try {
    text = readFileSync(file, "utf8").trim();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : cause;
    throw new CliError(`LOG_TOKEN_FILE can't be read: ${why}.`, { cause, exitCode });
  }
  if (text === "") throw new CliError(`LOG_TOKEN_FILE names an empty file, ${file}.`, { exitCode });
  return text;
}
