import { defineConfig } from "vitest/config";

/**
 * npm run test:flamenco: tests against the Flamenco that FLAMENCO_URL names, else against the
 * playground's. docs/flamenco.md describes what the tests do there.
 */
export default defineConfig({
  test: { include: ["test/flamenco/**/*.test.ts"], testTimeout: 300_000, hookTimeout: 60_000, reporters: ["verbose"] },
});
