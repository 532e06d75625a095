// How a page looks is decided by its script: test/worker/pages/script/theme.spec.ts. Here is what that script goes by.
import { describe, expect, it } from "vitest";
import { AJAX_FIELDS, ajax, ask, EDGE, form } from "../../support/worker/worker.ts";

const call = (theme: string, headers: Record<string, string> = {}, base = EDGE, variables = {}) =>
  ask(`${base}/actions/debug?a=1&theme=${theme}`, ajax(AJAX_FIELDS, headers), variables);
const cookieOf = (response: Response) => response.headers.get("set-cookie") ?? "";

describe("a page", () => {
  it("is dark before it is painted: the script for it does not wait for the page", async () => {
    const page = await (await ask("/actions/debug", form())).text();
    expect(page).toContain('<script src="/theme.js"></script>\n<script src="/page.js" defer></script>');
    expect((await ask("/theme.js")).headers.get("content-type")).toContain("text/javascript");
  });
});

describe("how Kitsu looked at the last AJAX call", () => {
  it("is in a cookie, which a page of another site can set over https, and scripts of ours can read", async () => {
    expect(cookieOf(await call("dark"))).toMatch(
      /^kitsu_actions_theme=dark; Path=\/; Max-Age=\d+; SameSite=None; Secure$/,
    );
    expect(cookieOf(await call("dark", {}, EDGE.replace("https:", "http:")))).toMatch(/; SameSite=Lax$/);
    expect(cookieOf(await call("light", {}, `${EDGE}/edge`, { BASE_PATH: "/edge", TRUST: "unchecked" }))).toContain(
      "Path=/edge;",
    );
  });

  it("is sent when it is another one, and not with each call", async () => {
    expect(cookieOf(await call("dark", { cookie: "other=1; kitsu_actions_theme=dark" }))).toBe("");
    expect(cookieOf(await call("light", { cookie: "kitsu_actions_theme=dark" }))).toContain("=light");
    expect(cookieOf(await ask("/actions/debug", ajax()))).toBe("");
  });

  it("is one of two words, and no other", async () => {
    expect(cookieOf(await call("%22%3E%3Cscript%3E"))).toBe("");
    expect(cookieOf(await call("dark;%20Domain=tld"))).toBe("");
  });

  it("is no parameter of the action's", async () => {
    const answer = JSON.stringify(await (await call("dark")).json());
    expect(answer).toContain("params.a");
    expect(answer).not.toContain("params.theme");
  });
});
