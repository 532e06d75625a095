// Whom a comment notifies by name. Zou looks for "@" and the whole name of somebody in the project's team, or of a department, with a blank or the
// comment's end behind it (zou/app/services/comments_service.py, 1.0.97): "@Ada" for Ada Roy, or "@Ada Roy," notifies nobody, and nobody says so.
import type { Kitsu } from "../../services/kitsu.ts";

/** An "@" at the beginning of a word, and not within an e-mail address. */
const MENTION = /(?<![\p{L}\p{N}._%+-])@([\p{L}\p{N}]\S*)/gu;

/** The mentions in this text that notify nobody in any of these projects, by their first word. */
export async function findUnmatchedMentions(
  text: string,
  kitsu: Kitsu,
  projectIds: readonly string[],
): Promise<string[]> {
  const mentions = [...text.matchAll(MENTION)];
  if (mentions.length === 0) return [];
  const { projects, persons, departments } = kitsu.tables;
  const [known, people, groups] = await Promise.all([projects(), persons(), departments()]);
  const team = projectIds.flatMap((id) => known.get(id)?.team ?? []);
  const names = [...team.map((id) => people.get(id)), ...groups.values()].flatMap((one) =>
    one === undefined ? [] : "full_name" in one ? one.full_name : one.name,
  );
  const isHeard = (behind: string) =>
    names.some((name) => name !== "" && (behind === name || behind.startsWith(`${name} `)));
  return [
    ...new Set(
      mentions.flatMap(({ 0: mention, index }) =>
        isHeard(text.slice(index + 1)) ? [] : mention.replace(/[^\p{L}\p{N}]+$/u, ""),
      ),
    ),
  ];
}

/** What to say of them before the comment is written; nothing where all are heard. */
export function describeUnmatchedMentions(mentions: readonly string[]): string | undefined {
  if (mentions.length === 0) return undefined;
  const who = mentions.slice(0, 3).join(", ");
  const rest = mentions.length > 3 ? ` and ${mentions.length - 3} more` : "";
  return `${who}${rest} will notify nobody. Kitsu knows only full names, of people in the team and of departments, with a space behind them.`;
}
