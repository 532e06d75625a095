import { availableParallelism } from "node:os";
import { join } from "node:path";
import { defineConfig, mergeConfig } from "vitest/config";
import { kitsuActions, TIMEOUTS } from "./testing/vitest.ts";

/** The package's entries, as their sources. */
const PACKAGE = [
  { find: /^kitsu-actions$/, replacement: join(import.meta.dirname, "worker/index.ts") },
  { find: /^kitsu-actions\/testing$/, replacement: join(import.meta.dirname, "testing/index.ts") },
];

/** Of what `kitsu-actions serve` runs in workerd. */
const IN_SERVICE = "test/scripts/cli/serve/workers";

/** As a studio configures its tests, with what ours need in addition. */
const worker = mergeConfig(
  kitsuActions({
    include: [
      "test/worker/**/*.test.ts",
      "test/testing/**/*.test.ts",
      "test/contract.test.ts",
      `${IN_SERVICE}/*.test.ts`,
    ],
    bindings: {
      KITSU_URL: "https://kitsu.studio.tld",
      // Repeats one random fault run: test/worker/actions/farm/faults.test.ts.
      FAULT_SEED: process.env.FAULT_SEED ?? "",
    },
  }),
  { test: { setupFiles: ["test/support/worker/setup.ts"] } },
);

/** The snippets of docs/writing-actions.md, as files of a studio. */
const guide = mergeConfig(
  kitsuActions({ include: ["gen/guide/test/*.test.ts"], configPath: "./gen/guide/wrangler.json" }),
  { resolve: { alias: PACKAGE }, test: { name: "guide" } },
);

export default defineConfig({
  test: {
    // Vitest's default leaves one core idle, which is half of a machine with two.
    maxWorkers: Math.min(availableParallelism(), 4),
    projects: [
      worker,
      guide,
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
          exclude: [`${IN_SERVICE}/**`],
        },
      },
      { test: { ...TIMEOUTS, name: "fuzz", include: ["test/fuzz/*.test.ts"], testTimeout: 900_000 } },
    ],
  },
});
