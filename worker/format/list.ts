/** "shots", "shots and assets", "shots, assets and edits"; or with another word before the last. */
export function formatList(names: readonly string[], joint: "and" | "or" = "and"): string {
  const [last = ""] = names.slice(-1);
  return names.length < 2 ? last : `${names.slice(0, -1).join(", ")} ${joint} ${last}`;
}

/** How many are named before the rest is counted. */
const NAMED_MAX = 3;

/** "SH010, SH020, SH030 and 9 more" out of the names of all of them, or of the first of so many. */
export function nameSome(names: readonly string[], count = names.length): string {
  if (count <= NAMED_MAX + 1 && names.length === count) return formatList(names);
  return `${names.slice(0, NAMED_MAX).join(", ")} and ${(count - NAMED_MAX).toLocaleString("en")} more`;
}

export const countTasks = (count: number) => (count === 1 ? "1 task" : `${count.toLocaleString("en")} tasks`);
