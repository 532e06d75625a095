/**
 * afserver's masks: by default, one of their words must start the name; optionally, a regular
 * expression for all of it.
 */

const words = (mask: string): string[] => mask.split(/[|;,: ]+/).filter((word) => word !== "");

/** @returns whether the name matches; an invalid expression matches nothing */
export function fitsMask(mask: string, isRegex: boolean, name: string): boolean {
  if (!isRegex) return words(mask).some((word) => name.startsWith(word));
  try {
    return new RegExp(`^(?:${mask})$`).test(name);
  } catch {
    return false;
  }
}

/** Needs are never expressions: the text must contain one of the words. */
export const fitsNeed = (need: string, text: string): boolean => words(need).some((word) => text.includes(word));
