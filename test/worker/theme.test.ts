import { describe, expect, it } from "vitest";
import { answerCall } from "../../worker/answer.ts";
import { runAt } from "../../worker/run.ts";
import { readSettings } from "../../worker/settings.ts";
import { AJAX_FIELDS, ajax, ask, EDGE, FORM_FIELDS, form, makeEnv } from "../support/worker/worker.ts";

const themeOf = async (response: Response) => /<html lang="en"(?: data-theme="(\w+)")?>/.exec(await response.text())?.[1];
const openForm = async (cookie = "") => themeOf(await ask("/actions/debug", form(FORM_FIELDS, { cookie })));
const call = (theme: string, headers: Record<string, string> = {}, base = EDGE) =>
  ask(`${base}/actions/debug?a=1&theme=${theme}`, ajax(AJAX_FIELDS, headers));
const cookieOf = (response: Response) => response.headers.get("set-cookie") ?? "";

describe("the page of a form", () => {
  it("is the system's while nobody said how Kitsu looks", async () => {
    expect(await openForm()).toBeUndefined();
  });

  it("looks as Kitsu did at the last AJAX call in this browser", async () => {
    for (const theme of ["dark", "light"]) {
      const [cookie = ""] = cookieOf(await call(theme)).split(";");
      expect(await openForm(`other=1; ${cookie}`)).toBe(theme);
    }
  });

  it("is dark before it is painted: the script for it does not wait for the page", async () => {
    const page = await (await ask("/actions/debug", form())).text();
    expect(page).toContain('<script src="/theme.js"></script>\n<script src="/page.js" defer></script>');
    expect((await ask("/theme.js")).headers.get("content-type")).toContain("text/javascript");
  });

  it("believes no other word", async () => {
    expect(cookieOf(await call("%22%3E%3Cscript%3E"))).toBe("");
    expect(await openForm("kitsu_actions_theme=pink")).toBeUndefined();
  });
});

describe("the cookie", () => {
  it("comes along from Kitsu's page on another site, and from nothing but browsers", async () => {
    const cookie = cookieOf(await call("dark"));
    expect(cookie).toMatch(/^kitsu_actions_theme=dark; Path=\/; Max-Age=\d+; HttpOnly; SameSite=None; Secure$/);
    expect(cookieOf(await call("dark", {}, EDGE.replace("https:", "http:")))).toContain("SameSite=Lax");
  });

  it("is sent when it is another one, and not with each call", async () => {
    expect(cookieOf(await call("dark", { cookie: "kitsu_actions_theme=dark" }))).toBe("");
    expect(cookieOf(await call("light", { cookie: "kitsu_actions_theme=dark" }))).toContain("=light");
    expect(cookieOf(await ask("/actions/debug", ajax()))).toBe("");
  });

  it("says nothing that is a parameter of the action's", async () => {
    const answer = JSON.stringify(await (await call("dark")).json());
    expect(answer).toContain("params.a");
    expect(answer).not.toContain("params.theme");
  });

  it("need not come along where a form's tab is led to the run's own page", () => {
    const run = { ...runAt(EDGE, "1".repeat(32), 7), follow: { url: `${EDGE}/follow`, socket: "wss://edge.studio.tld/follow" } };
    const lead = (cookie: string) => {
      const request = new Request(`${EDGE}/actions/debug`, form(FORM_FIELDS, { cookie }));
      return answerCall(request, { run, reply: { kind: "started", title: "x" } }, readSettings(makeEnv())).headers.get("location");
    };
    expect(lead("kitsu_actions_theme=dark")).toBe(`${run.url}&theme=dark`);
    expect(lead("")).toBe(run.url);
  });
});
