/** "shots", "shots and assets", "shots, assets and edits". */
export function sayList(names: readonly string[]): string {
  const [last = ""] = names.slice(-1);
  return names.length < 2 ? last : `${names.slice(0, -1).join(", ")} and ${last}`;
}
