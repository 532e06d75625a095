// The worker in bare workerd, in a process that can be killed at any moment and started again with
// its storage.
import type { ChildProcess } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { findFreePort } from "../listen.ts";
import { isRunning, startGroup, stopGroup } from "../process-group.ts";
import { waitUntil } from "../wait-until.ts";
import { bundle, workerd, writeWorkerdConfig } from "../workerd.ts";

export type WorkerOptions = { directory: string; kvPort: number; variables: Readonly<Record<string, string>> };

const START_MAX_MS = 30_000;

export class WorkerProcess {
  readonly url: string;
  readonly #config: string;
  #child: ChildProcess | undefined;

  private constructor(url: string, config: string) {
    this.url = url;
    this.#config = config;
  }

  static async prepare({ directory, kvPort, variables }: WorkerOptions): Promise<WorkerProcess> {
    const port = await findFreePort();
    const objects = objectsDirectory(directory);
    mkdirSync(objects, { recursive: true });
    await bundle("worker/main.ts", join(directory, "worker.js"));
    const config = await writeWorkerdConfig(directory, {
      workers: [
        {
          name: "main",
          module: "worker.js",
          bindings: ['(name = "RUNS", kvNamespace = "kv")'],
          variables,
          objects: { keyPrefix: "" },
        },
      ],
      services: [
        `(name = "objects", disk = (path = ${JSON.stringify(objects)}, writable = true))`,
        `(name = "kv", external = (address = "127.0.0.1:${kvPort}", http = ()))`,
        '(name = "internet", network = (allow = ["public", "private", "local"]))',
      ],
      sockets: [{ port, service: "main" }],
    });
    return new WorkerProcess(`http://127.0.0.1:${port}`, config);
  }

  async start(): Promise<void> {
    const child = startGroup(workerd, ["serve", this.#config], {
      stdio: ["ignore", "ignore", process.env.SOAK_LOG ? "inherit" : "ignore"],
    });
    this.#child = child;
    const hasStarted = await waitUntil(
      async () => !isRunning(child) || ((await fetch(`${this.url}/ping`).catch(() => undefined))?.ok ?? false),
      { limitMs: START_MAX_MS, everyMs: 20 },
    );
    if (!hasStarted || !isRunning(child))
      throw new Error("The worker does not start. Set SOAK_LOG=1 to see its output.");
  }

  /** Like a power cut, except that the system still writes its buffers to disk. */
  async kill(): Promise<void> {
    if (this.#child !== undefined) await stopGroup(this.#child);
  }
}

/** The storage of the Durable Objects, with a folder for each class. */
export const objectsDirectory = (directory: string) => join(directory, "objects");
