import { describe, expect, it } from "vitest";
import { toWanted } from "../../scripts/register/offered-actions.ts";
import { listWrites, makePlan } from "../../scripts/register/plan.ts";
import type { Registered } from "../../worker/doctor/custom-action.ts";

const WORKER = "https://edge.studio.example";
const wanted = toWanted(WORKER, [
  { id: "debug", title: "Debug", modes: ["form", "ajax"] },
  { id: "statistics", title: "Statistics", modes: ["form"], entityTypes: ["shot"] },
]);

const row = (id: string, members: Partial<Registered> = {}): Registered => ({
  id,
  name: "Debug",
  url: `${WORKER}/actions/debug?`,
  entity_type: "all",
  is_ajax: false,
  ...members,
});
const form = row("form");
const ajax = row("ajax", { name: "Debug (on this page)", is_ajax: true });
const statistics = row("statistics", { name: "Statistics", url: `${WORKER}/actions/statistics?`, entity_type: "shot" });
const complete = [form, ajax, statistics];

const plan = (present: Registered[], worker = WORKER) => makePlan(worker, wanted, present);
/** "~ form" */
const steps = (present: Registered[]) =>
  plan(present).steps.map((step) => `${step.kind} ${step.kind === "create" ? step.wanted.name : step.present.id}`);

