// The person at the keyboard, if there is one. Questions go to stderr, so that stdout is the plan and nothing else.
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { EXIT, Trouble } from "./trouble.ts";

export type Terminal = {
  isInteractive: boolean;
  /** @returns what was typed, without blanks around it */
  ask(question: string): Promise<string>;
  /** Nothing of it is shown. */
  askSecretly(question: string): Promise<string>;
};

export function openTerminal(): Terminal {
  return {
    isInteractive: process.stdin.isTTY === true && process.stderr.isTTY === true,
    ask: async (question) => (await readLine(question, process.stderr)).trim(),
    async askSecretly(question) {
      // readline echoes what it reads to its output: this one swallows it.
      const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
      process.stderr.write(question);
      return readLine("", nowhere).finally(() => process.stderr.write("\n"));
    },
  };
}

/** Ctrl-C and Ctrl-D end the program: nothing was written until now. */
async function readLine(question: string, output: NodeJS.WritableStream): Promise<string> {
  const reader = createInterface({ input: process.stdin, output, terminal: true, historySize: 0 });
  const gone = new AbortController();
  reader.on("SIGINT", () => gone.abort());
  reader.on("close", () => gone.abort());
  try {
    return await reader.question(question, { signal: gone.signal });
  } catch (cause) {
    if (gone.signal.aborted) throw new Trouble("Stopped. Nothing was changed.", { cause, exit: EXIT.noConsent });
    throw cause;
  } finally {
    reader.close();
  }
}
