/**
 * A UUID that looks random but depends only on the name, so that ids in yesterday's logs and
 * screenshots still match. Not a cryptographic hash.
 */
export function idOf(name: string): string {
  const random = randomOf(name);
  const hex = Array.from({ length: 4 }, () => random().toString(16).padStart(8, "0")).join("");
  const variant = "89ab"[Number.parseInt(hex.slice(16, 17), 16) % 4];
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20),
  ].join("-");
}

/** Numbers below `limit` that depend on the name alone. */
export function pickOf(name: string, limit: number): number {
  return randomOf(name)() % limit;
}

/** FNV-1a for the seed, then splitmix32. */
function randomOf(name: string): () => number {
  let state = 0x811c9dc5;
  for (const character of name) state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
}
