import { defineConfig } from "vitest/config";
import { ZOU_VERSIONS } from "./test/zou/versions.ts";

process.env.CLOUDFLARE_CF_FETCH_ENABLED ??= "false";
process.env.WRANGLER_SEND_METRICS ??= "false";

const PATIENT = { testTimeout: 180_000, hookTimeout: 900_000 };

/**
 * npm run test:zou: against real Zous, which need Python, PostgreSQL and Redis, so it is not part of npm test. One after the other: each takes all
 * that a small machine has.
 */
export default defineConfig({
  test: {
    projects: [
      { test: { ...PATIENT, name: "playground", include: ["test/zou/playground.test.ts"] } },
      ...ZOU_VERSIONS.map((version, index) => ({
        test: {
          ...PATIENT,
          name: `Zou ${version}`,
          include: ["test/zou/contract.test.ts"],
          env: { ZOU_VERSION: version },
          sequence: { groupOrder: index + 1 },
        },
      })),
    ],
  },
});
