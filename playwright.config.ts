import { defineConfig } from "@playwright/test";
import { chromiumLaunch } from "./scripts/chromium.ts";

/** test/start.spec.ts and its neighbors, which need everything that npm start runs. */
const NEEDS_START = /[\\/]test[\\/][^\\/]*\.spec\.ts$/;

export default defineConfig({
  testDir: "test",
  // A browser test waits half of its time.
  workers: 3,
  // Long enough for a busy machine.
  timeout: 120_000,
  expect: { timeout: 20_000 },
  reporter: "list",
  forbidOnly: process.env.CI !== undefined,
  retries: process.env.CI === undefined ? 0 : 1,
  projects: [
    // One worker process, which shares one npm start.
    { name: "start", testMatch: NEEDS_START, workers: 1, fullyParallel: false },
    { name: "parts", testMatch: "**/*.spec.ts", testIgnore: NEEDS_START, fullyParallel: true },
  ],
  use: { launchOptions: await chromiumLaunch() },
});
