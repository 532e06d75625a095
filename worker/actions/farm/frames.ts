// Frame ranges as people and farms write them: "101-148", "1-10,20,30-40", "47".

/** The text is sent like this, without spaces. */
export type Frames = { text: string; count: number };

/** Farms count frames in 32 bits. A larger number is a typing error. */
const FRAME_MAX = 10_000_000;
/** A longer text is a file pasted by mistake. */
const TEXT_MAX_CHARS = 500;

/**
 * Returns the frames, or what is wrong with them.
 * @param most the most frames of one shot
 */
export function parseFrames(written: string, most: number): Frames | string {
  const text = written.replace(/\s+/g, "");
  if (text === "") return "Enter frames, for example 101-148";
  if (text.length > TEXT_MAX_CHARS) return `Must have at most ${TEXT_MAX_CHARS} characters`;
  const ranges: [first: number, last: number][] = [];
  for (const part of text.split(",")) {
    const [, from, to = from] = /^(-?\d+)(?:-(-?\d+))?$/.exec(part) ?? [];
    if (from === undefined) return explainPart(part);
    const [first, last] = [Number(from), Number(to)];
    if (Math.max(Math.abs(first), Math.abs(last)) > FRAME_MAX) return `${clip(part)} is out of range`;
    if (first < 0) return `${clip(part)} starts before frame 0: farms would read the minus sign as an option`;
    if (last < first) return `${clip(part)} runs backwards: write ${last}-${first}`;
    ranges.push([first, last]);
  }
  const sorted = ranges.toSorted(([a], [b]) => a - b);
  const twice = sorted.find(([first], index) => first <= (sorted[index - 1]?.[1] ?? -1));
  if (twice !== undefined) return `Frame ${twice[0]} is listed twice`;
  const count = ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0);
  if (count > most)
    return `${count.toLocaleString("en")} frames are more than the limit of ${most.toLocaleString("en")} per shot`;
  return { text, count };
}

function explainPart(part: string): string {
  if (part === "") return "Remove the extra comma";
  if (/\d[.]\d/.test(part)) return `${clip(part)} is not a whole frame`;
  return `"${clip(part)}" is neither a frame nor a range: write 101-148, or 1-10,20,30-40`;
}

const clip = (text: string) => (text.length > 40 ? `${text.slice(0, 40)}…` : text);
