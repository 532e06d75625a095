import { csvParse } from "d3-dsv";
import { describe, expect, it } from "vitest";
import { debug } from "../../../worker/actions/debug.ts";
import { replaceRun } from "../../support/worker/replace-run.ts";
import { AJAX_FIELDS, ajax, ask, readFailed } from "../../support/worker/worker.ts";

const READER = { authorization: "Bearer sesame-open-sesame" };
const read = (path: string, headers: Record<string, string> = {}) => ask(path, { headers: { ...READER, ...headers } });
const page = async (query = "") => (await read(`/runs${query}`, { accept: "text/html" })).text();
const runSome = async (count: number) => {
  for (let index = 0; index < count; index += 1)
    await ask("/actions/debug", ajax({ ...AJAX_FIELDS, useremail: `artist${index}@studio.tld` }));
  // Runs of one and the same millisecond have no order.
  await scheduler.wait(2);
};

describe("the log", () => {
  it("invites to run something where nothing was run yet", async () => {
    expect(await page()).toContain("Nothing was run yet");
    expect(await (await read("/runs.json")).json()).toEqual({ runs: [] });
    expect((await (await read("/runs.csv")).text()).trim()).toBe(
      "at,id,action,state,title,person,email,project,tasks,trust,status,tookMs,url",
    );
  });

  it("is a page with a line per run that links to it", async () => {
    await runSome(2);
    const text = await page();
    expect(text).toContain("artist1@<wbr>studio.tld");
    expect(text.match(/href="https:\/\/edge\.studio\.tld\/runs\/[0-9a-f]{32}\?at=\d+"/g)).toHaveLength(2);
    expect(text).not.toContain("Older runs");
  });

  it("goes on to older runs, keeping the filter", async () => {
    await runSome(3);
    const first = await read(`/runs.json?limit=2&day=${new Date().toISOString().slice(0, 10)}`);
    const { runs, cursor } = await first.json<{ runs: { email: string }[]; cursor: string }>();
    expect(runs.map(({ email }) => email)).toEqual(["artist2@studio.tld", "artist1@studio.tld"]);
    const [, next = ""] = /^<([^>]+)>; rel="next"$/.exec(first.headers.get("link") ?? "") ?? [];
    expect(new URL(next).searchParams.get("cursor")).toBe(cursor);
    const second = await (await read(next)).json();
    expect(second).toMatchObject({ runs: [{ email: "artist0@studio.tld" }] });
    expect(second).not.toHaveProperty("cursor");
    expect(await page("?limit=2&action=&person=&state=&project=&day=")).toContain("Older runs");
  });

  it("filters, and says when nothing is like that", async () => {
    await runSome(2);
    expect(await (await read("/runs.json?person=artist1&state=done&action=debug")).json()).toMatchObject({
      runs: [{ email: "artist1@studio.tld" }],
    });
    expect(await page("?person=nobody")).toContain("No run is like that");
    expect(await page("?person=%22%3E%3Cscript%3E")).toContain("&quot;&gt;&lt;script&gt;");
  });

  it.each([
    ["day", "yesterday"],
    ["day", "2026-13-45"],
    ["state", "great"],
    ["project", "x"],
    ["limit", "0"],
    ["limit", "100000"],
  ])("refuses a filter it can't use: %s=%s", async (name, value) => {
    const response = await read(`/runs.json?${name}=${value}`);
    expect(response.status).toBe(400);
    expect((await readFailed(response)).code).toBe("invalid-filter");
  });

  it("is a CSV that no spreadsheet runs", async () => {
    replaceRun(debug).mockResolvedValue({ kind: "done", severity: "success", title: '=HYPERLINK("https://x.tld"), "a"\nb' });
    await ask("/actions/debug", ajax());
    const response = await read("/runs.csv");
    expect(response.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    expect(response.headers.get("content-disposition")).toContain("attachment");
    const [row, ...others] = csvParse(await response.text());
    expect(others).toEqual([]);
    expect(row).toMatchObject({
      action: "debug",
      state: "done",
      title: `'=HYPERLINK("https://x.tld"), "a"\nb`,
      email: "ada@studio.tld",
      tasks: "2",
      status: "200",
    });
  });
});
