import { defineConfig } from "vitest/config";

/**
 * npm run test:afanasy: tests against the afserver that AFSERVER_URL or AFANASY_RELAY_URL names,
 * else against the playground's.
 */
export default defineConfig({
  test: { include: ["test/afanasy/**/*.test.ts"], testTimeout: 240_000, hookTimeout: 30_000, fileParallelism: false },
});
