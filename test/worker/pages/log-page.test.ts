import { csvParse } from "d3-dsv";
import { describe, expect, it } from "vitest";
import { debug } from "../../../worker/actions/debug.ts";
import { replaceRun } from "../../support/worker/replace-run.ts";
import { AJAX_FIELDS, ajax, ask, KITSU, readFailed } from "../../support/worker/worker.ts";
import { ARTIST, addProject, BOT_TOKEN, openFakeZou } from "../../support/worker/zou.ts";

const READER = { authorization: "Bearer sesame-open-sesame" };
const read = (path: string, headers: Record<string, string> = {}) => ask(path, { headers: { ...READER, ...headers } });
const page = async (query = "") => (await read(`/runs${query}`, { accept: "text/html" })).text();
const runSome = async (count: number) => {
  for (let index = 0; index < count; index += 1)
    await ask("/actions/debug", ajax({ ...AJAX_FIELDS, useremail: `artist${index}@studio.tld` }));
  // Runs within the same millisecond have no defined order.
  await scheduler.wait(2);
};

describe("the log", () => {
  it("says what to do if there are no runs yet", async () => {
    expect(await page()).toContain("No runs yet");
    expect(await (await read("/runs.json")).json()).toEqual({ runs: [] });
    expect((await (await read("/runs.csv")).text()).trim()).toBe(
      "at,id,action,actionTitle,state,title,person,name,email,project,projects,tasks,trust,status,tookMs,url",
    );
  });

  it("is a page with a row per run that links to it", async () => {
    await runSome(2);
    const text = await page();
    expect(text).toContain("artist1@studio.tld");
    expect(text.match(/href="https:\/\/edge\.studio\.tld\/runs\/[0-9a-f]{32}\?at=\d+"/g)).toHaveLength(2);
    expect(text).not.toContain("Older runs");
  });

  it("shows times in the reader's time zone, and says which one it is", async () => {
    await runSome(1);
    const [own, unknown] = [await page("?tz=Asia/Tokyo"), await page()];
    expect(own).toContain("Times are in Asia/Tokyo.");
    expect(own).toContain("Day (Asia/Tokyo)");
    expect(unknown).toContain("Times are in UTC. Your own time zone is not known.");
    const [, at = "", shown = ""] = /<time datetime="([^"]+)">([^<]+)</.exec(own) ?? [];
    expect(Date.parse(`${shown} UTC+9`)).toBe(Math.floor(Date.parse(at) / 1_000) * 1_000);
  });

  it("links to older runs, keeping the filter", async () => {
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

  it("says if there are no more runs", async () => {
    const empty = { list: async () => ({ keys: [], list_complete: true }) };
    const read = (query: string) =>
      ask(`/runs?${query}`, { headers: { ...READER, accept: "text/html" } }, { RUNS: empty });
    for (const query of ["cursor=after-a-full-page", `action=debug&cursor=${encodeURIComponent("50~run/~")}`])
      expect(await (await read(query)).text()).toContain("No more runs.");
  });

  it("leads from a name to the person's runs, and on to their data", async () => {
    await runSome(1);
    const key = `person=${AJAX_FIELDS.userid}`;
    expect(await page()).toMatch(
      new RegExp(`<a href="[^"]+/runs\\?${key}"><span title="[^"]+">artist0@studio.tld</span></a>`),
    );
    expect(await page(`?${key}`)).toContain(`/runs/person?${key}"`);
    expect(await page("?person=artist0@studio.tld")).toContain('/runs/person?person=artist0%40studio.tld"');
    for (const name of ["", "?person=artist"]) expect(await page(name)).toContain('/runs/person"');
  });

  it("filters, and says if nothing matches", async () => {
    await runSome(2);
    expect(await (await read("/runs.json?person=artist1&state=done&action=debug")).json()).toMatchObject({
      runs: [{ email: "artist1@studio.tld" }],
    });
    expect(await page("?person=nobody")).toContain("No runs match these filters");
    expect(await page("?person=%22%3E%3Cscript%3E")).toContain("&quot;&gt;&lt;script&gt;");
  });

  it.each([
    ["day", "yesterday"],
    ["day", "2026-13-45"],
    ["state", "great"],
    ["project", "x".repeat(201)],
    ["limit", "0"],
    ["limit", "100000"],
  ])("rejects an invalid filter: %s=%s", async (name, value) => {
    const response = await read(`/runs.json?${name}=${value}`);
    expect(response.status).toBe(400);
    expect((await readFailed(response)).code).toBe("invalid-filter");
  });

  it("shows titles and names, finds runs by them, and links to the tasks", async () => {
    const { taskIds, projectId } = addProject(openFakeZou(), 801, 2, { name: "Paper <Lantern>" });
    const variables = { KITSU_TOKEN: BOT_TOKEN, KITSU_API: `${KITSU}/801/api` };
    const fields = {
      ...AJAX_FIELDS,
      selection: taskIds,
      userid: ARTIST.id,
      useremail: ARTIST.email,
      productionid: projectId,
    };
    await ask("/actions/statistics", ajax(fields), variables);
    const find = async (query: string) =>
      (await ask(`/runs${query}`, { headers: { ...READER, accept: "text/html" } }, variables)).text();
    for (const query of ["", "?project=lantern", "?person=zo%C3%A9", `?project=${projectId}`, "?action=statistics"]) {
      const text = await find(query);
      expect(text).toContain("<td>Statistics</td>");
      expect(text).toContain("<td>Paper &lt;Lantern&gt;</td>");
      expect(text).toContain("Zoé &quot;&lt;script&gt;&quot; 🦊</span>");
      expect(text).toMatch(/href="[^"]+\?at=\d+#tasks">2<\/a>/);
      expect(text).toContain('<option value="statistics"');
    }
    for (const query of ["?project=tram", "?person=bruno"])
      expect(await find(query)).toContain("No runs match these filters");
    const { runs } = await (await ask("/runs.json", { headers: READER }, variables)).json<{ runs: object[] }>();
    expect(runs).toMatchObject([
      { action: "statistics", actionTitle: "Statistics", projects: "Paper <Lantern>", project: projectId },
    ]);
  });

  it("is a CSV in the format of the browser's language, and RFC 4180 for scripts", async () => {
    await ask("/actions/debug", ajax());
    const download = async (headers: Record<string, string>) => (await read("/runs.csv", headers)).arrayBuffer();
    const decode = (bytes: ArrayBuffer) => new TextDecoder("utf-8", { ignoreBOM: true, fatal: true }).decode(bytes);
    const [plain, french] = [
      decode(await download({})),
      decode(await download({ "accept-language": "fr-FR,fr;q=0.9" })),
    ];
    expect(plain.startsWith("at,id,action")).toBe(true);
    expect(french.startsWith("\ufeffat;id;action")).toBe(true);
    expect(french.split("\r\n")[1]).toMatch(
      /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d;[0-9a-f]{32};debug;Débogage;done;2 tâches reçues;/,
    );
  });

  it("is a CSV without formulas", async () => {
    replaceRun(debug).mockResolvedValue({
      kind: "done",
      severity: "success",
      title: '=HYPERLINK("https://x.tld"), "a"\nb',
    });
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
