import { defineConfig } from "vitest/config";
import { ZOU_VERSIONS } from "./test/zou/versions.ts";

process.env.CLOUDFLARE_CF_FETCH_ENABLED ??= "false";
process.env.WRANGLER_SEND_METRICS ??= "false";

const TIMEOUTS = { testTimeout: 180_000, hookTimeout: 900_000 };

/**
 * npm run test:zou: tests against real Zou servers, which need Python, PostgreSQL and Redis. They
 * run one after the other, because each needs all of a small machine.
 */
export default defineConfig({
  test: {
    projects: [
      { test: { ...TIMEOUTS, name: "playground", include: ["test/zou/playground.test.ts"] } },
      ...ZOU_VERSIONS.map((version, index) => ({
        test: {
          ...TIMEOUTS,
          name: `Zou ${version}`,
          include: ["test/zou/contract.test.ts"],
          env: { ZOU_VERSION: version },
          sequence: { groupOrder: index + 1 },
        },
      })),
    ],
  },
});
