import { defineConfig } from "vitest/config";

/** npm run test:flamenco: against the Flamenco that FLAMENCO_URL names, or the playground's. docs/flamenco.md says what it does there. */
export default defineConfig({
  test: { include: ["test/flamenco/**/*.test.ts"], testTimeout: 300_000, hookTimeout: 60_000, reporters: ["verbose"] },
});
