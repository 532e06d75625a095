// The statistics as a page, as JSON and as CSV.
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { csvParse } from "d3-dsv";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Failure } from "../../../worker/format/failure.ts";
import { forgetAll } from "../../../worker/services/isolate-memory.ts";
import { readSettings } from "../../../worker/settings/settings.ts";
import type { RunRecord } from "../../../worker/storage/run-record.ts";
import type { ActionUse } from "../../../worker/storage/use/action-use.ts";
import { deliverRecord } from "../../../worker/storage/use/deliver-record.ts";
import type { UseDocument } from "../../../worker/storage/use/use-report.ts";
import { toDay } from "../../../worker/storage/use/use-tables.ts";
import { makeRecord, newRunId } from "../../support/worker/runs.ts";
import { ADA, ask, makeEnv, READER, readFailed } from "../../support/worker/worker.ts";

const PERSON = { trust: "claimed" as const, id: ADA, name: "Ada & Co" };
const DAY_MS = 86_400_000;
const FORWARD = { FORWARD_TARGETS: '{"publish": {"url": "https://pipeline.studio.tld", "title": "Publish <b>"}}' };

const read = (path: string, headers: Record<string, string> = {}, variables: object = {}) =>
  ask(path, { headers: { ...READER, ...headers } }, { ...FORWARD, ...variables });
const page = async (query = "", variables: object = {}) =>
  (await read(`/use${query}`, { accept: "text/html" }, variables)).text();
const readJson = async (query = "") => (await read(`/use.json${query}`)).json<UseDocument>();

const shortDay = (daysAgo: number) =>
  new Date(Date.now() - daysAgo * DAY_MS).toLocaleDateString("en", { month: "short", day: "numeric", timeZone: "UTC" });

/** The statistics of a deployment with these settings. */
const withSettings = (variables: object, work?: (object: ActionUse) => Promise<void>) =>
  runInDurableObject(env.ACTION_USE.getByName("actions"), async (object) => {
    Object.defineProperty(object, "env", { value: makeEnv({ ...variables }), configurable: true });
    await work?.(object);
  });
const readUnused = async (object: ActionUse) => object.read({ from: "", to: "", perDay: false }).unused;

const deliver = (record: Partial<RunRecord>, daysAgo = 0) =>
  deliverRecord(
    makeEnv(),
    readSettings(makeEnv()),
    makeRecord({ id: newRunId(), at: Date.now() - daysAgo * DAY_MS, action: "publish", ...record }),
  );
const fail = (code: "target-timeout" | "empty-selection", daysAgo = 0) => {
  const { reply, status } = new Failure(code, {});
  return deliver({ reply, status, person: PERSON }, daysAgo);
};

beforeEach(() => {
  forgetAll();
  vi.spyOn(console, "error").mockReturnValue();
});
afterEach(() =>
  runInDurableObject(env.ACTION_USE.getByName("actions"), (_, { storage }) => {
    for (const table of ["days", "failures", "durations", "last", "seen", "known"])
      storage.sql.exec(`DELETE FROM ${table}`);
  }),
);

/** Two weeks of use: 11 runs, 4 of which failed. */
async function useSome() {
  for (const tookMs of [100, 200, 300, 400, 500, 60_000]) await deliver({ tookMs, person: PERSON }, 3);
  await deliver({ action: "gone", tookMs: 50 }, 12);
  await fail("empty-selection", 3);
  for (let count = 0; count < 3; count += 1) await fail("target-timeout");
}

