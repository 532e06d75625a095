// The frame range of a shot in Kitsu. A wrong range is reported, not guessed at.
import type { TaskFacts } from "../../launch/template-variables.ts";
import { readNumber } from "../../services/zou-objects.ts";
import { type Frames, parseFrames } from "./frames.ts";

type ShotFacts = Pick<TaskFacts, "frames" | "values">;

/**
 * Returns the frames, or what is wrong with them.
 * @param most the most frames of one shot
 */
export function readFrameRange({ frames, values }: ShotFacts, most: number): Frames | string {
  const [first, last] = ["frame_in", "frame_out"].map((key) => readNumber(values[`entity.data.${key}`]));
  if (first !== undefined && last !== undefined && first > last)
    return `Its frames run backwards in Kitsu, from ${first} to ${last}`;
  for (const one of [first, last])
    if (one !== undefined && !Number.isInteger(one)) return `Kitsu has frame ${one}, which is not a whole frame`;
  if (frames === undefined) return "This shot has no frame range in Kitsu: enter one here, or set it on the shot";
  return parseFrames(frames.first === frames.last ? `${frames.first}` : `${frames.first}-${frames.last}`, most);
}

/** The range that all shots share. Empty if they differ, or if one is wrong. */
export function proposeFrameRange(all: readonly ShotFacts[], most: number): string {
  const ranges = all
    .map((one) => readFrameRange(one, most))
    .map((found) => (typeof found === "string" ? "" : found.text));
  const [range = "", another] = new Set(ranges);
  return another === undefined ? range : "";
}
