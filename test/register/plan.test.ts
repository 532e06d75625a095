import { describe, expect, it } from "vitest";
import type { Registered } from "../../scripts/register/custom-action.ts";
import { toWanted } from "../../scripts/register/offered.ts";
import { listWrites, makePlan } from "../../scripts/register/plan.ts";

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

  it("finds nothing to do where everything is there, in whatever order", () => {
    expect(listWrites(plan([...complete].reverse()))).toEqual([]);
    expect(steps(complete)).toEqual(["same form", "same ajax", "same statistics"]);
  });

  it.each([
    ["name", row("form", { name: "Bug hunt" })],
    ["entity type", row("form", { entity_type: "asset" })],
    ["name that somebody emptied", row("form", { name: "" })],
  ])("sets back the %s that somebody changed", (_, changed) => {
    expect(steps([changed, ajax, statistics])).toEqual(["change form", "same ajax", "same statistics"]);
  });

  it("sets back Ajax that somebody switched, instead of removing and creating", () => {
    expect(steps([{ ...form, is_ajax: true }, ajax, statistics])).toEqual([
      "change form",
      "same ajax",
      "same statistics",
    ]);
    expect(steps([form, { ...ajax, is_ajax: false }, statistics])).toEqual([
      "same form",
      "change ajax",
      "same statistics",
    ]);
    expect(steps([{ ...statistics, is_ajax: true }])).toContain("change statistics");
  });

  it("removes its own that are no longer offered", () => {
    const old = row("old", { url: `${WORKER}/actions/old?` });
    expect(plan([...complete, old]).steps.at(-1)).toEqual({ kind: "remove", present: old, why: "not offered" });
  });

  it("removes its own in a mode that is no longer offered", () => {
    const lost = { ...statistics, id: "lost", is_ajax: true };
    expect(plan([...complete, lost]).steps.at(-1)).toEqual({ kind: "remove", present: lost, why: "not offered" });
  });

  it("removes one that two runs at once made twice, and keeps the one that is right", () => {
    const renamed = row("renamed", { name: "Bug hunt" });
    expect(steps([renamed, ...complete])).toEqual(["same form", "same ajax", "same statistics", "remove renamed"]);
    expect(plan([renamed, ...complete]).steps.at(-1)).toMatchObject({ why: "twice" });
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
  ])("leaves alone what is not its own: %s", (url) => {
    const other = row("other", { url, name: "Debug 4K" });
    expect(listWrites(plan([...complete, other]))).toEqual([]);
  });

  it("names those made by hand with an address of this worker", () => {
    const preset = row("preset", { url: `${WORKER}/actions/debug?preset=4k` });
    const elsewhere = row("elsewhere", { url: "https://farm.studio.example/render" });
    expect(plan([...complete, preset, elsewhere]).others).toEqual([preset]);
  });

  it("takes over the one made by hand at the address of the home page, so that the menu does not have it twice", () => {
    const plain = row("plain", { url: `${WORKER}/actions/debug`, name: "My debug" });
    expect(plan([plain, ajax, statistics]).steps[0]).toMatchObject({
      kind: "change",
      present: plain,
      isTakenOver: true,
    });
    expect(steps([plain, ajax, statistics])).toEqual(["change plain", "same ajax", "same statistics"]);
  });

  it("takes over one at most, of the same mode, and none where its own is there", () => {
    const one = row("one", { url: `${WORKER}/actions/debug` });
    const two = { ...one, id: "two", entity_type: "asset" };
    expect(steps([one, two, ajax, statistics])).toEqual(["change one", "same ajax", "same statistics"]);
    expect(plan([one, two, ajax, statistics]).others).toEqual([two]);
    expect(listWrites(plan([...complete, one]))).toEqual([]);
    expect(steps([{ ...one, url: `${WORKER}/actions/statistics`, is_ajax: true }])).toContain("create Statistics");
  });

  it("leaves another worker's alone: that of the staging server", () => {
    const staging = complete.map((one) => ({ ...one, url: one.url.replace("edge.", "staging.") }));
    expect(listWrites(plan([...complete, ...staging]))).toEqual([]);
    expect(plan([...complete, ...staging]).others).toEqual([]);
  });

  it("is empty after it was done, whatever there was before", () => {
    const beginnings = [
      [],
      [form],
      [row("x", { is_ajax: true }), row("y", { name: "?" })],
      [row("p", { url: `${WORKER}/actions/debug` }), row("o", { url: `${WORKER}/actions/old?` })],
      [...complete, ...complete.map((one) => ({ ...one, id: `${one.id}-again`, name: "again" }))],
    ];
    for (const present of beginnings) {
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
