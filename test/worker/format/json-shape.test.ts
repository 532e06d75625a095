// Limits are counted as the parser counts.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findExcess } from "../../../worker/format/json-shape.ts";

/** Texts full of what ends a string, or seems to. */
const texts = fc.string({ unit: fc.constantFrom('"', "\\", "[", "{", ",", ":", "a", "é") });

describe("the shape of a JSON text", () => {
  it("does not depend on what its strings contain", () => {
    fc.assert(
      fc.property(fc.array(texts, { minLength: 1 }), (list) => {
        const json = JSON.stringify(list);
        expect(findExcess(json, list.length - 1, 1)).toBeUndefined();
        expect(findExcess(json, list.length - 2, 1)).toBe("values");
        expect(findExcess(json, list.length, 0)).toBe("depth");
      }),
    );
  });

  it.each(['"', '["a', '["a\\', '["a\\"', `["${"\\".repeat(100_001)}`])(
    "ends with a text that is cut off: %s",
    (cut) => {
      expect(findExcess(cut, 10, 10)).toBeUndefined();
    },
  );
});
