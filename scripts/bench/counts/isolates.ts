// The worker in bare workerd, in as many isolates as are named, which share their Durable Objects
// and the log. The objects run in an isolate of their own, as most do at Cloudflare.
import { mkdirSync } from "node:fs";
import { request as sendRequest } from "node:http";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import * as v from "valibot";
import { findFreePort } from "../../listen.ts";
import { isRunning, startGroup, stopGroup } from "../../process-group.ts";
import { createTempDirectory, removeTempDirectory } from "../../temp-directory.ts";
import { waitUntil } from "../../wait-until.ts";
import { bundle, type WorkerService, workerd, writeWorkerdConfig } from "../../workerd.ts";

const START_MAX_MS = 30_000;
/** The isolate of the Durable Objects. */
export const OBJECTS = "durable-objects";

const State = v.object({
  /** operations by name: "RunCoordinator.open" */
  counts: v.record(v.string(), v.number()),
  /** what waits for an answer */
  pending: v.object({ operations: v.number(), requests: v.number() }),
});
export type IsolateState = v.InferOutput<typeof State>;

/** The servers that the worker needs. */
type Surroundings = { kvPort: number; variables: (isolate: string) => Record<string, string> };

export type Sent = { method: string; path: string; headers?: Record<string, string>; body?: string };

export class Isolates {
  /** of its processes */
  readonly group: number;
  readonly #port: number;
  readonly #stop: () => Promise<void>;

  private constructor(group: number, port: number, stop: () => Promise<void>) {
    [this.group, this.#port, this.#stop] = [group, port, stop];
  }

  static async start(names: readonly string[], { kvPort, variables }: Surroundings): Promise<Isolates> {
    const directory = createTempDirectory("counts");
    mkdirSync(join(directory, "objects"));
    const port = await findFreePort();
    const describe = (name: string): WorkerService => ({
      name,
      module: "counted.js",
      bindings: ['(name = "RUNS", kvNamespace = "kv")'],
      variables: variables(name),
      objects: name === OBJECTS ? { keyPrefix: "" } : { service: OBJECTS },
    });
    const isolates = [OBJECTS, ...names];
    const [config] = await Promise.all([
      writeWorkerdConfig(directory, {
        workers: [
          ...isolates.map(describe),
          {
            name: "router",
            module: "router.js",
            bindings: isolates.map((name) => `(name = "${name}", service = "${name}")`),
          },
        ],
        services: [
          `(name = "objects", disk = (path = ${JSON.stringify(join(directory, "objects"))}, writable = true))`,
          `(name = "kv", external = (address = "127.0.0.1:${kvPort}", http = ()))`,
          '(name = "internet", network = (allow = ["private"]))',
        ],
        sockets: [{ port, service: "router" }],
      }),
      bundle("scripts/bench/workers/counted.ts", join(directory, "counted.js")),
      bundle("scripts/bench/workers/router.ts", join(directory, "router.js")),
    ]);
    const child = startGroup(workerd, ["serve", config], { stdio: ["ignore", "inherit", "inherit"] });
    const started = new Isolates(child.pid ?? 0, port, async () => {
      await stopGroup(child);
      removeTempDirectory(directory);
    });
    const isReady = () => !isRunning(child) || started.readState(OBJECTS).then(Boolean, () => false);
    if (!(await waitUntil(isReady, { limitMs: START_MAX_MS, everyMs: 20 })) || !isRunning(child)) {
      await started.stop();
      throw new Error("workerd does not start.");
    }
    return started;
  }

  stop(): Promise<void> {
    return this.#stop();
  }

  async readState(isolate: string): Promise<IsolateState> {
    return v.parse(State, await this.send(isolate, { method: "GET", path: "/bench/counts" }));
  }

  /** @param at the time of the call that follows, in epoch milliseconds */
  async beginCall(isolate: string, at: number): Promise<void> {
    await this.send(isolate, { method: "GET", path: `/bench/begin?at=${at}` });
  }

  /** @returns the body of the answer, which is JSON */
  send(isolate: string, { method, path, headers = {}, body = "" }: Sent): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const outgoing = sendRequest(
        {
          port: this.#port,
          host: "127.0.0.1",
          method,
          path,
          headers: {
            host: "127.0.0.1",
            ...headers,
            "content-length": Buffer.byteLength(body),
            "x-bench-isolate": isolate,
          },
        },
        (response) => void json(response).then(resolve, reject),
      );
      outgoing.on("error", reject);
      outgoing.end(body);
    });
  }
}
