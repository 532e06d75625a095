// Who the author of the bot's comments is: the person, if Zou lets the bot name them.
import type { Kitsu } from "./kitsu.ts";
import { findRoles, type ReadTeam } from "./team.ts";

/** By project id: the person who can be named as the author; undefined if it will be the bot. */
type Authors = ReadonlyMap<string, string | undefined>;

/** Zou lets only managers name another author, and silently ignores the name otherwise. */
export async function readBotAuthors(
  { readAccount }: Pick<Kitsu, "readAccount">,
  personId: string | undefined,
  projectIds: readonly string[],
  readTeam: ReadTeam,
): Promise<Authors> {
  const roles = await findRoles(await readAccount(), projectIds, readTeam);
  return new Map([...roles].map(([id, role]) => [id, role === "admin" || role === "manager" ? personId : undefined]));
}

/**
 * Adds the person's name to a comment of which the bot is the author. Zou notifies a person who is
 * mentioned at the end of a comment or before a space, so a mention at the end gets a space.
 */
export function appendName(text: string, name: string): string {
  if (name === "") return text;
  return `${text}${/@[^\n]*$/.test(text) ? " " : ""}\n\n(${name})`.trimStart();
}
