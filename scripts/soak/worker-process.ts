// The worker in bare workerd, in a process that can be killed at any moment and started again on what it had stored.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { bundle, readCompatibilityDate, workerd } from "../workerd.ts";
import { listen } from "./listen.ts";

export type WorkerOptions = { directory: string; kvPort: number; variables: Readonly<Record<string, string>> };

const OBJECTS = [
  ["RUN_COORDINATORS", "RunCoordinator"],
  ["TEMPORARY_LINKS", "TemporaryLink"],
  ["LONG_RUNS", "LongRun"],
  ["LOCKS", "Locks"],
] as const;
const START_MAX_MS = 30_000;

const alive = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of alive) child.kill("SIGKILL");
});

export class WorkerProcess {
  readonly url: string;
  /** what it wrote to its own log that is no JSON line of the worker's: faults of the runtime */
  readonly #config: string;
  #child: ChildProcess | undefined;

  private constructor(url: string, config: string) {
    this.url = url;
    this.#config = config;
  }

  static async prepare(options: WorkerOptions): Promise<WorkerProcess> {
    const server = createServer();
    const port = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    const config = join(options.directory, "config.capnp");
    mkdirSync(objectsIn(options.directory), { recursive: true });
    await bundle("worker/index.ts", join(options.directory, "worker.js"));
    await writeFile(config, await writeConfig(port, options));
    return new WorkerProcess(`http://127.0.0.1:${port}`, config);
  }

  async start(): Promise<void> {
    const child = spawn(workerd, ["serve", this.#config], {
      stdio: ["ignore", "ignore", process.env.SOAK_LOG ? "inherit" : "ignore"],
    });
    alive.add(child);
    child.once("exit", () => alive.delete(child));
    this.#child = child;
    for (const deadline = Date.now() + START_MAX_MS; Date.now() < deadline && alive.has(child); await sleep(20)) {
      const response = await fetch(`${this.url}/ping`).catch(() => undefined);
      if (response?.ok) return;
    }
    throw new Error("The worker does not start. SOAK_LOG=1 shows what it says.");
  }

  /** As if the machine's power was cut, but for what the system has in its buffers. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || !alive.has(child)) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await gone;
  }
}

/** Where the Durable Objects are, a folder for each class. */
export const objectsIn = (directory: string) => join(directory, "objects");

async function writeConfig(port: number, { directory, kvPort, variables }: WorkerOptions): Promise<string> {
  const text = (value: string) => JSON.stringify(value);
  const namespaces = OBJECTS.map(([, name]) => `(className = "${name}", uniqueKey = "${name}", enableSql = true)`);
  const bindings = [
    `(name = "RUNS", kvNamespace = "kv")`,
    ...OBJECTS.map(([binding, name]) => `(name = "${binding}", durableObjectNamespace = "${name}")`),
    ...Object.entries(variables).map(([name, value]) => `(name = "${name}", text = ${text(value)})`),
  ];
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [(name = "worker.js", esModule = embed "worker.js")],
      compatibilityDate = "${await readCompatibilityDate()}",
      durableObjectNamespaces = [${namespaces.join(", ")}],
      durableObjectStorage = (localDisk = "objects"),
      bindings = [${bindings.join(",\n        ")}])),
    (name = "objects", disk = (path = ${text(objectsIn(directory))}, writable = true)),
    (name = "kv", external = (address = "127.0.0.1:${kvPort}", http = ())),
    (name = "internet", network = (allow = ["public", "private", "local"]))],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")]);
`;
}
