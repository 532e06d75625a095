// Finds mentions that won't notify anyone. Zou only matches "@" plus the full name of a team member
// or department, followed by a space or the end of the comment. It silently ignores "@Ada" and
// "@Ada Roy," (zou/app/services/comments_service.py, 1.0.97).
import { listSome } from "../../format/list.ts";
import { message, type Text } from "../../format/message.ts";
import type { Kitsu } from "../../services/kitsu.ts";

/** An "@" at the start of a word, so not in an e-mail address. */
const MENTION = /(?<![\p{L}\p{N}._%+-])@([\p{L}\p{N}]\S*)/gu;

/** The first word of each mention that matches nobody in these projects. */
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
  const isMatch = (rest: string) => names.some((name) => name !== "" && (rest === name || rest.startsWith(`${name} `)));
  return [
    ...new Set(
      mentions.flatMap(({ 0: mention, index }) =>
        isMatch(text.slice(index + 1)) ? [] : mention.replace(/[^\p{L}\p{N}]+$/u, ""),
      ),
    ),
  ];
}

/** A warning to show before the comment is written; undefined if every mention matches. */
export function describeUnmatchedMentions(mentions: readonly string[]): Text | undefined {
  if (mentions.length === 0) return undefined;
  return message("comment.unmatchedMentions", { count: mentions.length, names: listSome(mentions) });
}
