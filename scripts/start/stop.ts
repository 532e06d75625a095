// What npm start has opened, and how all of it ends: on a signal, or if one part fails.
import type { ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { CliError } from "../cli-error.ts";
import { killGroup } from "../process-group.ts";

const stopping = new AbortController();
/** Aborted when everything stops. */
export const { signal: stopSignal } = stopping;

let isRunning = false;
export function setRunning(): void {
  isRunning = true;
}

/** Closes what was opened so far. */
const closers: (() => Promise<unknown>)[] = [];
export const closeOnStop = (close: () => Promise<unknown>) => void closers.push(close);

/** Runs a program that opens servers, until a signal ends it. */
export async function runUntilStopped(open: () => Promise<void>): Promise<void> {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => void stop(0));
  await open().catch(fail);
}

/** Stops everything if this program ends. */
export function supervise(name: string, child: ChildProcess): void {
  const ended = new Promise<void>((resolve) => {
    child.once("exit", (code, signal) => {
      resolve();
      fail(new CliError(`${name} ended unexpectedly (${signal ?? `exit code ${code}`}). See its output above.`));
    });
    child.once("error", (error) => {
      resolve();
      fail(new CliError(`${name} can't be started: ${error.message}`));
    });
  });
  closeOnStop(async () => {
    child.kill("SIGTERM");
    await Promise.race([ended, sleep(5_000)]);
    // workerd would outlive a Wrangler that is killed alone.
    killGroup(child);
  });
  // stop() has already run, and does not wait for a program that was started meanwhile.
  if (stopSignal.aborted) killGroup(child);
}

/** Prints the error, and stops. */
function fail(error: unknown): void {
  if (stopSignal.aborted) return;
  const outcome = isRunning ? "Kitsu Actions has stopped" : "Kitsu Actions did not start";
  console.error(error instanceof CliError ? `\n  ${outcome}. ${error.message}\n` : error);
  void stop(1);
}

async function stop(code: number): Promise<void> {
  if (stopSignal.aborted) return;
  stopping.abort();
  await Promise.allSettled(closers.map((close) => close()));
  process.exit(code);
}
