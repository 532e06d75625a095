// The configuration of workerd: the worker, its storage on disk and what it may reach.
import { readFileSync } from "node:fs";
import type { Config, Service, Worker_Binding } from "miniflare";
import * as v from "valibot";
import { CliError } from "../../cli-error.ts";
import { readServiceModule, type WorkerBundle } from "./bundle-worker.ts";
import type { Variables } from "./settings.ts";
import { SOCKETS } from "./sockets.ts";

const Bindings = v.object({
  compatibility_date: v.string(),
  compatibility_flags: v.optional(v.array(v.string()), []),
  kv_namespaces: v.optional(v.array(v.object({ binding: v.string() })), []),
  durable_objects: v.optional(v.object({ bindings: v.array(v.object({ name: v.string(), class_name: v.string() })) }), {
    bindings: [],
  }),
  version_metadata: v.optional(v.object({ binding: v.string() })),
  ratelimits: v.optional(
    v.array(v.object({ name: v.string(), simple: v.object({ limit: v.number(), period: v.number() }) })),
    [],
  ),
});
type Bindings = v.InferOutput<typeof Bindings>;

/** What Cloudflare has and this service has not. */
const UNSUPPORTED = [
  "ai",
  "analytics_engine_datasets",
  "browser",
  "d1_databases",
  "hyperdrive",
  "queues",
  "r2_buckets",
];

type Description = {
  wranglerConfig: Record<string, unknown>;
  bundle: WorkerBundle;
  deployedAt: string;
  variables: Variables;
  classes: Readonly<Record<string, string>>;
  stateDir: string;
  env: NodeJS.ProcessEnv;
};

const DATE = "2026-10-20";

export async function describeRuntime(description: Description): Promise<Config> {
  const { wranglerConfig, bundle, classes, stateDir, env } = description;
  const missing = UNSUPPORTED.filter((name) => name in wranglerConfig);
  if (missing.length > 0)
    throw new CliError(`wrangler.toml has ${missing.join(", ")}, which exist only at Cloudflare. Remove them.`);
  const bindings = v.parse(Bindings, wranglerConfig);
  const [kv, health, rateLimit] = await Promise.all([
    readServiceModule("kv"),
    readServiceModule("health"),
    readServiceModule("rate-limit"),
  ]);
  const namespaces = Object.entries(classes).map(([className, uniqueKey]) => ({
    className,
    uniqueKey,
    enableSql: true,
  }));
  return {
    structuredLogging: true,
    sockets: Object.entries(SOCKETS).map(([service, name]) => ({
      name: service,
      address: `unix:${stateDir}/${name}`,
      service: { name: service },
      http: {},
    })),
    extensions: [{ modules: [{ name: "service:rate-limit", internal: true, esModule: rateLimit }] }],
    services: [
      {
        name: "worker",
        worker: {
          modules: [{ name: "worker.js", esModule: bundle.code }],
          compatibilityDate: bindings.compatibility_date,
          compatibilityFlags: bindings.compatibility_flags,
          bindings: [...listVariables(description), ...listBindings(bindings, description)],
          durableObjectNamespaces: namespaces,
          durableObjectStorage: { localDisk: "objects" },
        },
      },
      ...bindings.kv_namespaces.map(({ binding }): Service => describeKv(binding, kv)),
      {
        name: "health",
        worker: {
          modules: [{ name: "health.js", esModule: health }],
          compatibilityDate: DATE,
          bindings: [{ name: "STORE", kvNamespace: { name: "kv:health" } }],
        },
      },
      describeKv("health", kv),
      { name: "objects", disk: { path: `${stateDir}/objects`, writable: true } },
      {
        name: "internet",
        network: {
          // The studio's servers are in its own network.
          allow: ["public", "private", "local"],
          tlsOptions: { trustBrowserCas: true, trustedCertificates: readCertificates(env) },
        },
      },
    ],
  };
}

function describeKv(binding: string, code: string): Service {
  return {
    name: `kv:${binding}`,
    worker: {
      modules: [{ name: "kv.js", esModule: code }],
      compatibilityDate: DATE,
      bindings: [
        { name: "STORES", durableObjectNamespace: { className: "KvStore" } },
        { name: "NAMESPACE", text: binding },
      ],
      durableObjectNamespaces: [{ className: "KvStore", uniqueKey: `kv-${binding}`, enableSql: true }],
      durableObjectStorage: { localDisk: "objects" },
    },
  };
}

/** As Wrangler does: a text is a text, and everything else is JSON. */
const listVariables = ({ variables }: Description): Worker_Binding[] =>
  Object.entries(variables).map(([name, value]) =>
    typeof value === "string" ? { name, text: value } : { name, json: JSON.stringify(value) },
  );

function listBindings(bindings: Bindings, { bundle, deployedAt }: Description): Worker_Binding[] {
  const { kv_namespaces, durable_objects, version_metadata, ratelimits } = bindings;
  const version = { id: bundle.digest.slice(0, 32), tag: "", timestamp: deployedAt };
  return [
    ...kv_namespaces.map(({ binding }) => ({ name: binding, kvNamespace: { name: `kv:${binding}` } })),
    ...durable_objects.bindings.map(({ name, class_name }) => ({
      name,
      durableObjectNamespace: { className: class_name },
    })),
    ...ratelimits.map(({ name, simple }) => ({
      name,
      wrapped: {
        moduleName: "service:rate-limit",
        innerBindings: [{ name: "settings", json: JSON.stringify(simple) }],
      },
    })),
    ...(version_metadata === undefined ? [] : [{ name: version_metadata.binding, json: JSON.stringify(version) }]),
  ];
}

/** A studio's own certificate authority, as Node has it. */
function readCertificates({ NODE_EXTRA_CA_CERTS: path }: NodeJS.ProcessEnv): string[] {
  if (!path) return [];
  try {
    return readFileSync(path, "utf8").match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  } catch (cause) {
    throw new CliError(`NODE_EXTRA_CA_CERTS can't be read from ${path}.`, { cause });
  }
}
