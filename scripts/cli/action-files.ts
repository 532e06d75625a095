// The files of a studio's own actions: actions/*.ts. Tests and folders beside them are not actions.
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { CliError } from "../cli-error.ts";

/** A file of an action, such as `actions/make-movie.ts`, which declares the action `make-movie`. */
export type ActionFile = { file: string; id: string };

export const ACTIONS_FOLDER = "actions";

/** @param folder the studio's repository */
export async function listActionFiles(folder: string): Promise<ActionFile[]> {
  const entries = await readdir(join(folder, ACTIONS_FOLDER), { withFileTypes: true }).catch((cause: unknown) => {
    throw new CliError(
      `There is no folder ${ACTIONS_FOLDER} in ${folder}. Run "npm run new make-movie", which writes an action there.`,
      { cause },
    );
  });
  return entries
    .filter((entry) => entry.isFile() && /\.ts$/.test(entry.name) && !/\.(test|d)\.ts$/.test(entry.name))
    .map(({ name }) => ({ file: `${ACTIONS_FOLDER}/${name}`, id: name.slice(0, -".ts".length) }))
    .sort((one, other) => (one.id < other.id ? -1 : 1));
}
