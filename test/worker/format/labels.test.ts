import { describe, expect, it } from "vitest";
import { countOutcomes, formatProgress, formatState } from "../../../worker/format/labels.ts";
import { localize, toEnglish } from "../../../worker/format/localize.ts";
import { ENGLISH } from "../../../worker/format/reader.ts";

const outcomes = [
  ...Array.from({ length: 1_200 }, () => ({ state: "done" as const })),
  { state: "waiting" as const },
  { state: "failed" as const },
];

describe("the outcomes of a run", () => {
  it("are counted by their state", () => {
    expect(toEnglish(countOutcomes(outcomes))).toBe("1,200 done, 1 waiting, 1 failed");
    expect(toEnglish(countOutcomes([]))).toBe("");
  });

  it("are counted as the reader writes numbers", () => {
    expect(localize(countOutcomes(outcomes), { ...ENGLISH, locale: "de" })).toMatch(/^1\.200 /);
  });

  it("are not confirmed if they still wait at the end", () => {
    expect(toEnglish(countOutcomes(outcomes, true))).toBe("1,200 done, 1 not confirmed, 1 failed");
    expect(toEnglish(formatState("waiting", true))).toBe("not confirmed");
    expect(toEnglish(formatState("waiting", false))).toBe("waiting");
  });
});

it.each([
  [{ done: 12, total: 1_048 }, "12 of 1,048"],
  [{ done: 12, total: 48, text: "12 of 48 frames" }, "12 of 48 frames"],
  [{ done: 1, total: 2, left: 5 }, "1 of 2 · about 1 min left"],
  [{ done: 1, total: 2, left: 5_399 }, "1 of 2 · about 90 min left"],
  [{ done: 1, total: 2, left: 7_300 }, "1 of 2 · about 2 h left"],
])("progress of %j is %s", (progress, text) => {
  expect(toEnglish(formatProgress(progress))).toBe(text);
});
