// The worker in bare workerd, beside a hello in the same. Not in miniflare or `wrangler dev`: they cost several times what the worker does.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bundle, readCompatibilityDate, workerd } from "../workerd.ts";
import { checkReceiver, expectStatus, KITSU, writeCall } from "./call.ts";
import type { Command, Target } from "./target.ts";

export const hello: Target = {
  name: "hello",
  request: "GET / HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: */*\r\n\r\n",
  prepare: (port, directory) =>
    prepare(port, directory, { main: { entry: "scripts/bench/workers/hello.ts", bindings: [] } }),
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
      kv: { entry: "scripts/bench/workers/kv.ts", bindings: [] },
    }),
  check: async (address) => {
    const run = await checkReceiver(address);
    // Only what was put can be read.
    await expectStatus(200, fetch(run, { headers: { accept: "application/json" } }));
  },
};

type Service = { entry: string; bindings: string[] };

/** Writes bundles and configuration into the directory. The service "main" is the one that serves. */
async function prepare(
  port: number,
  directory: string,
  services: { main: Service; [name: string]: Service },
): Promise<Command> {
  const date = await readCompatibilityDate();
  const described = Object.entries(services).map(
    ([name, { bindings }]) => `(name = "${name}", worker = (
      modules = [(name = "${name}.js", esModule = embed "${name}.js")],
      compatibilityDate = "${date}",
      bindings = [${[`(name = "KITSU_URL", text = "${KITSU}")`, ...bindings].join(", ")}]))`,
  );
  const config = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [${described.join(",\n")}],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
  extensions = [(modules = [(name = "bench:no-log", internal = true, esModule = embed "no-log.js")])]);
`;
  await Promise.all([
    writeFile(join(directory, "config.capnp"), config),
    bundle("scripts/bench/workers/no-log.ts", join(directory, "no-log.js")),
    ...Object.entries(services).map(([name, { entry }]) => bundle(entry, join(directory, `${name}.js`))),
  ]);
  return { file: workerd, args: ["serve", join(directory, "config.capnp")] };
}
