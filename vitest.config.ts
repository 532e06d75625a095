import { availableParallelism } from "node:os";
import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import { LOCAL_ENVIRONMENT } from "./scripts/local-worker.ts";

Object.assign(process.env, LOCAL_ENVIRONMENT);

/** Long enough for a busy machine. */
const TIMEOUTS = { testTimeout: 60_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    // Vitest's default leaves one core idle, which is half of a machine with two.
    maxWorkers: Math.min(availableParallelism(), 4),
    projects: [
      {
        plugins: [
          cloudflareTest({
            wrangler: { configPath: "./gen/wrangler.json" },
            miniflare: {
              bindings: {
                // The settings of Durable Objects. Tests pass all other settings to the worker:
                // test/support/worker/worker.ts.
                KITSU_URL: "https://kitsu.studio.tld",
                // Repeats one random fault run: test/worker/actions/farm/faults.test.ts.
                FAULT_SEED: process.env.FAULT_SEED ?? "",
              },
              // No request leaves the machine. A fetch that a test does not expect fails.
              outboundService: (request: Request) => new Response(`No test expects ${request.url}`, { status: 599 }),
            },
          }),
        ],
        test: {
          ...TIMEOUTS,
          name: "worker",
          // One runtime for all files takes a third of the time. Every test clears the storage and
          // restores what it replaced.
          isolate: false,
          include: ["test/worker/**/*.test.ts", "test/contract.test.ts"],
          setupFiles: ["test/support/worker/setup.ts"],
        },
      },
      {
        test: {
          ...TIMEOUTS,
          name: "tree",
          include: [
            "test/structure.test.ts",
            "test/messages/**/*.test.ts",
            "test/register/**/*.test.ts",
            "test/scripts/**/*.test.ts",
            "test/start/**/*.test.ts",
          ],
        },
      },
      { test: { ...TIMEOUTS, name: "fuzz", include: ["test/fuzz/*.test.ts"], testTimeout: 900_000 } },
    ],
  },
});
