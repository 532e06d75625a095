import { defineConfig } from "vitest/config";

/**
 * npm run test:package: packs the package and its starter, creates a studio in an empty folder, and
 * works there as a TD would. npm downloads the dependencies, so it needs a network.
 */
export default defineConfig({
  test: {
    include: ["test/package/**/*.test.ts"],
    testTimeout: 600_000,
    hookTimeout: 600_000,
    reporters: ["verbose"],
    // Each test continues where the one before it ended.
    bail: 1,
  },
});
