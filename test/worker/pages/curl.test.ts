import { describe, expect, it } from "vitest";
import { makeCurl } from "../../../worker/pages/curl.ts";
import type { RunRecord } from "../../../worker/storage/run-record.ts";
import {
  AJAX_FIELDS,
  ajax,
  ask,
  EDGE,
  FORM_FIELDS,
  form,
  KITSU,
  readAnswer,
  readLog,
  TASK,
} from "../../support/worker/worker.ts";
import { ARTIST, addProject, BOT_TOKEN, openFakeZou } from "../../support/worker/zou.ts";

const RECORDED: RunRecord = {
  id: "1".repeat(32),
  at: 7,
  tookMs: 7,
  action: "debug",
  status: 200,
  call: { dialect: "ajax", person: {}, selection: [TASK], params: {}, ignored: [] },
  arrived: { method: "POST", path: "/actions/debug", headers: [], fields: [] },
  reply: { kind: "done", severity: "info", title: "x" },
};
const curl = (rest: Partial<RunRecord> = {}) => makeCurl({ ...RECORDED, ...rest }, EDGE, `${KITSU}/path`);

/** Splits a command line into words as a POSIX shell does. */
const readWords = (line: string) =>
  [...line.matchAll(/(?:'[^']*'|"[^"]*"|\\.|[^\s'"\\])+/g)].map(([word]) =>
    word.replace(
      /'([^']*)'|"([^"]*)"|\\(.)/g,
      (_, ...parts: (string | undefined)[]) => parts.slice(0, 3).find((part) => part !== undefined) ?? "",
    ),
  );

/** Sends the request that curl would send. */
async function run(line: string) {
  const [program, url = "", ...options] = readWords(line);
  expect(program).toBe("curl");
  const headers: [string, string][] = [];
  let body: string | undefined;
  for (let at = 0; at < options.length; at += 2) {
    const value = options[at + 1] ?? "";
    if (options[at] === "-H") headers.push([value.split(": ")[0] ?? "", value.split(": ").slice(1).join(": ")]);
    else if (options[at] === "-d") body = value;
    else expect(options[at]).toBe("-b");
  }
  return ask(url.slice(EDGE.length), { headers, ...(body !== undefined && { method: "POST", body }) });
}

const READER = { authorization: "Bearer sesame-open-sesame" };

async function openRun(path: string, init: RequestInit) {
  const { run: first } = await readAnswer(
    await ask(path, { ...init, headers: { ...init.headers, accept: "application/json" } }),
  );
  const address = first?.url.slice(EDGE.length) ?? "";
  return { address, text: await (await ask(address, { headers: { ...READER, accept: "text/html" } })).text() };
}

describe("a run's curl command", () => {
  it.each([
    [
      "Kitsu's AJAX",
      "/actions/debug?a=1&b=it%27s%20%22quoted%22%20$HOME",
      ajax({ ...AJAX_FIELDS, useremail: "maeve.o'brien@studio.tld" }),
    ],
    ["Kitsu's form", "/actions/debug?a=1&run=22222222222222222222222222222222&theme=dark", form(FORM_FIELDS)],
    ["a link", `/actions/debug?selection=${TASK}&personemail=ada@studio.tld&x=%F0%9F%A6%8A`, {}],
  ])("repeats the same call, from %s", async (_, path, init) => {
    const { text } = await openRun(path, init);
    const [, escaped = ""] = /data-copy="(curl [^"]*)"/.exec(text) ?? [];
    const line = escaped
      .replaceAll("&quot;", '"')
      .replaceAll("&#39;", "'")
      .replaceAll("&lt;", "<")
      .replaceAll("&amp;", "&");
    expect((await run(line)).status).toBe(200);
    const [again, first] = (await readLog()).map(({ call }) => call);
    const { dialect: _dialect, ...expected } = first as Record<string, unknown>;
    expect(again).toMatchObject(expected);
    expect(await readLog()).toHaveLength(2);
  });

  it("contains no secrets, only variables for them", async () => {
    const person = { name: "Ada", trust: "session" } as const;
    expect(curl({ person })).toContain('-b "access_token_cookie=$KITSU_SESSION"');
    expect(curl({ person: { ...person, trust: "access" } })).toContain('-H "cf-access-token: $ACCESS_TOKEN"');
    expect(curl()).not.toContain("$");
  });

  it("does not say who calls if credentials do: they are the reader's own", () => {
    const person = { id: TASK, email: "ada@studio.tld" };
    const of = (trust: "claimed" | "session" | "access") =>
      curl({ call: RECORDED.call && { ...RECORDED.call, person }, person: { name: "Ada", trust } });
    expect(of("claimed")).toContain("ada@studio.tld");
    for (const trust of ["session", "access"] as const) expect(of(trust)).not.toMatch(/ada@studio\.tld|personid/);
  });

  it("has a long call in the lines after the command", () => {
    const selection = Array.from({ length: 5_000 }, () => TASK);
    const [line = "", body = "", ...rest] =
      curl({ call: RECORDED.call && { ...RECORDED.call, selection } })?.split("\n") ?? [];
    expect(line).toMatch(/ -d @- <<'END'$/);
    expect(JSON.parse(body)).toEqual({ selection: selection.join(",") });
    expect(rest).toEqual(["END"]);
  });

  it("is absent if there is no call to repeat, or if it is too long for an address", () => {
    expect(curl({ call: undefined })).toBeUndefined();
    expect(
      curl({ call: RECORDED.call && { ...RECORDED.call, changeOf: { id: "2".repeat(32), at: 1 } } }),
    ).toBeUndefined();
    const arrived = { ...RECORDED.arrived, method: "GET" };
    expect(
      curl({ arrived, call: RECORDED.call && { ...RECORDED.call, selection: Array(4_000).fill(TASK) } }),
    ).toBeUndefined();
  });
});

