// What the theme script relies on. The script itself: test/worker/pages/script/theme.spec.ts.
import { describe, expect, it } from "vitest";
import { AJAX_FIELDS, ajax, ask, EDGE, form } from "../../support/worker/worker.ts";

const call = (theme: string, headers: Record<string, string> = {}, base = EDGE, variables = {}) =>
  ask(`${base}/actions/debug?a=1&theme=${theme}`, ajax(AJAX_FIELDS, headers), variables);
const cookieOf = (response: Response) => response.headers.get("set-cookie") ?? "";

describe("a page", () => {
  it("sets its theme before it is painted: the theme script is not deferred", async () => {
    const page = await (await ask("/actions/debug", form())).text();
    expect(page).toContain('<script src="/theme.js"></script>\n<script src="/page.js" defer></script>');
    expect((await ask("/theme.js")).headers.get("content-type")).toContain("text/javascript");
  });
});

describe("the theme of the last AJAX call", () => {
  it("is stored in a cookie, which another site's page can set over https, and our scripts can read", async () => {
    expect(cookieOf(await call("dark"))).toMatch(
      /^kitsu_actions_theme=dark; Path=\/; Max-Age=\d+; SameSite=None; Secure$/,
    );
    expect(cookieOf(await call("dark", {}, EDGE.replace("https:", "http:")))).toMatch(/; SameSite=Lax$/);
    expect(cookieOf(await call("light", {}, `${EDGE}/edge`, { BASE_PATH: "/edge", TRUST: "unchecked" }))).toContain(
      "Path=/edge;",
    );
  });

  it("is stored only if it has changed", async () => {
    expect(cookieOf(await call("dark", { cookie: "other=1; kitsu_actions_theme=dark" }))).toBe("");
    expect(cookieOf(await call("light", { cookie: "kitsu_actions_theme=dark" }))).toContain("=light");
    expect(cookieOf(await ask("/actions/debug", ajax()))).toBe("");
  });

  it("is either light or dark", async () => {
    expect(cookieOf(await call("%22%3E%3Cscript%3E"))).toBe("");
    expect(cookieOf(await call("dark;%20Domain=tld"))).toBe("");
  });

  it("is not a parameter of the action", async () => {
    const answer = JSON.stringify(await (await call("dark")).json());
    expect(answer).toContain("params.a");
    expect(answer).not.toContain("params.theme");
  });
});
