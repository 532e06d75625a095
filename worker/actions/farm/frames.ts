// Frame ranges as people and farms write them: "101-148", "1-10,20,30-40", "47".
import { type Message, message } from "../../format/message.ts";

/** The text is sent like this, without spaces. */
export type Frames = { text: string; count: number };

/** Farms count frames in 32 bits. A larger number is a typing error. */
const FRAME_MAX = 10_000_000;
/** A longer text is a file pasted by mistake. */
const TEXT_MAX_CHARS = 500;

/**
 * Returns the frames, or what is wrong with them: a sentence without its period.
 * @param most the most frames of one shot
 */
export function parseFrames(written: string, most: number): Frames | { problem: Message } {
  const text = written.replace(/\s+/g, "");
  if (text === "") return { problem: message("render.enterFrames") };
  if (text.length > TEXT_MAX_CHARS) return { problem: message("render.framesTooLong", { most: TEXT_MAX_CHARS }) };
  const ranges: [first: number, last: number][] = [];
  for (const part of text.split(",")) {
    const [, from, to = from] = /^(-?\d+)(?:-(-?\d+))?$/.exec(part) ?? [];
    if (from === undefined) return { problem: explainPart(part) };
    const [first, last] = [Number(from), Number(to)];
    const range = clip(part);
    if (Math.max(Math.abs(first), Math.abs(last)) > FRAME_MAX)
      return { problem: message("render.framesOutOfRange", { range }) };
    if (first < 0) return { problem: message("render.framesNegative", { range }) };
    if (last < first) return { problem: message("render.framesBackwards", { range, better: `${last}-${first}` }) };
    ranges.push([first, last]);
  }
  const sorted = ranges.toSorted(([a], [b]) => a - b);
  const twice = sorted.find(([first], index) => first <= (sorted[index - 1]?.[1] ?? -1));
  if (twice !== undefined) return { problem: message("render.framesTwice", { frame: String(twice[0]) }) };
  const count = ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0);
  if (count > most) return { problem: message("render.tooManyFrames", { count, most }) };
  return { text, count };
}

function explainPart(part: string): Message {
  if (part === "") return message("render.extraComma");
  if (/\d[.]\d/.test(part)) return message("render.notWholeFrame", { frame: clip(part) });
  return message("render.notFrames", { text: clip(part) });
}

const clip = (text: string) => (text.length > 40 ? `${text.slice(0, 40)}…` : text);
