import { describe, expect, it } from "vitest";
import { formatList, nameSome } from "../../../worker/format/list.ts";

describe("names in a sentence", () => {
  it.each([
    [[], ""],
    [["a"], "a"],
    [["a", "b"], "a and b"],
    [["a", "b", "c", "d"], "a, b, c and d"],
    [["a", "b", "c", "d", "e"], "a, b, c and 2 more"],
  ])("%j", (names, text) => expect(nameSome(names)).toBe(text));

  it("can be the first of many", () => expect(nameSome(["a", "b", "c", "d"], 2_000)).toBe("a, b, c and 1,997 more"));

  it("can be joined with or", () => expect(formatList(["a", "b", "c"], "or")).toBe("a, b or c"));
});
