// Everything that a case needs: the studio's servers, the log's KV namespace, and the worker in
// bare workerd, once for each deployment. An isolate that needs more memory than at Cloudflare ends
// the process.
import { openSync, readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { ADA } from "../../playground/data-people.ts";
import { type Command, whileServing } from "../../scripts/bench/target.ts";
import { KvServer } from "../../scripts/kv-server.ts";
import { findFreePort } from "../../scripts/listen.ts";
import { bundle, workerd, writeWorkerdConfig } from "../../scripts/workerd.ts";
import { DEPLOYMENTS, type Deployment, variables } from "./deployment.ts";
import { Studio } from "./studio.ts";

/** @see https://developers.cloudflare.com/workers/platform/limits/#memory */
const ISOLATE_MAX_MIB = 128;

export type Environment = {
  studio: Studio;
  kv: KvServer;
  ports: Record<Deployment, number>;
  /** Kitsu's cookie of a person who is logged in */
  session: string;
  readMemory(): Memory;
  /** what the workers printed */
  readConsole(): string;
};

/** Of the whole process, in MiB; NaN on systems other than Linux. */
export type Memory = { current: number; peak: number };

/**
 * Runs `work` in a new environment.
 * @param writeIntervalMs the shortest time between two writes of one KV key
 * @param work gets the ID of workerd's process group, too
 */
export async function withEnvironment<T>(
  writeIntervalMs: number,
  work: (environment: Environment, group: number) => Promise<T>,
): Promise<T> {
  const [studio, kv] = [new Studio(), new KvServer({ writeIntervalMs })];
  await studio.open();
  const kvPort = await kv.open();
  const ports = { bot: await findFreePort(), plain: await findFreePort(), edge: await findFreePort() };
  let consoleFile = "";
  const target = {
    name: "the worker",
    request: "",
    prepare: async (_port: number, directory: string) => {
      consoleFile = join(directory, "console");
      return prepare(directory, { ports, kvPort, studio: `http://127.0.0.1:${studio.port}`, consoleFile });
    },
    check: async () => {
      for (const port of Object.values(ports)) await fetch(`http://127.0.0.1:${port}/ping`);
    },
  };
  try {
    return await whileServing(target, (_, group) => {
      const session = studio.logIn(ADA);
      const environment = {
        studio,
        kv,
        ports,
        session,
        readMemory: () => readMemory(group),
        readConsole: () => readFileSync(consoleFile, "utf8"),
      };
      return work(environment, group);
    });
  } finally {
    await studio.close();
    kv.close();
  }
}

type Servers = { ports: Record<Deployment, number>; kvPort: number; studio: string; consoleFile: string };

async function prepare(directory: string, { ports, kvPort, studio, consoleFile }: Servers): Promise<Command> {
  await mkdir(join(directory, "objects"));
  await bundle("worker/main.ts", join(directory, "worker.js"));
  const config = await writeWorkerdConfig(directory, {
    workers: DEPLOYMENTS.map((name) => ({
      name,
      module: "worker.js",
      bindings: ['(name = "RUNS", kvNamespace = "kv")'],
      variables: variables(name, studio),
      objects: { keyPrefix: `${name}-` },
      outbound: "studio",
    })),
    services: [
      `(name = "kv", external = (address = "127.0.0.1:${kvPort}", http = ()))`,
      '(name = "studio", network = (allow = ["private"]))',
      `(name = "objects", disk = (path = ${JSON.stringify(join(directory, "objects"))}, writable = true))`,
    ],
    sockets: DEPLOYMENTS.map((name) => ({ port: ports[name], service: name })),
    members: [`v8Flags = ["--max-heap-size=${ISOLATE_MAX_MIB}"]`],
  });
  const output = openSync(consoleFile, "a");
  return { file: workerd, args: ["serve", config], options: { stdio: ["ignore", output, output] } };
}

function readMemory(pid: number): Memory {
  if (process.platform !== "linux") return { current: Number.NaN, peak: Number.NaN };
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const read = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1]) / 1_024;
  return { current: read("VmRSS"), peak: read("VmHWM") };
}
