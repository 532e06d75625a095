import { describe, expect, it } from "vitest";
import { parseFrames } from "../../../../worker/actions/farm/frames.ts";
import { inEnglish } from "../../../support/worker/english.ts";

describe("frames", () => {
  it.each([
    ["101-148", "101-148", 48],
    ["1-10,20,30-40", "1-10,20,30-40", 22],
    [" 1 - 3 , 7 ", "1-3,7", 4],
    ["47", "47", 1],
    ["0", "0", 1],
    ["101-101", "101-101", 1],
  ])("are understood: %s", (written, text, count) => {
    expect(parseFrames(written, 10_000)).toEqual({ text, count });
  });

  it.each([
    ["", "Enter frames"],
    ["148-101", "runs backwards: write 101-148"],
    ["101.5", "not a whole frame"],
    ["1-10.5", "not a whole frame"],
    ["1-1000000", "1,000,000 frames are more than the limit of 10,000"],
    ["1-99999999999999999999", "out of range"],
    ["-5-10", "before frame 0"],
    ["1,,3", "extra comma"],
    ["1-10,5", "Frame 5 is listed twice"],
    ["1-5;6", "neither a frame nor a range"],
    ["$(reboot)", "neither a frame nor a range"],
    ["1-10x2", "neither a frame nor a range"],
    [`1${",1".repeat(400)}`, "at most 500 characters"],
  ])("are refused in words: %s", (written, words) => {
    expect(inEnglish(parseFrames(written, 10_000))).toEqual({ problem: expect.stringContaining(words) });
  });
});
