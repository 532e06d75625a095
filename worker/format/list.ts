/** "shots", "shots and assets", "shots, assets and edits". */
export function formatList(names: readonly string[], conjunction: "and" | "or" = "and"): string {
  const [last = ""] = names.slice(-1);
  return names.length < 2 ? last : `${names.slice(0, -1).join(", ")} ${conjunction} ${last}`;
}

const NAMED_MAX = 3;

/**
 * "SH010, SH020, SH030 and 9 more".
 * @param names all of them, or only the first ones
 * @param count of all of them
 */
export function nameSome(names: readonly string[], count = names.length): string {
  if (count <= NAMED_MAX + 1 && names.length === count) return formatList(names);
  return `${names.slice(0, NAMED_MAX).join(", ")} and ${(count - NAMED_MAX).toLocaleString("en")} more`;
}
