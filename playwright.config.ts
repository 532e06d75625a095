import { defineConfig } from "@playwright/test";
import { chromiumLaunch } from "./scripts/chromium.ts";

/** test/start.spec.ts and its neighbours, which need the whole of it. */
const WHOLE = /[\\/]test[\\/][^\\/]*\.spec\.ts$/;

export default defineConfig({
  testDir: "test",
  // Half of a browser test is waiting for its page.
  workers: 3,
  // A busy machine is no failure, and what hangs is found all the same.
  timeout: 120_000,
  expect: { timeout: 20_000 },
  reporter: "list",
  forbidOnly: process.env.CI !== undefined,
  retries: process.env.CI === undefined ? 0 : 1,
  projects: [
    // In one worker process, and so with one npm start.
    { name: "start", testMatch: WHOLE, workers: 1, fullyParallel: false },
    { name: "parts", testMatch: "**/*.spec.ts", testIgnore: WHOLE, fullyParallel: true },
  ],
  use: { launchOptions: await chromiumLaunch() },
});
