// kitsu-actions dev: the playground with a studio's own actions, rebuilt on change.
import { watch } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CliError } from "../cli-error.ts";
import { writeLocalConfig } from "../local-config.ts";
import { openServers } from "../start/servers.ts";
import { closeOnStop, runUntilStopped } from "../start/stop.ts";
import { readWranglerConfig } from "../wrangler-config.ts";
import { ACTIONS_FOLDER } from "./action-files.ts";
import { checkConfig, writeActions } from "./build.ts";
import { checkActions } from "./check-actions.ts";
import { readOwnVariables } from "./own-variables.ts";

export const dev = (folder: string) => runUntilStopped(() => open(folder));

async function open(folder: string): Promise<void> {
  const config = await readWranglerConfig(folder);
  const problems = await checkConfig(folder, config);
  if (problems.length > 0) throw new CliError(problems.join("\n"));
  const variables = await readOwnVariables(folder, config);
  await openServers({
    repository: folder,
    variables,
    async rebuild() {
      await writeLocalConfig(config, folder);
      await rebuildActions(folder, config);
      await watchActions(folder, config);
    },
  });
}

/** Leaves out the actions that have a problem, and says why: the others go on working. */
async function rebuildActions(folder: string, config: unknown): Promise<void> {
  const { actions, problems } = await checkActions(folder, config);
  await writeActions(folder, actions);
  if (problems.length > 0)
    console.error(`\n  Not in the playground until it is corrected:\n\n  ${problems.join("\n  ")}\n`);
}

const SETTLE_MS = 100;

/** Wrangler itself watches what is imported. This notices new files, and what is wrong with any. */
async function watchActions(folder: string, config: unknown): Promise<void> {
  let hasChanged = false;
  let isBusy = false;
  const watcher = watch(join(folder, ACTIONS_FOLDER), { recursive: true }, () => {
    hasChanged = true;
    void rebuild();
  });
  closeOnStop(async () => watcher.close());

  async function rebuild(): Promise<void> {
    if (isBusy) return;
    isBusy = true;
    while (hasChanged) {
      // Editors write a file in several steps.
      await sleep(SETTLE_MS);
      hasChanged = false;
      await rebuildActions(folder, config).catch((error: unknown) =>
        console.error(error instanceof CliError ? `\n  ${error.message}\n` : error),
      );
    }
    isBusy = false;
  }
}
