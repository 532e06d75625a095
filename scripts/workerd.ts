// The runtime that Cloudflare runs workers in, without Miniflare or `wrangler dev` around it.
import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import * as v from "valibot";
import { localConfigPath } from "./local-config.ts";

const root = fileURLToPath(new URL("../", import.meta.url));

/**
 * The binary itself: killing the launcher in node_modules/.bin would leave it running. Miniflare
 * brings the version that fits Wrangler.
 */
const require = createRequire(import.meta.url);
export const workerd: string = createRequire(require.resolve("miniflare"))("workerd").default;

/** The worker's Durable Objects, as in wrangler.toml. */
const DURABLE_OBJECTS = [
  { binding: "RUN_COORDINATORS", className: "RunCoordinator" },
  { binding: "TEMPORARY_LINKS", className: "TemporaryLink" },
  { binding: "LONG_RUNS", className: "LongRun" },
  { binding: "LOCKS", className: "Locks" },
  { binding: "ACTION_USE", className: "ActionUse" },
] as const;

export type WorkerService = {
  name: string;
  /** its bundle, in the directory of the configuration */
  module: string;
  variables?: Readonly<Record<string, string>>;
  /** further bindings, in Cap'n Proto */
  bindings?: readonly string[];
  objects?: OwnObjects | { service: string };
  /** the service that fetch() goes to, if not "internet" */
  outbound?: string;
};

type ClassName = (typeof DURABLE_OBJECTS)[number]["className"];

/**
 * Durable Objects of this service: all classes, or one, on the disk service "objects", under a
 * prefix that keeps deployments apart; or one class in memory, where it has no SQL.
 */
export type OwnObjects = { keyPrefix: string; only?: ClassName } | { inMemory: ClassName };

export type WorkerdConfig = {
  workers: readonly WorkerService[];
  /** further services, in Cap'n Proto */
  services?: readonly string[];
  sockets: readonly { port: number; service: string }[];
  /** further top-level members, in Cap'n Proto */
  members?: readonly string[];
};

/** Writes config.capnp, and returns its path. */
export async function writeWorkerdConfig(
  directory: string,
  { workers, services = [], sockets, members = [] }: WorkerdConfig,
): Promise<string> {
  const date = await readCompatibilityDate();
  const listening = sockets.map(
    ({ port, service }) => `(name = "${service}", address = "127.0.0.1:${port}", http = (), service = "${service}")`,
  );
  const config = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  ${[
    `services = [\n    ${[...workers.map((worker) => describeWorker(worker, date)), ...services].join(",\n    ")}]`,
    `sockets = [${listening.join(", ")}]`,
    ...members,
  ].join(",\n  ")});
`;
  const path = join(directory, "config.capnp");
  await writeFile(path, config);
  return path;
}

function describeWorker(
  { name, module, variables = {}, bindings = [], objects, outbound }: WorkerService,
  date: string,
): string {
  const inMemory = objects !== undefined && "inMemory" in objects ? objects.inMemory : undefined;
  const only = objects !== undefined && "only" in objects ? objects.only : inMemory;
  const kept =
    objects === undefined ? [] : DURABLE_OBJECTS.filter(({ className }) => only === undefined || className === only);
  const owner = objects !== undefined && "service" in objects ? objects.service : undefined;
  const prefix = objects !== undefined && "keyPrefix" in objects ? objects.keyPrefix : "";
  const all = [
    ...bindings,
    ...kept.map(({ binding, className }) => {
      const service = owner === undefined ? "" : `, serviceName = "${owner}"`;
      return `(name = "${binding}", durableObjectNamespace = (className = "${className}"${service}))`;
    }),
    ...Object.entries(variables).map(([key, value]) => `(name = "${key}", text = ${JSON.stringify(value)})`),
  ];
  const namespaces = kept.map(
    ({ className }) =>
      `(className = "${className}", uniqueKey = "${prefix}${className}", enableSql = ${inMemory === undefined})`,
  );
  const storage = inMemory === undefined ? '(localDisk = "objects")' : "(inMemory = void)";
  return `(name = "${name}", worker = (${[
    `modules = [(name = "${module}", esModule = embed "${module}")]`,
    `compatibilityDate = "${date}"`,
    `bindings = [${all.join(", ")}]`,
    ...(kept.length === 0 || owner !== undefined
      ? []
      : [`durableObjectNamespaces = [${namespaces.join(", ")}]`, `durableObjectStorage = ${storage}`]),
    ...(outbound === undefined ? [] : [`globalOutbound = "${outbound}"`]),
  ].join(", ")}))`;
}

const Config = v.object({ compatibility_date: v.string() });

async function readCompatibilityDate(): Promise<string> {
  return v.parse(Config, JSON.parse(await readFile(localConfigPath(root), "utf8"))).compatibility_date;
}

/** Bundles as `wrangler deploy --minify` does. */
export async function bundle(entry: string, outfile: string): Promise<void> {
  await build({
    entryPoints: [`${root}${entry}`],
    absWorkingDir: root,
    outfile,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2024",
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*", "node:*"],
    logLevel: "error",
  });
}
