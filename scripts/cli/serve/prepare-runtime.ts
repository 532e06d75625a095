import { fork } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { CliError } from "../../cli-error.ts";
import type { Variables } from "./settings.ts";

export type Deployed = { digest: string; at: string };

export type Preparing = {
  /** the repository with the worker's code */
  folder: string;
  wranglerConfig: Record<string, unknown>;
  variables: Variables;
  classes: Readonly<Record<string, string>>;
  stateDir: string;
  /** the code that ran here before */
  deployed: Deployed | undefined;
};

export type Prepared = { config: Uint8Array; deployed: Deployed } | { problem: string };

/** Builds the worker, and returns workerd's configuration. Throws a CliError if it can't. */
export async function prepareRuntime(preparing: Preparing): Promise<{ config: Uint8Array; deployed: Deployed }> {
  const compiled = join(import.meta.dirname, "serve-prepare.js");
  const program = existsSync(compiled) ? compiled : join(import.meta.dirname, "prepare-program.ts");
  const child = fork(program, { serialization: "advanced" });
  const prepared = await new Promise<Prepared>((resolve) => {
    child.once("message", (message: Prepared) => resolve(message));
    child.once("error", ({ message }) => resolve({ problem: message }));
    child.once("exit", (code) => resolve({ problem: `The worker could not be built (exit code ${code}).` }));
    child.send(preparing);
  });
  if ("problem" in prepared) throw new CliError(prepared.problem);
  return prepared;
}
