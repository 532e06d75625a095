// Names of people's making on their way to a farm: they become parts of paths and commands on machines nobody sits at.
import { refuseName } from "./paths.ts";

/** What means something to a shell, to Blender ("#" is a frame's digit) or to a farm ("{", "@#@"). */
const MEANINGFUL = /['`$#{};&%!]/;

/** Why this can't be part of a path on the farm. */
export function refuseFarmName(name: string): string | undefined {
  const [character] = MEANINGFUL.exec(name) ?? [];
  const shown = name.length > 120 ? `${name.slice(0, 120)}…` : name;
  return (
    refuseName(name) ??
    (character === undefined ? undefined : `has ${character}, which no name may have on the farm: "${shown}"`)
  );
}

/** May this text of a person's go into a setting of a job, which may put it into a command? */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
export const isPlain = (text: string) =>
  !/[\u0022\u0027\u0060$\\{}\u0000-\u001f\u007f-\u009f\u2028\u2029]|@#@/.test(text);
export const NOT_PLAIN = "May have no quotes, $, backticks, braces or backslashes";