describe("a run's page in the log", () => {
  it("links to Kitsu and to the full record as JSON", async () => {
    const { address, text } = await openRun("/actions/debug", ajax());
    expect(text).toContain(`href="${KITSU}${AJAX_FIELDS.originurl}">Open in Kitsu`);
    const [, link = ""] = /href="([^"]+)">Full record as JSON/.exec(text) ?? [];
    const json = await ask(link.replaceAll("&amp;", "&").slice(EDGE.length), {
      headers: { ...READER, accept: "text/html" },
    });
    expect(await json.json()).toMatchObject({ action: "debug", call: { selection: AJAX_FIELDS.selection } });
    const stranger = await ask(`${address}&as=json`, { headers: { accept: "text/html" } });
    expect(stranger.headers.get("content-type")).toContain("text/html");
  });

  it("offers its call as curl, as a replay and as a fixture, but not that of an undo", async () => {
    const { address, text } = await openRun("/actions/debug", ajax());
    const url = `${EDGE}${address}`;
    expect(text).toContain(
      `data-copy="npx kitsu-actions replay &#39;${url.replace("&", "&amp;")}&#39; --against http://localhost:8787"`,
    );
    expect(text).toContain(`href="${url.replace("?", "/fixture.json?")}" download>Save as fixture`);
    const strangers = await (await ask(address, { headers: { accept: "text/html" } })).text();
    expect(strangers).not.toMatch(/fixture|replay|curl/);
    const { text: unread } = await openRun("/actions/debug", ajax("{"));
    expect(unread).not.toMatch(/Save as fixture|kitsu-actions replay/);
  });

  it("links to each task by name if Kitsu was asked", async () => {
    const { text } = await openRun("/actions/debug", ajax());
    expect(text).toContain('<h2 id="tasks">The 2 tasks</h2>');
    expect(text).toContain("Their ids are in the call below.");
    const { taskIds } = addProject(openFakeZou(), 802, 1, { name: "Lantern" });
    const variables = { KITSU_TOKEN: BOT_TOKEN, KITSU_API: `${KITSU}/802/api` };
    const fields = { ...AJAX_FIELDS, selection: taskIds, userid: ARTIST.id, useremail: ARTIST.email };
    const { run: named } = await readAnswer(await ask("/actions/debug", ajax(fields), variables));
    const page = await (
      await ask(named?.url.slice(EDGE.length) ?? "", { headers: { ...READER, accept: "text/html" } })
    ).text();
    expect(page).toMatch(
      new RegExp(
        `<a href="${KITSU}/productions/[0-9a-f-]+/shots/tasks/${taskIds[0]}" dir="auto">SQ01 / SH\\d+ / Animation</a>`,
      ),
    );
    expect(page).toContain("<dd>Lantern</dd>");
  });
});
