import { describe, expect, it } from "vitest";
import { type Offered, toWanted } from "../../scripts/register/offered.ts";

const WORKER = "https://edge.studio.example";
const want = (offer: Partial<Offered>, worker = WORKER) =>
  toWanted(worker, [{ id: "debug", title: "Debug", modes: ["form"], ...offer }]);

describe("what is wanted in Kitsu", () => {
  it("is one custom action for each mode, form first, told apart by name only where there are two", () => {
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
  ] as const)("has for the entity types %j the type %s", (entityTypes, expected) => {
    const [one] = want(entityTypes === undefined ? {} : { entityTypes: [...entityTypes] });
    expect(one?.entity_type).toBe(expected);
  });

  it("counts characters as Kitsu does: 80 emoji are a name", () => {
    expect(want({ title: "🦊".repeat(80) })).toHaveLength(1);
    expect(() => want({ title: "🦊".repeat(81) })).toThrow("has 81 characters, and Kitsu takes 80");
  });

  it("counts what is put behind the title", () => {
    expect(() => want({ title: "t".repeat(66), modes: ["form", "ajax"] })).toThrow("has 81 characters");
    expect(want({ title: "t".repeat(65), modes: ["form", "ajax"] })).toHaveLength(2);
  });

  it("counts the address", () => {
    const fits = `${WORKER}/${"e".repeat(400 - WORKER.length - "//actions/debug?".length)}`;
    expect(want({}, fits)[0]?.url).toHaveLength(400);
    expect(() => want({}, `${fits}e`)).toThrow("has 401 characters, and Kitsu takes 400");
  });
});
