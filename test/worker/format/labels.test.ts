import { expect, it } from "vitest";
import { sayTook } from "../../../worker/format/labels.ts";

it.each([
  [55, "55 ms"],
  [9_999, "9999 ms"],
  [23_031, "23 s"],
  [119_400, "119 s"],
  [120_000, "2 min"],
  [38 * 60_000, "38 min"],
  [89.6 * 60_000, "1 h 30 min"],
  [425 * 60_000, "7 h 5 min"],
])("formats %d ms as %s", (ms, text) => {
  expect(sayTook(ms)).toBe(text);
});
