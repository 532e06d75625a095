import { defineConfig } from "vitest/config";

/** npm run test:afanasy: against the studio's afserver where AFSERVER_URL or AFANASY_RELAY_URL names it, else against the playground's. */
export default defineConfig({
  test: { include: ["test/afanasy/**/*.test.ts"], testTimeout: 240_000, hookTimeout: 30_000, fileParallelism: false },
});
