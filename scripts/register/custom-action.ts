// Kitsu's custom action, and how ours are told from those that people made.
import { Trouble } from "./trouble.ts";

/** What people set in Kitsu, by its names there. */
export type CustomAction = { name: string; url: string; entity_type: string; is_ajax: boolean };

/** One that is in Kitsu. */
export type Registered = CustomAction & { id: string };

/** Kitsu's columns, in characters: it refuses longer ones without saying which. */
const MOST = { name: 80, url: 400 } as const;

/**
 * The address of a custom action of ours. The "?" at its end is the mark: it survives any change of name, no action sees it, and nobody
 * types it by hand. Whatever comes after it would be parameters, and such an action somebody's own.
 */
export const ownUrl = (worker: string, actionId: string) => `${plainUrl(worker, actionId)}?`;

/** The address on the worker's home page, which people copy into Kitsu. */
export const plainUrl = (worker: string, actionId: string) => `${worker}/actions/${actionId}`;

/** The id of the action that a custom action of ours is for; undefined for those of others. */
export function ownActionId(worker: string, { url }: CustomAction): string | undefined {
  const beginning = plainUrl(worker, "");
  if (!url.startsWith(beginning)) return undefined;
  return /^([^/?#]+)\?$/.exec(url.slice(beginning.length))?.[1];
}

/** Throws what to shorten. */
export function checkLengths(action: CustomAction): void {
  for (const member of ["name", "url"] as const) {
    const characters = [...action[member]].length;
    if (characters <= MOST[member]) continue;
    throw new Trouble(
      `The ${member === "name" ? "name" : "address"} "${action[member]}" has ${characters} characters, and Kitsu takes ${MOST[member]}. Nothing was changed.`,
    );
  }
}
