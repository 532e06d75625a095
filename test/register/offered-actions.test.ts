import { describe, expect, it } from "vitest";
import { type OfferedAction, toWanted } from "../../scripts/register/offered-actions.ts";

const WORKER = "https://edge.studio.example";
const want = (offer: Partial<OfferedAction>, worker = WORKER) =>
  toWanted(worker, [{ id: "debug", title: "Debug", modes: ["form"], ...offer }]);

describe("the wanted custom actions", () => {
  it("are one for each mode, form first, with different names only if there are two", () => {
    expect(want({ modes: ["ajax", "form"] }).map(({ name, is_ajax }) => [name, is_ajax])).toEqual([
      ["Debug", false],
      ["Debug (on this page)", true],
    ]);
    expect(want({ modes: ["ajax"] }).map(({ name, is_ajax }) => [name, is_ajax])).toEqual([["Debug", true]]);
  });

  it.each([
    [undefined, "all"],
    [[], "all"],
    [["edit"], "edit"],
    [["shot", "shot"], "shot"],
    [["shot", "asset"], "all"],
  ] as const)("have for the entity types %j the type %s", (entityTypes, expected) => {
    const [one] = want(entityTypes === undefined ? {} : { entityTypes: [...entityTypes] });
    expect(one?.entity_type).toBe(expected);
  });

  it("may have names of 80 characters, counted as Kitsu counts emoji", () => {
    expect(want({ title: "🦊".repeat(80) })).toHaveLength(1);
    expect(() => want({ title: "🦊".repeat(81) })).toThrow("has 81 characters, but Kitsu allows 80");
  });

  it("may have names of 80 characters, including the mode after the title", () => {
    expect(() => want({ title: "t".repeat(66), modes: ["form", "ajax"] })).toThrow("has 81 characters");
    expect(want({ title: "t".repeat(65), modes: ["form", "ajax"] })).toHaveLength(2);
  });

  it("may have addresses of 400 characters", () => {
    const fits = `${WORKER}/${"e".repeat(400 - WORKER.length - "//actions/debug?".length)}`;
    expect(want({}, fits)[0]?.url).toHaveLength(400);
    expect(() => want({}, `${fits}e`)).toThrow("has 401 characters, but Kitsu allows 400");
  });
});
