import { describe, expect, it } from "vitest";
import { isTooMuch, parseJson } from "../../../worker/services/http.ts";

describe("JSON from a studio's server", () => {
  it("is parsed, or undefined if it is not JSON", () => {
    expect(parseJson('{"a":[1,{"b":null}]}')).toEqual({ a: [1, { b: null }] });
    expect(parseJson("null")).toBeNull();
    for (const text of ["", " ", "<title>", '{"a":', "[[[[[["]) expect(parseJson(text)).toBeUndefined();
  });

  it("is not parsed with too many values or too deep nesting: a megabyte of brackets takes a hundred when parsed", () => {
    const nest = (open: string, close: string, depth: number) => open.repeat(depth) + close.repeat(depth);
    expect(parseJson(nest("[", "]", 64))).toBeDefined();
    expect(isTooMuch(nest("[", "]", 64))).toBe(false);
    for (const text of [nest("[", "]", 65), "[".repeat(1_000_000), '{"a":'.repeat(65), '{"jobs":['.repeat(40)])
      expect([isTooMuch(text), parseJson(text)]).toEqual([true, undefined]);
    expect(parseJson(`[${"0,".repeat(1_500_000)}0]`)).toBeDefined();
    expect(parseJson(`[${"0,".repeat(1_500_001)}0]`)).toBeUndefined();
  });

  it("may have any brackets and commas in its strings", () => {
    const text = JSON.stringify({ a: '[{",\\'.repeat(500_000) });
    expect(isTooMuch(text)).toBe(false);
    expect(parseJson(text)).toEqual({ a: '[{",\\'.repeat(500_000) });
  });
});
