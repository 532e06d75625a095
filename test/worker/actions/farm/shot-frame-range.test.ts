import { describe, expect, it } from "vitest";
import { proposeFrameRange, readFrameRange } from "../../../../worker/actions/farm/shot-frame-range.ts";
import { readFrames } from "../../../../worker/launch/template-variables.ts";
import { inEnglish } from "../../../support/worker/english.ts";

/** A shot in Kitsu. */
const shot = (data: { frame_in?: string | number | null; frame_out?: string | number | null }, nb_frames?: number) => ({
  frames: readFrames({ data, nb_frames }),
  values: { "entity.data.frame_in": data.frame_in ?? undefined, "entity.data.frame_out": data.frame_out ?? undefined },
});
const find = (...known: Parameters<typeof shot>) => inEnglish(readFrameRange(shot(...known), 10_000));

describe("the frames of a shot", () => {
  it("are its own range, otherwise its number of frames", () => {
    expect(find({ frame_in: "101", frame_out: 148 }, 10)).toEqual({ text: "101-148", count: 48 });
    expect(find({ frame_in: 47, frame_out: 47 })).toEqual({ text: "47", count: 1 });
    expect(find({}, 48)).toEqual({ text: "1-48", count: 48 });
  });

  it.each([
    [{ frame_in: 148, frame_out: 101 }, "Its frames run backwards in Kitsu, from 148 to 101"],
    [{ frame_in: "101.5", frame_out: 148 }, "Kitsu has frame 101.5, which is not a whole frame"],
    [{ frame_in: 1, frame_out: 1_000_000 }, "1,000,000 frames are more than the limit of 10,000 per shot"],
  ])("are not guessed if they are wrong: %j", (data, problem) => {
    expect(find(data, 48)).toEqual({ problem });
  });

  it("are asked for if Kitsu has none", () => {
    expect(find({ frame_in: "", frame_out: null })).toEqual({
      problem: "This shot has no frame range in Kitsu: enter one here, or set it on the shot",
    });
  });
});

describe("the frames proposed for several shots", () => {
  const good = shot({ frame_in: 101, frame_out: 148 });

  it("are those they share", () => {
    expect(proposeFrameRange([good, good], 10_000)).toBe("101-148");
    expect(proposeFrameRange([good, shot({}, 48)], 10_000)).toBe("");
    expect(proposeFrameRange([], 10_000)).toBe("");
  });

  it("are none if one of them is wrong: that shot says so", () => {
    expect(proposeFrameRange([good, shot({ frame_in: 148, frame_out: 101 }, 48)], 10_000)).toBe("");
    expect(proposeFrameRange([shot({ frame_in: 148, frame_out: 101 }, 48)], 10_000)).toBe("");
  });
});
