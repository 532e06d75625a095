// The deployment settings of a studio's wrangler.toml do not affect npm start and the tests.
import * as v from "valibot";
import { expect, it } from "vitest";
import { toLocalConfig as toLocal } from "../../scripts/local-config.ts";
import { PACKAGE_FOLDER } from "../../scripts/package-folder.ts";
import { readWranglerConfig } from "../../scripts/wrangler-config.ts";

const rawConfig = v.parse(
  v.looseObject({ ratelimits: v.array(v.unknown()) }),
  await readWranglerConfig(PACKAGE_FOLDER),
);
const toLocalConfig = (config: unknown) => toLocal(config, PACKAGE_FOLDER);

it("has the worker's code and bindings", () => {
  const local = toLocalConfig(rawConfig);
  expect(local).toMatchObject({
    main: expect.stringMatching(/[\\/]worker[\\/]main\.ts$/),
    kv_namespaces: [{ binding: "RUNS" }],
    durable_objects: rawConfig.durable_objects,
    migrations: rawConfig.migrations,
    version_metadata: { binding: "VERSION" },
  });
  expect(local.ratelimits).toHaveLength(rawConfig.ratelimits.length);
});

it("has no settings of a deployment", () => {
  const deployed = {
    ...rawConfig,
    account_id: "0123456789abcdef0123456789abcdef",
    routes: [{ pattern: "kitsu.studio.example/edge/*", zone_name: "studio.example" }],
    vars: {
      KITSU_URL: "https://kitsu.studio.example",
      BASE_PATH: "/edge",
      TRUST: "access",
      ACTION_LIMITS: {},
      FLAMENCO: {},
    },
    env: { staging: { vars: { KITSU_URL: "https://staging.studio.example" } } },
    secrets: { required: ["LOG_TOKEN"] },
    build: { command: "false" },
    dev: { host: "kitsu.studio.example", port: 1 },
    services: [{ binding: "OTHER", service: "other", remote: true }],
    placement: { mode: "smart" },
  };
  expect(toLocalConfig(deployed)).toEqual(toLocalConfig(rawConfig));
});

it("has local storage, and no limits that a test could reach", () => {
  const r2_buckets = [{ binding: "PREVIEWS", bucket_name: "previews", remote: true }];
  const ratelimits = [{ name: "CALLS_BY_PERSON", namespace_id: "7301", simple: { limit: 1, period: 10 } }];
  const local = toLocalConfig({ ...rawConfig, r2_buckets, ratelimits });
  expect(local.r2_buckets).toEqual([{ binding: "PREVIEWS", bucket_name: "previews" }]);
  expect(local.ratelimits?.[0]).toMatchObject({
    name: "CALLS_BY_PERSON",
    simple: { limit: expect.any(Number), period: 60 },
  });
  expect(local.ratelimits?.[0]?.simple.limit).toBeGreaterThan(10_000);
});
