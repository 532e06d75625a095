import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { createField } from "../../../../worker/action/form-field.ts";
import { makeFramesField } from "../../../../worker/actions/farm/frame-field.ts";
import { toEnglish } from "../../../../worker/format/localize.ts";
import { readTaskInfo } from "../../../../worker/launch/template-variables.ts";
import { makeSelected } from "../../../support/worker/selected.ts";

const shot = (frame_in?: number, frame_out?: number) =>
  readTaskInfo(makeSelected({ entity: { name: "SH010", data: { frame_in, frame_out } } }), {
    previews: new Map(),
    entityTypes: new Map(),
    person: { name: "Ada" },
    zouPerson: undefined,
  });
const ask = (...ranges: Parameters<typeof shot>[]) =>
  makeFramesField(
    ranges.map((range) => shot(...range)),
    10_000,
  );
const helpOf = (...ranges: Parameters<typeof shot>[]) =>
  toEnglish(createField("frames", ask(...ranges), undefined, undefined).help ?? "");

describe("the field for frames", () => {
  it("says what is wrong with the range of a single shot", () => {
    expect(helpOf([101, 148])).toBe("The range of this shot from Kitsu.");
    expect(helpOf([148, 101])).toBe("Its frames run backwards in Kitsu, from 148 to 101.");
    expect(helpOf([])).toBe("This shot has no frame range in Kitsu: enter one here, or set it on the shot.");
  });

  it("says how many of several shots have no valid range", () => {
    expect(helpOf([101, 148], [1, 20])).toBe("Leave empty to use each shot's range from Kitsu.");
    expect(helpOf([101, 148], [148, 101], [])).toContain("2 of them have no valid range.");
  });

  it("proposes the range that all shots share, and takes a range, a list or nothing", () => {
    const field = ask([101, 148], [101, 148]);
    expect(v.parse(field, undefined)).toBe("101-148");
    for (const written of ["", "47", "1-10,20"]) expect(v.parse(field, written)).toBe(written);
    for (const wrong of ["$(id)", "148-101", "1-10001"]) expect(v.safeParse(field, wrong).success).toBe(false);
  });
});
