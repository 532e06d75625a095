// The worker in bare workerd, and a minimal worker to compare with. Miniflare and `wrangler dev`
// would cost several times what the worker does.
import { join } from "node:path";
import { bundle, type WorkerService, workerd, writeWorkerdConfig } from "../workerd.ts";
import { checkReceiver, expectStatus, KITSU, writeCall } from "./call.ts";
import type { Command, Target } from "./target.ts";

export const hello: Target = {
  name: "hello",
  request: "GET / HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: */*\r\n\r\n",
  prepare: (port, directory) => prepare(port, directory, { main: { entry: "scripts/bench/workers/hello.ts" } }),
  check: async (address) => {
    await expectStatus(200, fetch(address));
  },
};

export const withoutLog: Target = {
  name: "worker, without the log",
  goal: 0.58,
  request: writeCall(),
  prepare: (port, directory) =>
    prepare(port, directory, {
      main: { entry: "worker/index.ts", bindings: ['(name = "RUNS", wrapped = (moduleName = "bench:no-log"))'] },
    }),
  check: async (address) => {
    await checkReceiver(address);
  },
};

export const withLog: Target = {
  name: "worker, with the log",
  goal: 0.34,
  request: writeCall(),
  prepare: (port, directory) =>
    prepare(port, directory, {
      main: { entry: "worker/index.ts", bindings: ['(name = "RUNS", kvNamespace = "kv")'] },
      kv: { entry: "scripts/bench/workers/kv.ts" },
    }),
  check: async (address) => {
    const run = await checkReceiver(address);
    // The run can only be read if it was written.
    await expectStatus(200, fetch(run, { headers: { accept: "application/json" } }));
  },
};

type Worker = { entry: string; bindings?: string[] };

/** Writes bundles and configuration to the directory. The worker "main" serves on the port. */
async function prepare(
  port: number,
  directory: string,
  workers: { main: Worker; [name: string]: Worker },
): Promise<Command> {
  const services = Object.entries(workers).map(
    ([name, { bindings = [] }]): WorkerService => ({
      name,
      module: `${name}.js`,
      bindings,
      variables: { KITSU_URL: KITSU },
    }),
  );
  const [config] = await Promise.all([
    writeWorkerdConfig(directory, {
      workers: services,
      sockets: [{ port, service: "main" }],
      members: ['extensions = [(modules = [(name = "bench:no-log", internal = true, esModule = embed "no-log.js")])]'],
    }),
    bundle("scripts/bench/workers/no-log.ts", join(directory, "no-log.js")),
    ...Object.entries(workers).map(([name, { entry }]) => bundle(entry, join(directory, `${name}.js`))),
  ]);
  return { file: workerd, args: ["serve", config] };
}
