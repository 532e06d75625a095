import { availableParallelism } from "node:os";
import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import { LOCAL_ENVIRONMENT } from "./scripts/local-worker.ts";

Object.assign(process.env, LOCAL_ENVIRONMENT);

/** A busy machine is no failure, and what hangs is found all the same. */
const PATIENT = { testTimeout: 60_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    // Vitest leaves one core to others, which on a machine with two is half of them.
    maxWorkers: Math.min(availableParallelism(), 4),
    projects: [
      {
        plugins: [
          cloudflareTest({
            wrangler: { configPath: "./gen/wrangler.json" },
            miniflare: {
              bindings: {
                // What Durable Objects read of the settings. A test gives the worker all others itself: test/support/worker/worker.ts.
                KITSU_URL: "https://kitsu.studio.tld",
                // Runs one of the randomised fault runs again: test/worker/actions/farm/faults.test.ts.
                FAULT_SEED: process.env.FAULT_SEED ?? "",
              },
              // A fetch that a test did not expect fails it, instead of leaving the machine.
              outboundService: (request: Request) => new Response(`No test expects ${request.url}`, { status: 599 }),
            },
          }),
        ],
        test: {
          ...PATIENT,
          name: "worker",
          // One runtime for all files, a third of the time: every test empties the storage and takes back what it replaced.
          isolate: false,
          include: ["test/worker/**/*.test.ts", "test/contract.test.ts"],
          setupFiles: ["test/support/worker/setup.ts"],
        },
      },
      {
        test: {
          ...PATIENT,
          name: "tree",
          include: ["test/structure.test.ts", "test/register/**/*.test.ts", "test/start/**/*.test.ts"],
        },
      },
      { test: { ...PATIENT, name: "fuzz", include: ["test/fuzz/*.test.ts"], testTimeout: 900_000 } },
    ],
  },
});
