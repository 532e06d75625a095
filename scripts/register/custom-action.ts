// A custom action in Kitsu, and how to tell ours from those that people created.
import { CliError } from "../cli-error.ts";

/** The members that people can set in Kitsu, with Zou's names. */
export type CustomAction = { name: string; url: string; entity_type: string; is_ajax: boolean };

/** A custom action that exists in Kitsu. */
export type Registered = CustomAction & { id: string };

/** The lengths of Kitsu's columns. It refuses longer values without naming the column. */
const MAX_CHARACTERS = { name: 80, url: 400 } as const;

/**
 * The address of a custom action that we created. The "?" at its end marks it as ours: a change of
 * its name does not remove it, the worker ignores it, and nobody types it by hand. If parameters
 * follow, the custom action is somebody else's.
 */
export const ownUrl = (worker: string, actionId: string) => `${plainUrl(worker, actionId)}?`;

/** The address on the worker's home page, which people copy to Kitsu. */
export const plainUrl = (worker: string, actionId: string) => `${worker}/actions/${actionId}`;

/** The action's ID of a custom action that we created; undefined for all others. */
export function ownActionId(worker: string, { url }: CustomAction): string | undefined {
  const prefix = plainUrl(worker, "");
  if (!url.startsWith(prefix)) return undefined;
  return /^([^/?#]+)\?$/.exec(url.slice(prefix.length))?.[1];
}

/** Throws an error that says what to shorten. */
export function checkLengths(action: CustomAction): void {
  for (const member of ["name", "url"] as const) {
    const characters = [...action[member]].length;
    if (characters <= MAX_CHARACTERS[member]) continue;
    throw new CliError(
      `The ${member === "name" ? "name" : "address"} "${action[member]}" has ${characters} characters, but Kitsu allows ${MAX_CHARACTERS[member]}. Nothing was changed.`,
    );
  }
}
