/** Positive if the first version is later. Compares number by number, as userscript managers do. */
export function compareVersions(one: string, other: string): number {
  const [numbers, others] = [one.split(".").map(Number), other.split(".").map(Number)];
  const at = numbers.concat(others).findIndex((_, index) => (numbers[index] ?? 0) !== (others[index] ?? 0));
  return (numbers[at] ?? 0) - (others[at] ?? 0);
}
