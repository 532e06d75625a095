import { describe, expect, it } from "vitest";
import { formatPlan } from "../../scripts/register/format-plan.ts";
import { makePlan } from "../../scripts/register/plan.ts";

const WORKER = "https://edge.studio.example";
const wanted = (actionId: string, name: string) => ({
  actionId,
  name,
  url: `${WORKER}/actions/${actionId}?`,
  entity_type: "all",
  is_ajax: false,
});
const { actionId: _, ...debug } = wanted("debug", "Debug");
const plan = makePlan(
  WORKER,
  [wanted("debug", "Debug"), wanted("movie", "Movie"), wanted("statistics", "Statistics"), wanted("report", "Report")],
  [
    { ...debug, id: "1", name: "Bug \u001b[31mhunt\u202e", entity_type: "shot" },
    { ...debug, id: "2", name: "Statistics", url: `${WORKER}/actions/statistics?` },
    { ...debug, id: "3", name: "", url: `${WORKER}/actions/old?` },
    { ...debug, id: "5", name: "Mine", url: `${WORKER}/actions/report`, entity_type: "shot" },
    { ...debug, id: "4", name: "Debug 4K", url: `${WORKER}/actions/debug?preset=4k` },
  ],
);

describe("the formatted plan", () => {
  it("says what happens to each custom action, without control characters", () => {
    expect(formatPlan(plan, { isColored: false })).toBe(
      [
        '~ Bug ·[31mhunt·  name "Bug ·[31mhunt·" → "Debug", entity type "shot" → "all"',
        `+ Movie           form  all  ${WORKER}/actions/movie?`,
        `= Statistics      form  all  ${WORKER}/actions/statistics?`,
        '~ Mine            created by hand, managed from now on, name "Mine" → "Report", entity type "shot" → "all"',
        `- (no name)       no longer offered  ${WORKER}/actions/old?`,
        `  Debug 4K        created by hand, not changed  ${WORKER}/actions/debug?preset=4k`,
        "1 to create, 2 to change, 1 to remove, 1 up to date.",
      ].join("\n"),
    );
  });

  it("has colors if they are wanted", () => {
    const colored = formatPlan(plan, { isColored: true });
    for (const code of [33, 32, 2, 31]) expect(colored).toContain(`\u001b[${code}m`);
  });

  it("says which names are not unique", () => {
    const sharing = makePlan(
      WORKER,
      [wanted("debug", "Debug")],
      [{ ...debug, id: "1", url: "https://other.example/" }],
    );
    expect(formatPlan(sharing, { isColored: false })).toContain(
      '! Several entries are named "Debug": Kitsu\'s menu can run only one of them. Give them different names.',
    );
  });

  it("says that there is nothing to do", () => {
    expect(formatPlan({ steps: [], others: [], sharedNames: [] }, { isColored: false })).toBe("Nothing to do.");
  });
});
