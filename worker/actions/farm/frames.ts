// Which frames are to be rendered, as people and farms write it: "101-148", "1-10,20,30-40", "47".

/** As it is sent, without blanks, and how many frames that is. */
export type Frames = { text: string; count: number };

/** Farms count frames in 32 bits; what is beyond this is a slip of the hand. */
const FRAME_MAX = 10_000_000;
/** A list by hand is short: more is a file pasted by mistake. */
const TEXT_MAX_CHARS = 500;

/**
 * The frames, or what is wrong with them.
 * @param most how many of a shot may be rendered
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
    if (first < 0) return `${clip(part)} begins before frame 0, which farms take for an option`;
    if (last < first) return `${clip(part)} runs backwards: write ${last}-${first}`;
    ranges.push([first, last]);
  }
  const sorted = ranges.toSorted(([a], [b]) => a - b);
  const twice = sorted.find(([first], index) => first <= (sorted[index - 1]?.[1] ?? -1));
  if (twice !== undefined) return `Frame ${twice[0]} is listed twice`;
  const count = ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0);
  if (count > most)
    return `${count.toLocaleString("en")} frames are more than the ${most.toLocaleString("en")} a shot may have here`;
  return { text, count };
}

function explainPart(part: string): string {
  if (part === "") return "Remove the extra comma";
  if (/\d[.]\d/.test(part)) return `${clip(part)} is no whole frame`;
  return `"${clip(part)}" is neither a frame nor a range: write 101-148, or 1-10,20,30-40`;
}

const clip = (text: string) => (text.length > 40 ? `${text.slice(0, 40)}…` : text);
