import { describe, expect, it } from "vitest";
import { findOwnFrames, proposeFrames } from "../../../../worker/actions/farm/shot-frame-range.ts";
import { readFrames } from "../../../../worker/launch/template-variables.ts";

/** A shot as Kitsu has it. */
const shot = (data: { frame_in?: string | number | null; frame_out?: string | number | null }, nb_frames?: number) => ({
  frames: readFrames({ data, nb_frames }),
  values: { "entity.data.frame_in": data.frame_in ?? undefined, "entity.data.frame_out": data.frame_out ?? undefined },
});
const find = (...known: Parameters<typeof shot>) => findOwnFrames(shot(...known), 10_000);

describe("the frames of a shot", () => {
  it("are those that are written at it, else as many as it has", () => {
    expect(find({ frame_in: "101", frame_out: 148 }, 10)).toEqual({ text: "101-148", count: 48 });
    expect(find({ frame_in: 47, frame_out: 47 })).toEqual({ text: "47", count: 1 });
    expect(find({}, 48)).toEqual({ text: "1-48", count: 48 });
  });

  it.each([
    [{ frame_in: 148, frame_out: 101 }, "Its frames run backwards in Kitsu, from 148 to 101"],
    [{ frame_in: "101.5", frame_out: 148 }, "Kitsu says frame 101.5, which is no whole frame"],
    [{ frame_in: 1, frame_out: 1_000_000 }, "1,000,000 frames are more than the 10,000 a shot may have here"],
  ])("are not guessed where they are wrong: %j", (data, problem) => {
    expect(find(data, 48)).toBe(problem);
  });

  it("are asked for where Kitsu has none", () => {
    expect(find({ frame_in: "", frame_out: null })).toBe(
      "This shot has no frame range in Kitsu: enter one here, or set it on the shot",
    );
  });
});

describe("the frames that are proposed for several shots", () => {
  const good = shot({ frame_in: 101, frame_out: 148 });

  it("are those they all have", () => {
    expect(proposeFrames([good, good], 10_000)).toBe("101-148");
    expect(proposeFrames([good, shot({}, 48)], 10_000)).toBe("");
    expect(proposeFrames([], 10_000)).toBe("");
  });

  it("are none where one of them is wrong: that is said of this shot", () => {
    expect(proposeFrames([good, shot({ frame_in: 148, frame_out: 101 }, 48)], 10_000)).toBe("");
    expect(proposeFrames([shot({ frame_in: 148, frame_out: 101 }, 48)], 10_000)).toBe("");
  });
});
