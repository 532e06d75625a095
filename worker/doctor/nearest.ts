// What was probably meant by a name that does not exist.

/** The most similar name; undefined if none is similar. */
export function findNearest(name: string, known: readonly string[]): string | undefined {
  const [nearest] = known
    .map((one) => ({ one, distance: countEdits(name.toLowerCase(), one.toLowerCase()) }))
    .filter(({ one, distance }) => distance <= Math.max(1, Math.min(3, Math.floor(one.length / 4))))
    .toSorted((a, b) => a.distance - b.distance);
  // A name that is cut off, such as ACCESS_AUD.
  return nearest?.one ?? (name.length > 5 ? known.find((one) => one.startsWith(name)) : undefined);
}

export const suggest = (nearest: string | undefined) => (nearest === undefined ? "" : ` Did you mean ${nearest}?`);

/** The Levenshtein distance. */
function countEdits(one: string, other: string): number {
  if (Math.abs(one.length - other.length) > 3) return Number.POSITIVE_INFINITY;
  let above = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let row = 1; row <= one.length; row += 1) {
    const line = [row];
    for (let at = 1; at <= other.length; at += 1) {
      const replaced = (above[at - 1] ?? 0) + (one[row - 1] === other[at - 1] ? 0 : 1);
      line.push(Math.min(replaced, (above[at] ?? 0) + 1, (line[at - 1] ?? 0) + 1));
    }
    above = line;
  }
  return above.at(-1) ?? 0;
}
