// Everything there is: the studio's servers, the log's namespace, and the worker in bare workerd, once for each deployment. None of its isolates gets
// more memory than Cloudflare gives one: whoever needs more ends the process.
import { openSync, readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ADA } from "../../playground/data-people.ts";
import { type Command, findPort, whileServing } from "../../scripts/bench/target.ts";
import { bundle, readCompatibilityDate, workerd } from "../../scripts/workerd.ts";
import { DEPLOYMENTS, type Deployment, variables } from "./deployment.ts";
import { Namespace } from "./namespace.ts";
import { Studio } from "./studio.ts";

/** @see https://developers.cloudflare.com/workers/platform/limits/#memory */
const ISOLATE_MAX_MIB = 128;

const OBJECTS = ["RunCoordinator", "TemporaryLink", "Locks", "LongRun"];
const BINDINGS: Record<string, string> = {
  Conversation: "RUN_COORDINATORS",
  Loan: "TEMPORARY_LINKS",
  Locks: "LOCKS",
  LongRun: "LONG_RUNS",
};

export type World = {
  studio: Studio;
  namespace: Namespace;
  ports: Record<Deployment, number>;
  /** Kitsu's cookie of somebody who is logged in */
  session: string;
  readMemory(): Memory;
  /** what the worker said on its own console */
  readConsole(): string;
};

/** Of the whole process, in MiB; only Linux tells. */
export type Memory = { now: number; most: number };

/** @param writeEveryMs how often the namespace takes a write of one key */
export async function inWorld<T>(writeEveryMs: number, work: (world: World, group: number) => Promise<T>): Promise<T> {
  const [studio, namespace] = [new Studio(), new Namespace(writeEveryMs)];
  await studio.open();
  const kvPort = await namespace.open();
  const ports = { bot: await findPort(), plain: await findPort(), edge: await findPort() };
  let said = "";
  const target = {
    name: "the worker",
    request: "",
    prepare: async (_port: number, directory: string) => {
      said = join(directory, "console");
      return prepare(directory, { ports, kvPort, studio: `http://127.0.0.1:${studio.port}`, said });
    },
    check: async () => {
      for (const port of Object.values(ports)) await fetch(`http://127.0.0.1:${port}/ping`);
    },
  };
  try {
    return await whileServing(target, (_, group) => {
      const session = studio.logIn(ADA);
      const world = {
        studio,
        namespace,
        ports,
        session,
        readMemory: () => readMemory(group),
        readConsole: () => readFileSync(said, "utf8"),
      };
      return work(world, group);
    });
  } finally {
    await studio.close();
    namespace.close();
  }
}

type Given = { ports: Record<Deployment, number>; kvPort: number; studio: string; said: string };

async function prepare(directory: string, { ports, kvPort, studio, said }: Given): Promise<Command> {
  const date = await readCompatibilityDate();
  const workers = DEPLOYMENTS.map(
    (name) => `(name = "${name}", worker = (
      modules = [(name = "worker.js", esModule = embed "worker.js")],
      compatibilityDate = "${date}",
      bindings = [
        (name = "RUNS", kvNamespace = "namespace"),
        ${OBJECTS.map((one) => `(name = "${BINDINGS[one]}", durableObjectNamespace = "${one}")`).join(", ")},
        ${Object.entries(variables(name, studio))
          .map(([key, value]) => `(name = "${key}", text = ${JSON.stringify(value)})`)
          .join(", ")}],
      durableObjectNamespaces = [${OBJECTS.map((one) => `(className = "${one}", uniqueKey = "${name}-${one}", enableSql = true)`).join(", ")}],
      durableObjectStorage = (localDisk = "objects"),
      globalOutbound = "studio"))`,
  );
  const config = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  v8Flags = ["--max-heap-size=${ISOLATE_MAX_MIB}"],
  services = [${workers.join(",\n")},
    (name = "namespace", external = (address = "127.0.0.1:${kvPort}", http = ())),
    (name = "studio", network = (allow = ["private"])),
    (name = "objects", disk = (path = "${join(directory, "objects")}", writable = true))],
  sockets = [${DEPLOYMENTS.map((name) => `(name = "${name}", address = "127.0.0.1:${ports[name]}", http = (), service = "${name}")`).join(", ")}]);
`;
  await mkdir(join(directory, "objects"));
  await bundle("worker/index.ts", join(directory, "worker.js"));
  await writeFile(join(directory, "config.capnp"), config);
  const output = openSync(said, "a");
  return {
    file: workerd,
    args: ["serve", join(directory, "config.capnp")],
    options: { stdio: ["ignore", output, output] },
  };
}

function readMemory(pid: number): Memory {
  if (process.platform !== "linux") return { now: Number.NaN, most: Number.NaN };
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const read = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1]) / 1_024;
  return { now: read("VmRSS"), most: read("VmHWM") };
}
