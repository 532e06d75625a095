// kitsu-actions build: checks a studio's actions and wrangler.toml, and writes what its worker
// imports and how it runs on this machine.
import { access, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { toVariable } from "../action-id.ts";
import { CliError } from "../cli-error.ts";
import { writeLocalConfig } from "../local-config.ts";
import { PACKAGE_FOLDER } from "../package-folder.ts";
import { readWranglerConfig } from "../wrangler-config.ts";
import type { ActionFile } from "./action-files.ts";
import { checkActions } from "./check-actions.ts";
import { findConfigProblems, findMissingVariables } from "./find-config-problems.ts";
import { findSettingProblems } from "./find-setting-problems.ts";

/** Throws a CliError with all problems. */
export async function build(folder: string): Promise<void> {
  const config = await readWranglerConfig(folder);
  const { actions, problems } = await checkActions(folder, config);
  const all = [...(await checkConfig(folder, config)), ...findSettingProblems(config), ...problems];
  if (all.length > 0) throw new CliError(all.join("\n"));
  for (const sentence of findMissingVariables(config)) console.warn(sentence);
  await writeLocalConfig(config, folder);
  await writeActions(folder, actions);
}

const Main = v.object({ main: v.string() });

/** A sentence for each thing that wrangler.toml lacks. */
export async function checkConfig(folder: string, config: unknown): Promise<string[]> {
  const problems = findConfigProblems(config, await readWranglerConfig(PACKAGE_FOLDER));
  if (problems.length > 0) return problems;
  const { main } = v.parse(Main, config);
  return access(join(folder, main)).then(
    () => [],
    () => [`wrangler.toml: main is "${main}", and there is no such file. The starter's is "worker.ts".`],
  );
}

/** Writes gen/actions.ts, if it would change: whoever watches it builds the worker again. */
export async function writeActions(folder: string, actions: readonly ActionFile[]): Promise<void> {
  const path = join(folder, "gen", "actions.ts");
  const source = renderActions(actions);
  if ((await readFile(path, "utf8").catch(() => undefined)) === source) return;
  await mkdir(join(folder, "gen"), { recursive: true });
  await writeFile(path, source);
}

function renderActions(actions: readonly ActionFile[]): string {
  // With a suffix, because "delete" is a good name for an action, and no name of a variable.
  const named = actions.map(({ file, id }) => ({ file, name: `${toVariable(id)}Action` }));
  return [
    "// Made by kitsu-actions build, from the files in actions/.",
    'import type { Action } from "kitsu-actions";',
    ...named.map(({ file, name }) => `import ${name} from "../${file}";`),
    "",
    `export const actions: readonly Action[] = [${named.map(({ name }) => name).join(", ")}];`,
    "",
  ].join("\n");
}
