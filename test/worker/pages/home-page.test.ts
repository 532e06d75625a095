import { describe, expect, it } from "vitest";
import { ask, EDGE, KITSU } from "../../support/worker/worker.ts";

describe("the home page", () => {
  it("has one link that installs the userscript, and lists the address of every action", async () => {
    const variables = {
      FORWARD_TARGETS: { publish: { url: "https://pipeline.studio.tld/secret-path", title: "Publish <it>" } },
    };
    const text = await (await ask("/", {}, variables)).text();
    expect(text).toContain(`href="${EDGE}/kitsu-actions.user.js"`);
    expect(text).toContain(`${EDGE}/actions/debug`);
    expect(text).toContain(`${EDGE}/actions/publish`);
    expect(text).toContain("Publish &lt;it&gt;");
    expect(text).not.toContain("pipeline.studio.tld");
    expect(text).toContain(KITSU);
  });

  it("shows the modes of each action, and a button that copies its address", async () => {
    const text = await (
      await ask(
        "/",
        {},
        { KITSU_TOKEN: "a-bot", FORWARD_TARGETS: { publish: { url: "https://p.tld", title: 'A "b"' } } },
      )
    ).text();
    expect(text).toMatch(/<td class="nowrap">form, Ajax<\/td>\s*<td class="nowrap"><code>[^<]*\/actions\/debug</);
    expect(text).toMatch(/<td class="nowrap">Ajax, form<\/td>\s*<td class="nowrap"><code>[^<]*\/actions\/comment</);
    expect(text).toContain(
      `data-copy="${EDGE}/actions/publish" hidden><span aria-hidden="true">Copy</span><span class="unseen">Copy the address of A &quot;b&quot;</span>`,
    );
  });

  it("is served under a path of a shared host, with or without a trailing slash", async () => {
    for (const path of ["/edge", "/edge/"]) {
      const response = await ask(path, {}, { BASE_PATH: "/edge" });
      expect(response.status).toBe(200);
      expect(await response.text()).toContain('href="/edge/style.css"');
    }
  });

  it.each([
    ["/style.css", "text/css"],
    ["/page.js", "text/javascript"],
    ["/icon.svg", "image/svg+xml"],
  ])("serves its %s", async (path, type) => {
    const response = await ask(path);
    expect(response.headers.get("content-type")).toContain(type);
    expect((await response.text()).length).toBeGreaterThan(100);
  });

  it.each(["GET", "POST", "HEAD"])("answers a ping by %s", async (method) => {
    expect((await ask("/ping", { method })).status).toBe(204);
  });

  it("answers unknown addresses with 404 and a link to the home page", async () => {
    const response = await ask("/nowhere", { headers: { accept: "text/html" } });
    expect(response.status).toBe(404);
    expect(await response.text()).toContain(`${EDGE}/`);
  });
});
