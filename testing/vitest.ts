// The entry `kitsu-actions/vitest`: the configuration of Vitest for tests of actions. They run in
// workerd, the runtime of Cloudflare Workers, without a network.
import { existsSync } from "node:fs";
import { extname, join, resolve } from "node:path";
import { cloudflareTest } from "@cloudflare/vitest-plugin";
import type { UserWorkspaceConfig } from "vitest/config";
import { LOCAL_ENVIRONMENT } from "../scripts/local-environment.ts";

/** Long enough for a busy machine. */
export const TIMEOUTS = { testTimeout: 60_000, hookTimeout: 60_000 };

export type KitsuActionsOptions = {
  /** the test files; all `*.test.ts` in `test/` if absent */
  include?: string[];
  /** how the worker runs on this machine, written by `kitsu-actions build` */
  configPath?: string;
  /** more variables of the test's runtime */
  bindings?: Readonly<Record<string, string>>;
};

/** The file beside this one, in TypeScript here and in JavaScript in the package. */
const setupFile = join(import.meta.dirname, `setup${extname(import.meta.filename)}`);

/**
 * The configuration of a studio's `vitest.config.ts`, or of one of its projects:
 *
 * ```ts
 * import { kitsuActions } from "kitsu-actions/vitest";
 *
 * export default kitsuActions();
 * ```
 */
export function kitsuActions({
  include = ["test/**/*.test.ts"],
  configPath = "./gen/wrangler.json",
  bindings = {},
}: KitsuActionsOptions = {}): UserWorkspaceConfig {
  // Vitest itself, as an editor starts it, builds nothing.
  if (!existsSync(resolve(configPath)))
    throw new Error(`${resolve(configPath)} is missing. Run "npm run build" first.`);
  Object.assign(process.env, LOCAL_ENVIRONMENT);
  return {
    plugins: [
      cloudflareTest({
        wrangler: { configPath },
        miniflare: {
          // For Durable Objects that a test calls itself. Those of a call get its settings.
          bindings: { KITSU_URL: "https://kitsu.studio.example", ...bindings },
          // No request leaves the machine.
          outboundService: ({ url }: Request) =>
            new Response(
              `No test expects ${url}: open Kitsu with openKitsu(), and answer other servers with respond().`,
              {
                status: 599,
              },
            ),
        },
      }),
    ],
    test: {
      ...TIMEOUTS,
      name: "worker",
      // One runtime for all files takes a third of the time.
      isolate: false,
      include,
      setupFiles: [setupFile],
      // The worker and the tests share one instance of it.
      server: { deps: { inline: ["kitsu-actions"] } },
    },
  };
}
