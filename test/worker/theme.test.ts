import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { answerCall } from "../../worker/answer.ts";
import { runAt } from "../../worker/run.ts";
import { readSettings } from "../../worker/settings.ts";
import type { Theme } from "../../worker/theme.ts";
import { AJAX_FIELDS, ajax, ask, EDGE, FORM_FIELDS, form, makeEnv, OTHER_TASK } from "../support/worker/worker.ts";

const themeOf = async (response: Response) => /<html lang="en"(?: data-theme="(\w+)")?>/.exec(await response.text())?.[1];
const openForm = async (fields: Record<string, string> = FORM_FIELDS) => themeOf(await ask("/actions/debug", form(fields)));
const call = (theme: string, init = ajax()) => ask(`/actions/debug?a=1&theme=${theme}`, init);

describe("the page of a form", () => {
  it("is the system's while nobody said how Kitsu looks", async () => {
    expect(await openForm()).toBeUndefined();
  });

  it("looks as Kitsu did at the person's last AJAX call", async () => {
    for (const theme of ["dark", "light", "dark"]) {
      await call(theme);
      expect(await openForm()).toBe(theme);
    }
    expect(await openForm({ ...FORM_FIELDS, personid: OTHER_TASK })).toBeUndefined();
  });

  it("is dark before it is painted: the script for it does not wait for the page", async () => {
    const page = await (await ask("/actions/debug", form())).text();
    expect(page).toContain('<script src="/theme.js"></script>\n<script src="/page.js" defer></script>');
    expect((await ask("/theme.js")).headers.get("content-type")).toContain("text/javascript");
  });

  it("believes no other word, and loses nothing where KV refuses", async () => {
    await call("%22%3E%3Cscript%3E");
    expect(await openForm()).toBeUndefined();
    vi.spyOn(env.RUNS, "get").mockRejectedValue(new Error("KV GET failed"));
    expect((await call("dark")).status).toBe(200);
    expect(await openForm()).toBeUndefined();
  });
});

describe("what is kept of it", () => {
  it("is written when it changes, and not with each call", async () => {
    const put = vi.spyOn(env.RUNS, "put");
    for (const theme of ["dark", "dark", "dark", "light"]) await call(theme);
    expect(put.mock.calls.flatMap(([key, value]) => (key.startsWith("theme/") ? value : []))).toEqual(["dark", "light"]);
  });

  it("is no parameter of the action's, and no line of the log", async () => {
    const answer = JSON.stringify(await (await call("dark", ajax(AJAX_FIELDS))).json());
    expect(answer).toContain("params.a");
    expect(answer).not.toContain("params.theme");
    const log = await ask("/runs.json", { headers: { authorization: "Bearer sesame-open-sesame" } });
    expect(await log.json()).toMatchObject({ runs: [{ action: "debug" }] });
  });

  it("goes along where a form's tab is led to the run's own page", () => {
    const run = { ...runAt(EDGE, "1".repeat(32), 7), follow: { url: `${EDGE}/follow`, socket: "wss://edge.studio.tld/follow" } };
    const request = new Request(`${EDGE}/actions/debug`, form());
    const lead = (theme?: Theme) =>
      answerCall(request, { run, reply: { kind: "started", title: "x" } }, readSettings(makeEnv()), { theme }).headers.get(
        "location",
      );
    expect(lead("dark")).toBe(`${run.url}&theme=dark`);
    expect(lead()).toBe(run.url);
  });
});
