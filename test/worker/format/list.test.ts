import { describe, expect, it } from "vitest";
import { listSome } from "../../../worker/format/list.ts";
import { localize } from "../../../worker/format/localize.ts";
import { ENGLISH } from "../../../worker/format/reader.ts";

describe("names in a sentence", () => {
  it.each([
    [[], "", ""],
    [["a"], "a", "a"],
    [["a", "b"], "a and b", "a et b"],
    [["a", "b", "c", "d"], "a, b, c and d", "a, b, c et d"],
    [["a", "b", "c", "d", "e"], "a, b, c and 2 more", "a, b, c et 2 autres"],
  ])("%j", (names, english, french) => {
    expect(localize(listSome(names), ENGLISH)).toBe(english);
    expect(localize(listSome(names), { ...ENGLISH, language: "fr", locale: "fr" })).toBe(french);
  });

  it("can be the first of many", () => {
    expect(localize(listSome(["a", "b", "c", "d"], 2_000), ENGLISH)).toBe("a, b, c and 1,997 more");
  });
});
