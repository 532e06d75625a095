import { defineConfig } from "vitest/config";

process.env.CLOUDFLARE_CF_FETCH_ENABLED ??= "false";
process.env.WRANGLER_SEND_METRICS ??= "false";

/** npm run test:zou: against a real Zou, which needs Python, PostgreSQL and Redis, so it is not part of npm test. */
export default defineConfig({ test: { include: ["test/zou/**/*.test.ts"], testTimeout: 60_000, hookTimeout: 300_000 } });
