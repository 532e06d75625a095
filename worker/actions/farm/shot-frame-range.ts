// The frame range of a shot in Kitsu. A wrong range is reported, not guessed at.
import { type Message, message } from "../../format/message.ts";
import type { TaskInfo } from "../../launch/template-variables.ts";
import { readNumber } from "../../services/zou-objects.ts";
import { type Frames, parseFrames } from "./frames.ts";

type ShotFacts = Pick<TaskInfo, "frames" | "values">;

/**
 * Returns the frames, or what is wrong with them: a sentence without its period.
 * @param most the most frames of one shot
 */
export function readFrameRange({ frames, values }: ShotFacts, most: number): Frames | { problem: Message } {
  const [first, last] = ["frame_in", "frame_out"].map((key) => readNumber(values[`entity.data.${key}`]));
  if (first !== undefined && last !== undefined && first > last)
    return { problem: message("render.backwardsInKitsu", { first: String(first), last: String(last) }) };
  for (const one of [first, last])
    if (one !== undefined && !Number.isInteger(one))
      return { problem: message("render.notWholeInKitsu", { frame: String(one) }) };
  if (frames === undefined) return { problem: message("render.noRangeInKitsu") };
  return parseFrames(frames.first === frames.last ? `${frames.first}` : `${frames.first}-${frames.last}`, most);
}

/** The range that all shots share. Empty if they differ, or if one is wrong. */
export function proposeFrameRange(all: readonly ShotFacts[], most: number): string {
  const ranges = all.map((one) => readFrameRange(one, most)).map((found) => ("problem" in found ? "" : found.text));
  const [range = "", another] = new Set(ranges);
  return another === undefined ? range : "";
}
