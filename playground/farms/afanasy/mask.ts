/** Masks of afserver's: by default words of which one begins the name, on demand a regular expression for all of it. */

const words = (mask: string): string[] => mask.split(/[|;,: ]+/).filter((word) => word !== "");

/** @returns whether the name fits; an expression that is none fits nothing */
export function fitsMask(mask: string, isRegex: boolean, name: string): boolean {
  if (!isRegex) return words(mask).some((word) => name.startsWith(word));
  try {
    return new RegExp(`^(?:${mask})$`).test(name);
  } catch {
    return false;
  }
}

/** Needs are never expressions: one of the words must be in the text somewhere. */
export const fitsNeed = (need: string, text: string): boolean => words(need).some((word) => text.includes(word));
