import { expect, it } from "vitest";
import { plural } from "../../../worker/format/plural.ts";

it.each([
  [1, "1 task"],
  [0, "0 tasks"],
  [2_000, "2,000 tasks"],
])("formats a count of %i with its noun", (count, text) => expect(plural(count, "task")).toBe(text));

it("takes an irregular plural", () => expect(plural(2, "entity", "entities")).toBe("2 entities"));
