// Reads the arguments of a command. If they are wrong, the error says why, and how to use it.
import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import { CliError } from "./cli-error.ts";

/** What a command takes. `wrongUsage`: the exit code if the arguments are wrong, 1 if absent. */
type Usage<O> = { options: O; allowPositionals?: boolean; usage: string; wrongUsage?: number };

export function readArguments<O extends ParseArgsOptionsConfig>(
  args: readonly string[],
  { options, allowPositionals = false, usage, wrongUsage = 1 }: Usage<O>,
) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CliError(`${why}\n\n${usage}`, { cause, exitCode: wrongUsage });
  }
}
