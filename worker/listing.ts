/** "shots", "shots and assets", "shots, assets and edits"; or with another word before the last. */
export function sayList(names: readonly string[], joint: "and" | "or" = "and"): string {
  const [last = ""] = names.slice(-1);
  return names.length < 2 ? last : `${names.slice(0, -1).join(", ")} ${joint} ${last}`;
}
