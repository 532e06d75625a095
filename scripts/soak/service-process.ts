// The worker as kitsu-actions serve runs it, with everything on disk. Killing it is like a power
// cut, except that the system still writes its buffers.
import type { ChildProcess } from "node:child_process";
import { findFreePort } from "../listen.ts";
import { killServiceWorker, prepareService, readStoredRecords } from "../local-service.ts";
import { isRunning, startGroup, stopGroup } from "../process-group.ts";
import { waitUntil } from "../wait-until.ts";
import { type LogRecord, parseRecords } from "./log-store.ts";
import type { WorkerOptions } from "./worker-process.ts";

const START_MAX_MS = 30_000;

type Command = Awaited<ReturnType<typeof prepareService>>;

export class ServiceProcess {
  readonly url: string;
  readonly #directory: string;
  readonly #command: Command;
  #child: ChildProcess | undefined;

  private constructor(url: string, directory: string, command: Command) {
    this.url = url;
    this.#directory = directory;
    this.#command = command;
  }

  static async prepare({ directory, variables }: Omit<WorkerOptions, "kvPort">): Promise<ServiceProcess> {
    const port = await findFreePort();
    // LOCAL opens the log on localhost. The service refuses it.
    const { LOCAL, ...settings } = variables;
    const command = await prepareService({ directory, port, variables: settings });
    return new ServiceProcess(`http://127.0.0.1:${port}`, directory, command);
  }

  async start(): Promise<void> {
    const { file, args, options } = this.#command;
    const output = process.env.SOAK_LOG ? "inherit" : "ignore";
    const child = startGroup(file, args, { ...options, stdio: ["ignore", output, output] });
    this.#child = child;
    const hasStarted = await waitUntil(
      async () => !isRunning(child) || ((await fetch(`${this.url}/healthz`).catch(() => undefined))?.ok ?? false),
      { limitMs: START_MAX_MS, everyMs: 20 },
    );
    if (!hasStarted || !isRunning(child))
      throw new Error("The service does not start. Set SOAK_LOG=1 to see its output.");
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  async kill(): Promise<void> {
    if (this.#child === undefined) return;
    killServiceWorker(this.#directory);
    await stopGroup(this.#child);
  }
}

/** The log as it is on the disk, while the service writes it. */
export class StoredLog {
  readonly #directory: string;
  refusals = {};
  readonly refused: ReadonlyMap<string, number> = new Map();

  constructor(directory: string) {
    this.#directory = directory;
  }

  read(): Map<string, LogRecord[]> {
    return parseRecords(readStoredRecords(this.#directory));
  }
}
