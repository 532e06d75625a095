/** Above 0 where the first is later: number by number, as userscript managers do it. */
export function compareVersions(one: string, other: string): number {
  const [numbers, others] = [one.split(".").map(Number), other.split(".").map(Number)];
  const at = numbers.concat(others).findIndex((_, index) => (numbers[index] ?? 0) !== (others[index] ?? 0));
  return (numbers[at] ?? 0) - (others[at] ?? 0);
}
