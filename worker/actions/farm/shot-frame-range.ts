// The frames of a shot as Kitsu has them. What is wrong there is said, and not guessed at.
import type { TaskFacts } from "../../launch/template-variables.ts";
import { readNumber } from "../../services/zou-objects.ts";
import { type Frames, parseFrames } from "./frames.ts";

type Known = Pick<TaskFacts, "frames" | "values">;

/**
 * The frames, or what is wrong with them.
 * @param most how many of a shot may be rendered
 */
export function findOwnFrames({ frames, values }: Known, most: number): Frames | string {
  const [first, last] = ["frame_in", "frame_out"].map((key) => readNumber(values[`entity.data.${key}`]));
  if (first !== undefined && last !== undefined && first > last)
    return `Its frames run backwards in Kitsu, from ${first} to ${last}`;
  for (const one of [first, last])
    if (one !== undefined && !Number.isInteger(one)) return `Kitsu says frame ${one}, which is no whole frame`;
  if (frames === undefined) return "This shot has no frame range in Kitsu: enter one here, or set it on the shot";
  return parseFrames(frames.first === frames.last ? `${frames.first}` : `${frames.first}-${frames.last}`, most);
}

/** What all of them have, to be proposed; nothing where each has its own, or one has something wrong. */
export function proposeFrames(all: readonly Known[], most: number): string {
  const ranges = all
    .map((one) => findOwnFrames(one, most))
    .map((found) => (typeof found === "string" ? "" : found.text));
  const [range = "", another] = new Set(ranges);
  return another === undefined ? range : "";
}
