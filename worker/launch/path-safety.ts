// Checks names before they are sent to a farm, where they become parts of paths and commands.
import { message, type Text } from "../format/message.ts";
import { refuseName } from "./paths.ts";

/**
 * Characters with a meaning for a shell, for Blender ("#" is a digit of a frame) or for a farm
 * ("{", "@#@").
 */
const SPECIAL = /['`$#{};&%!]/;

/**
 * Why this name can't be part of a path on the farm.
 * @param variable where the name comes from, "{entity}"
 */
export function refuseFarmName(name: string, variable: string): Text | undefined {
  const [character] = SPECIAL.exec(name) ?? [];
  const shown = name.length > 120 ? `${name.slice(0, 120)}…` : name;
  return (
    refuseName(name, variable) ??
    (character && message("launch.farmNameHasCharacter", { variable, character, name: shown }))
  );
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern is meant to match them
const UNSAFE = /[\u0022\u0027\u0060$\\{}\u0000-\u001f\u007f-\u009f\u2028\u2029]|@#@/;

/** Is this text safe in a setting of a job? The job may put it into a command. */
export const isPlain = (text: string) => !UNSAFE.test(text);
/** For a form: the key of the text. */
export const NOT_PLAIN = "launch.notPlain";
