// kitsu-actions test:flamenco, test:afanasy: what the worker relies on, held against the farm that
// the environment names, else against the playground's.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { startVitest } from "vitest/node";
import { PACKAGE_FOLDER } from "../package-folder.ts";

const FARMS = {
  flamenco: { source: "test/flamenco/rules.test.ts", testTimeout: 300_000 },
  afanasy: { source: "test/afanasy/conformance.test.ts", testTimeout: 240_000 },
} as const;

/** @returns the exit code */
export async function testFarm(name: keyof typeof FARMS): Promise<number> {
  const { source, testTimeout } = FARMS[name];
  // The published package has each as one bundle.
  const file = existsSync(join(PACKAGE_FOLDER, source)) ? source : `dist/tests/${name}.test.js`;
  await startVitest("test", [], {
    config: false,
    root: PACKAGE_FOLDER,
    run: true,
    watch: false,
    include: [file],
    // A studio's copy is inside of node_modules, which Vitest leaves out.
    exclude: [],
    testTimeout,
    hookTimeout: 60_000,
    reporters: ["verbose"],
  });
  return Number(process.exitCode ?? 0);
}