describe("the plan", () => {
  it("creates everything in an empty Kitsu, in the order of the worker's list", () => {
    expect(steps([])).toEqual(["create Debug", "create Debug (on this page)", "create Statistics"]);
    expect(plan([]).steps[0]).toEqual({
      kind: "create",
      wanted: { name: "Debug", url: `${WORKER}/actions/debug?`, entity_type: "all", is_ajax: false },
    });
  });

  it("names what Kitsu's menu can't tell apart: own titles, and entries that stay", () => {
    expect(plan(complete).sharedNames).toEqual([]);
    expect(plan([...complete, row("other", { url: "https://staging.example/actions/debug?" })]).sharedNames).toEqual([
      "Debug",
    ]);
    expect(makePlan(WORKER, [...wanted, ...wanted], []).sharedNames).toHaveLength(3);
    // These get another name, or are removed.
    expect(
      plan([row("form", { name: "Statistics" }), row("twice"), row("old", { url: `${WORKER}/actions/old?` })])
        .sharedNames,
    ).toEqual([]);
  });

  it("is empty if Kitsu has everything, in any order", () => {
    expect(listWrites(plan([...complete].reverse()))).toEqual([]);
    expect(steps(complete)).toEqual(["unchanged form", "unchanged ajax", "unchanged statistics"]);
  });

  it.each([
    ["name", row("form", { name: "Bug hunt" })],
    ["entity type", row("form", { entity_type: "asset" })],
    ["emptied name", row("form", { name: "" })],
  ])("restores a changed %s", (_, changed) => {
    expect(steps([changed, ajax, statistics])).toEqual(["change form", "unchanged ajax", "unchanged statistics"]);
  });

  it("restores a changed Ajax setting, instead of removing and creating", () => {
    expect(steps([{ ...form, is_ajax: true }, ajax, statistics])).toEqual([
      "change form",
      "unchanged ajax",
      "unchanged statistics",
    ]);
    expect(steps([form, { ...ajax, is_ajax: false }, statistics])).toEqual([
      "unchanged form",
      "change ajax",
      "unchanged statistics",
    ]);
    expect(steps([{ ...statistics, is_ajax: true }])).toContain("change statistics");
  });

  it("removes what is no longer offered", () => {
    const old = row("old", { url: `${WORKER}/actions/old?` });
    expect(plan([...complete, old]).steps.at(-1)).toEqual({ kind: "remove", present: old, reason: "not offered" });
  });

  it("removes a mode that is no longer offered", () => {
    const lost = { ...statistics, id: "lost", is_ajax: true };
    expect(plan([...complete, lost]).steps.at(-1)).toEqual({ kind: "remove", present: lost, reason: "not offered" });
  });

  it("removes a duplicate from two simultaneous runs, and keeps the correct one", () => {
    const renamed = row("renamed", { name: "Bug hunt" });
    expect(steps([renamed, ...complete])).toEqual([
      "unchanged form",
      "unchanged ajax",
      "unchanged statistics",
      "remove renamed",
    ]);
    expect(plan([renamed, ...complete]).steps.at(-1)).toMatchObject({ reason: "duplicate" });
  });

  it.each([
    `${WORKER}/actions/debug?preset=4k`,
    `${WORKER}/actions/debug#here`,
    `${WORKER}/actions/debug/?`,
    `${WORKER}/actions/?`,
    `${WORKER}/actions/old`,
    `${WORKER}/actions/debug?x?`,
    `${WORKER}/runs?`,
    "https://edge.studio.example.evil.tld/actions/old?",
    "https://other.tld/actions/old?",
    "/actions/old?",
    "javascript:alert(1)",
    "",
  ])("does not change custom actions of others: %s", (url) => {
    const other = row("other", { url, name: "Debug 4K" });
    expect(listWrites(plan([...complete, other]))).toEqual([]);
  });

  it("lists custom actions created by hand with an address of this worker", () => {
    const preset = row("preset", { url: `${WORKER}/actions/debug?preset=4k` });
    const elsewhere = row("elsewhere", { url: "https://farm.studio.example/render" });
    expect(plan([...complete, preset, elsewhere]).others).toEqual([preset]);
  });

  it("adopts a custom action created by hand with the address from the home page, so that the menu has it once", () => {
    const plain = row("plain", { url: `${WORKER}/actions/debug`, name: "My debug" });
    expect(plan([plain, ajax, statistics]).steps[0]).toMatchObject({
      kind: "change",
      present: plain,
      isAdopted: true,
    });
    expect(steps([plain, ajax, statistics])).toEqual(["change plain", "unchanged ajax", "unchanged statistics"]);
  });

  it("adopts one at most, of the same mode, and none if its own exists", () => {
    const one = row("one", { url: `${WORKER}/actions/debug` });
    const two = { ...one, id: "two", entity_type: "asset" };
    expect(steps([one, two, ajax, statistics])).toEqual(["change one", "unchanged ajax", "unchanged statistics"]);
    expect(plan([one, two, ajax, statistics]).others).toEqual([two]);
    expect(listWrites(plan([...complete, one]))).toEqual([]);
    expect(steps([{ ...one, url: `${WORKER}/actions/statistics`, is_ajax: true }])).toContain("create Statistics");
  });

  it("does not change custom actions of another worker, such as a staging server", () => {
    const staging = complete.map((one) => ({ ...one, url: one.url.replace("edge.", "staging.") }));
    expect(listWrites(plan([...complete, ...staging]))).toEqual([]);
    expect(plan([...complete, ...staging]).others).toEqual([]);
  });

  it("is empty after it was carried out, whatever Kitsu had before", () => {
    const starts = [
      [],
      [form],
      [row("x", { is_ajax: true }), row("y", { name: "?" })],
      [row("p", { url: `${WORKER}/actions/debug` }), row("o", { url: `${WORKER}/actions/old?` })],
      [...complete, ...complete.map((one) => ({ ...one, id: `${one.id}-again`, name: "again" }))],
    ];
    for (const present of starts) {
      const { steps: all } = plan(present);
      const changed = new Map(all.flatMap((step) => (step.kind === "change" ? [[step.present.id, step.wanted]] : [])));
      const removed = new Set(all.flatMap((step) => (step.kind === "remove" ? [step.present.id] : [])));
      const after = [
        ...present.filter(({ id }) => !removed.has(id)).map((one) => ({ ...one, ...changed.get(one.id) })),
        ...all.flatMap((step, index) => (step.kind === "create" ? [{ ...step.wanted, id: `new-${index}` }] : [])),
      ];
      expect(listWrites(plan(after))).toEqual([]);
    }
  });
});
