// The worker in bare workerd, and two workers to compare with: a minimal one, and one that does
// only what is unavoidable. Miniflare and `wrangler dev` would cost several times what they do.
import { join } from "node:path";
import { findFreePort } from "../listen.ts";
import { bundle, type WorkerService, workerd, writeWorkerdConfig } from "../workerd.ts";
import { checkReceiver, checkRecord, expectStatus, KITSU, writeCall } from "./call.ts";
import type { Command, Target } from "./target.ts";

export const hello: Target = {
  name: "hello",
  request: "GET / HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: */*\r\n\r\n",
  prepare: (port, directory) => prepare(port, directory, { main: { entry: "scripts/bench/workers/hello.ts" } }),
  check: async (address) => {
    await expectStatus(200, fetch(address));
  },
};

/** `log` is what the worker stores about a run: nothing, its log entry, and its coordinator. */
type Log = "without the log" | "with the log" | "with log and coordinator";

const OURS = "worker/main.ts";
const LIMIT = "scripts/bench/workers/limit.ts";

/** Each of ours is compared with the limit that does the same. */
export const pairs = (["without the log", "with the log", "with log and coordinator"] as const).map((log) => ({
  ours: receive("worker", OURS, log),
  limit: receive("limit", LIMIT, log),
}));

function receive(name: string, entry: string, log: Log): Target {
  let kvPort = 0;
  return {
    name: `${name}, ${log}`,
    request: writeCall(),
    prepare: async (port, directory) => {
      kvPort = await findFreePort();
      const hasLog = log !== "without the log";
      const binding = hasLog ? 'kvNamespace = "kv"' : 'wrapped = (moduleName = "bench:no-log")';
      const main = {
        entry,
        bindings: [`(name = "RUNS", ${binding})`],
        ...(log === "with log and coordinator" && { hasCoordinator: true }),
      };
      const kv = { entry: "scripts/bench/workers/kv.ts", port: kvPort };
      return prepare(port, directory, hasLog ? { main, kv } : { main });
    },
    check: async (address) => {
      const run = await checkReceiver(address);
      if (log !== "without the log") checkRecord(run, await expectStatus(200, fetch(`http://127.0.0.1:${kvPort}/`)));
    },
  };
}

type Worker = { entry: string; bindings?: string[]; hasCoordinator?: boolean; port?: number };

/** Writes bundles and configuration to the directory. The worker "main" serves on the port. */
async function prepare(
  port: number,
  directory: string,
  workers: { main: Worker; [name: string]: Worker },
): Promise<Command> {
  const services = Object.entries(workers).map(
    ([name, { bindings = [], hasCoordinator = false }]): WorkerService => ({
      name,
      module: `${name}.js`,
      bindings,
      variables: { KITSU_URL: KITSU },
      ...(hasCoordinator && { objects: { inMemory: "RunCoordinator" as const } }),
    }),
  );
  const sockets = Object.entries(workers).flatMap(([service, worker]) =>
    worker.port === undefined ? [] : [{ port: worker.port, service }],
  );
  const [config] = await Promise.all([
    writeWorkerdConfig(directory, {
      workers: services,
      sockets: [{ port, service: "main" }, ...sockets],
      members: ['extensions = [(modules = [(name = "bench:no-log", internal = true, esModule = embed "no-log.js")])]'],
    }),
    bundle("scripts/bench/workers/no-log.ts", join(directory, "no-log.js")),
    ...Object.entries(workers).map(([name, { entry }]) => bundle(entry, join(directory, `${name}.js`))),
  ]);
  return { file: workerd, args: ["serve", config] };
}