describe("the statistics", () => {
  it("say what to do if nothing has run yet", async () => {
    expect(await page()).toContain("No runs yet. Select tasks in");
    expect(await page()).not.toMatch(/Not used|Without runs/);
    const { actions } = await readJson();
    expect(actions.find(({ action }) => action === "publish")).toEqual({
      ...{ action: "publish", title: "Publish <b>", unstable: false, unused: false, days: [] },
      ...{ runs: 0, failed: 0, faults: 0, tasks: 0, retries: 0, undos: 0, codes: {} },
    });
    expect((await (await read("/use.csv")).text()).trim()).toBe(
      "day,action,actionTitle,runs,failed,faults,codes,tasks,medianMs,p95Ms,retries,undos",
    );
  });

  it("are JSON with each action, in total and by day", async () => {
    await useSome();
    const { actions, from, to } = await readJson();
    expect([from, to]).toEqual([toDay(Date.now() - 29 * DAY_MS), toDay(Date.now())]);
    expect(actions.map(({ action }) => action).slice(0, 2)).toEqual(["publish", "gone"]);
    const [publish] = actions;
    expect(publish).toMatchObject({ runs: 10, failed: 4, faults: 3, unstable: true });
    expect(publish?.codes).toEqual({ "target-timeout": 3, "empty-selection": 1 });
    expect(publish?.medianMs).toBeGreaterThan(270);
    expect(publish?.medianMs).toBeLessThan(330);
    expect(publish?.p95Ms).toBeGreaterThan(54_000);
    expect(publish?.p95Ms).toBeLessThan(66_000);
    expect(publish?.days.map(({ day, runs, failed }) => [day, runs, failed])).toEqual([
      [toDay(Date.now() - 3 * DAY_MS), 7, 1],
      [toDay(Date.now()), 3, 3],
    ]);
    expect(publish?.days[1]).not.toHaveProperty("medianMs");
  });

  it("are limited to a period and an action", async () => {
    await useSome();
    expect((await readJson("?days=7")).actions.find(({ action }) => action === "gone")).toBeUndefined();
    expect((await readJson("?days=90&action=gone")).actions.map(({ action, runs }) => [action, runs])).toEqual([
      ["gone", 1],
    ]);
    expect((await readJson("?days=&action=publish")).actions.map(({ action }) => action)).toEqual(["publish"]);
    expect(await page("?action=nobody-has-it")).toContain('<option value="nobody-has-it" selected>');
  });

  it("are a table with a row for each action and day", async () => {
    await useSome();
    const rows = csvParse(await (await read("/use.csv")).text());
    expect(rows.map(({ day, action, runs, codes }) => [day, action, runs, codes])).toEqual([
      [toDay(Date.now() - 12 * DAY_MS), "gone", "1", ""],
      [toDay(Date.now() - 3 * DAY_MS), "publish", "7", "empty-selection 1"],
      [toDay(Date.now()), "publish", "3", "target-timeout 3"],
    ]);
    expect(rows[1]).toMatchObject({ actionTitle: "Publish <b>", failed: "1", faults: "0", undos: "0" });
  });

  it("are a page that leads to the runs in the log, and names who used an action last", async () => {
    await useSome();
    const text = await page();
    expect(text).toContain("Publish &lt;b&gt;");
    expect(text).not.toContain("Publish <b>");
    expect(text).toMatch(/href="[^"]*\/runs\?action=publish&amp;state=failed">target-timeout \(3\)<\/a>/);
    expect(text).toContain("4 (40%)");
    expect(text).toContain("this minute</time> by Ada &amp; Co");
    expect(text).toContain("Unstable: Publish &lt;b&gt;");
    expect(text.match(/<svg role="img"/g)).toHaveLength(2);
    expect(text).toMatch(/<a href="\/use" aria-current="page">Use<\/a>/);
    expect(await page("?days=90")).toContain("Runs per day");
  });

  it("draw how many runs failed, of how many, on each day since counting began, also as a table", async () => {
    await useSome();
    const text = await page();
    const titles = [...text.matchAll(/<rect [^>]*><title>([^<]*)<\/title>/g)].map(([, title]) => title);
    expect(titles.slice(0, 4)).toEqual(
      [
        `${shortDay(12)}, done: 1`,
        `${shortDay(3)}, done: 6`,
        `${shortDay(3)}, failed: 1`,
        `${shortDay(0)}, failed: 3`,
      ].toSorted((one, other) => Number(one.includes("failed")) - Number(other.includes("failed"))),
    );
    const rows = [
      ...text.matchAll(/<tr><td>[^<]*<\/td><td class="number">(\d+)<\/td><td class="number">(\d+)<\/td><\/tr>/g),
    ];
    expect(rows).toHaveLength(13);
    expect([rows[0], rows[3], rows[12]].map((row) => row?.slice(1))).toEqual([
      ["3", "3"],
      ["7", "1"],
      ["1", "0"],
    ]);
  });

  it("draw weeks, if they are many days", async () => {
    await deliver({}, 80);
    expect(await page("?days=90")).toContain("Runs per week");
  });

  it("fold away what was not used in the period", async () => {
    await deliver({ action: "debug" });
    expect(await page()).toMatch(/<summary>Without runs in this period: \d+<\/summary><p>[^<]*Publish &lt;b&gt;/);
    expect(await page("?action=debug")).not.toContain("Without runs");
  });

  it("say that an action is not used once it could have been for 90 days", async () => {
    const unused = async () => (await readJson("?days=90")).actions.flatMap((one) => (one.unused ? one.action : []));
    const start = Date.now();
    const now = vi.spyOn(Date, "now");
    await withSettings(FORWARD);
    expect(await unused()).toEqual([]);
    now.mockReturnValue(start + 80 * DAY_MS);
    await deliver({ action: "debug" });
    expect(await unused()).toEqual([]);
    now.mockReturnValue(start + 91 * DAY_MS);
    expect(await unused()).toContain("publish");
    expect(await unused()).not.toContain("debug");
    expect(await page()).toMatch(/Not used for 90 days: [^<]*Publish &lt;b&gt;/);
    // One that is added later gets as long.
    const later = { FORWARD_TARGETS: '{"deliver": {"url": "https://pipeline.studio.tld"}}' };
    await withSettings(later, async (object) => {
      expect(await readUnused(object)).not.toContain("deliver");
      now.mockReturnValue(start + 182 * DAY_MS);
      expect(await readUnused(object)).toContain("deliver");
    });
  });

  it("show in the reader's language", async () => {
    await useSome();
    expect(await page("?lang=de")).toContain("Instabil: Publish");
  });

  it.each([
    ["days", "31", "The filter days must be 7, 30 or 90."],
    ["action", "x".repeat(81), "The filter action must have at most 80 characters."],
  ])("refuse a filter with a reason: %s=%s", async (field, value, text) => {
    expect(await readFailed(await read(`/use.json?${field}=${value}`))).toMatchObject({
      ...{ code: "invalid-filter", field, text },
    });
  });

  it("are only for those who may read the log", async () => {
    for (const path of ["/use.json", "/use.csv"]) expect((await ask(path)).status).toBe(401);
    const response = await ask("/use", { headers: { accept: "text/html" } });
    expect(response.status).toBe(401);
    expect(await response.text()).toContain("Sign in to read the log");
    expect((await ask("/use", { headers: { accept: "text/html" } }, { LOG_TOKEN: "" })).status).toBe(403);
  });

  it("say which binding is missing in a deployment that doesn't count", async () => {
    const response = await read("/use.json", {}, { ACTION_USE: undefined });
    expect(await readFailed(response)).toMatchObject({ code: "not-configured" });
    expect(await page("", { ACTION_USE: undefined })).toContain("ACTION_USE");
  });
});

describe("an unstable action", () => {
  it("is marked in the list of actions and on the home page", async () => {
    for (let count = 0; count < 5; count += 1) await fail("target-timeout");
    forgetAll();
    const { actions } = await (await ask("/actions", {}, FORWARD)).json<{
      actions: { id: string; unstable?: true }[];
    }>();
    expect(actions.filter(({ unstable }) => unstable).map(({ id }) => id)).toEqual(["publish"]);
    expect(await (await ask("/", {}, FORWARD)).text()).toMatch(
      /Publish &lt;b&gt;<\/strong> <span class="tag warning">unstable/,
    );
  });

  it("is nowhere marked if that can't be found out", async () => {
    const dead = { getByName: () => ({ listUnstable: () => Promise.reject(new Error("reset")) }) };
    expect((await ask("/", {}, { ACTION_USE: dead })).status).toBe(200);
    expect((await ask("/actions", {}, { ACTION_USE: dead })).status).toBe(200);
  });
});
