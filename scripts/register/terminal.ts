// Asks the person at the terminal, if there is one. Questions go to stderr, so that stdout has only
// the plan.
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { CliError } from "../cli-error.ts";
import { EXIT_CODES } from "./exit-code.ts";

export type Terminal = {
  isInteractive: boolean;
  /** @returns the answer without surrounding blanks */
  ask(question: string): Promise<string>;
  /** Does not echo the answer. */
  askSecret(question: string): Promise<string>;
};

export function openTerminal(): Terminal {
  return {
    isInteractive: process.stdin.isTTY === true && process.stderr.isTTY === true,
    ask: async (question) => (await readLine(question, process.stderr)).trim(),
    async askSecret(question) {
      // readline echoes its input to its output, so the output discards everything.
      const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
      process.stderr.write(question);
      return readLine("", nowhere).finally(() => process.stderr.write("\n"));
    },
  };
}

/** Ctrl-C and Ctrl-D end the program. Nothing has been changed at this point. */
async function readLine(question: string, output: NodeJS.WritableStream): Promise<string> {
  const reader = createInterface({ input: process.stdin, output, terminal: true, historySize: 0 });
  const aborted = new AbortController();
  reader.on("SIGINT", () => aborted.abort());
  reader.on("close", () => aborted.abort());
  try {
    return await reader.question(question, { signal: aborted.signal });
  } catch (cause) {
    if (aborted.signal.aborted)
      throw new CliError("Stopped. Nothing was changed.", { cause, exitCode: EXIT_CODES.notConfirmed });
    throw cause;
  } finally {
    reader.close();
  }
}
