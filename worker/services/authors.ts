// In whose name the bot writes: in the person's, where Zou takes that from it.
import { readOwnRoles } from "./team.ts";
import type { Zou } from "./zou.ts";

/** By project: the person who is said to have written it; nobody where Zou would say it was the bot. */
export type Authors = ReadonlyMap<string, string | undefined>;

/** Zou takes a name from managers alone, and without a word leaves out those of others. */
export async function readBotAuthors(
  zou: Zou,
  personId: string | undefined,
  projectIds: readonly string[],
): Promise<Authors> {
  const roles = await readOwnRoles(zou, projectIds);
  return new Map([...roles].map(([id, role]) => [id, role === "admin" || role === "manager" ? personId : undefined]));
}

/** What the bot has to write in its own name says for whom. Zou notifies who is named at the end of a comment, or before a blank. */
export function signText(text: string, name: string): string {
  if (name === "") return text;
  return `${text}${/@[^\n]*$/.test(text) ? " " : ""}\n\n(${name})`.trimStart();
}
