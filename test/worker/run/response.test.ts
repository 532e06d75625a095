import { describe, expect, it, vi } from "vitest";
import type { Done, Reply } from "../../../contract.ts";
import { version } from "../../../gen/userscript.ts";
import { debug } from "../../../worker/actions/debug.ts";
import { replaceRun } from "../../support/worker/replace-run.ts";
import { ajax, ask, EDGE, FORM_FIELDS, form, readAnswer, TASK } from "../../support/worker/worker.ts";

const replyWith = (reply: Reply) => replaceRun(debug).mockResolvedValue(reply);
const page = async (reply: Reply, fields: Record<string, string> = FORM_FIELDS) => {
  replyWith(reply);
  return (await ask("/actions/debug", form(fields))).text();
};
const NASTY = `"><script>alert(1)</script><img src=x onerror='alert(1)'> 🦊 ‮abc`;
const ESCAPED = "&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=&#39;alert(1)&#39;&gt; 🦊 ‮abc";
const done = (rest: Partial<Done> = {}): Done => ({ kind: "done", severity: "success", title: "Done", ...rest });

describe("the content type of an answer", () => {
  it.each([
    ["application/json", "Kitsu's AJAX", ajax()],
    ["text/html", "Kitsu's form", form()],
    ["text/html", "a form that accepts anything", form(FORM_FIELDS, { accept: "*/*" })],
    ["application/json", "a form that asks for JSON", form(FORM_FIELDS, { accept: "application/json" })],
    ["text/html", "a link that is followed", { headers: { accept: "text/html,*/*;q=0.8" } }],
    ["application/json", "a script with GET", { headers: { accept: "*/*" } }],
  ])("is %s for %s", async (type, _, init) => {
    expect((await ask("/actions/debug", init)).headers.get("content-type")).toContain(type);
    const refusal = { ...init, method: "PATCH" };
    expect((await ask("/actions/debug", refusal)).headers.get("content-type")).toContain(type);
  });
});

describe("an answer to a userscript of another major version", () => {
  const answerTo = async (userscript: string) => {
    replyWith(done({ text: "2 tasks", links: [{ label: "More", url: "https://a.tld" }] }));
    const { reply } = await readAnswer(await ask(`/actions/debug?userscript=${userscript}`, ajax()));
    return reply;
  };

  it.each(["1000.0.1.1795455610", "7.2"])("says so, and where to update it: %s", async (version) => {
    const { text, links } = await answerTo(version);
    expect(text).toMatch(
      /^2 tasks\n\nThe script in Kitsu's page is version [\d.]+, but the action server is version \d+\.\d+\.\d+\. Reload Kitsu's tabs\./,
    );
    expect(links).toEqual([
      { label: "More", url: "https://a.tld" },
      { label: "Update the userscript", url: "https://edge.studio.tld/kitsu-actions.user.js" },
    ]);
  });

  it.each([`${version.split(".")[0]}.99.0.1`, "", "latest"])("has no note for %s", async (sent) => {
    expect(await answerTo(sent)).toMatchObject({ text: "2 tasks" });
  });
});

describe("an internal error", () => {
  it.each([
    ["the key of a run", `/runs/${"a".repeat(32)}/follow?at=1&key=${"5ec2e7".repeat(5)}`],
    ["the token of a temporary link", `/files/${"5ec2e7".repeat(10)}0000/list.m3u8`],
  ])("is logged without %s", async (_, path) => {
    const errors = vi.spyOn(console, "error").mockReturnValue();
    const fail = () => Promise.reject(new TypeError("It broke"));
    const broken = { getByName: () => ({ read: fail, readTarget: fail }) };
    const response = await ask(
      path,
      { headers: { accept: "text/html" } },
      { LONG_RUNS: broken, TEMPORARY_LINKS: broken },
    );
    expect(response.status).toBe(500);
    const text = JSON.stringify([errors.mock.calls, await response.text()]);
    expect(text).toContain("It broke");
    expect(text).not.toContain("5ec2e7");
  });
});

describe("a page", () => {
  it("is not cached, framed or sniffed, and runs no inline script", async () => {
    const { headers } = await ask("/actions/debug", form());
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain("unsafe-inline");
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  });

  it("escapes foreign text everywhere in a reply", async () => {
    const text = await page({
      ...done({ text: NASTY }),
      title: NASTY,
      outcomes: [
        {
          id: TASK,
          label: NASTY,
          state: "failed",
          reason: NASTY,
          link: { label: NASTY, url: `https://kitsu.studio.tld/${NASTY}` },
        },
      ],
      tables: [{ title: NASTY, columns: [NASTY], rows: [[NASTY]] }],
      links: [{ label: NASTY, url: "https://kitsu.studio.tld/?q='\"><script>" }],
      effects: [
        { kind: "copy", text: NASTY, label: NASTY },
        { kind: "download", url: "https://kitsu.studio.tld/x", name: NASTY },
      ],
    });
    expect(text).not.toMatch(/<script>|<img src=x|onerror='/);
    expect(text.split(ESCAPED).length - 1).toBeGreaterThanOrEqual(12);
  });

  it("links to the run, and to the page in Kitsu that the call came from", async () => {
    const text = await page(done());
    expect(text).toContain(`href="https://kitsu.studio.tld${FORM_FIELDS.currentpath}"`);
    expect(text).toMatch(/href="https:\/\/edge\.studio\.tld\/runs\/[0-9a-f]{32}\?at=\d+"/);
  });

  it.each(["//elsewhere.tld/", "javascript:alert(1)", "@elsewhere.tld"])(
    "links to no other host: %s",
    async (currentpath) => {
      const text = await page(done(), { ...FORM_FIELDS, currentpath });
      expect(text).not.toContain('href="javascript:');
      for (const [, href = ""] of text.matchAll(/href="([^"]+)"[^>]*>Back to Kitsu/g)) {
        expect(new URL(href).origin).toBe("https://kitsu.studio.tld");
      }
    },
  );

  it("counts the outcomes and lists the failed ones first", async () => {
    const text = await page(
      done({
        outcomes: [
          { id: "1", label: "SH010", state: "done" },
          { id: "2", label: "SH020", state: "failed", reason: "No frames" },
          { id: "3", label: "SH030", state: "skipped" },
        ],
      }),
    );
    expect(text).toContain("1 done, 1 skipped, 1 failed");
    expect(text.indexOf("SH020")).toBeLessThan(text.indexOf("SH030"));
    expect(text.indexOf("SH030")).toBeLessThan(text.indexOf("SH010"));
  });

  it("shows a question, and the progress of a started run", async () => {
    const ask: Reply = {
      kind: "ask",
      title: "Which frames?",
      fields: [{ name: "f", label: "Frames", type: "text" }],
      submit: "Render",
    };
    expect(await page(ask)).toContain("Frames");
    expect(await page({ kind: "started", title: "Rendering", progress: { done: 3, total: 12 } })).toContain("3 of 12");
  });

  it("shows the document of a studio's server in a frame without scripts, forms or our origin", async () => {
    replyWith(
      done({ document: `<!doctype html><style>p{color:red}</style><script>alert(1)</script><p title="x">Hi</p>` }),
    );
    const response = await ask("/actions/debug", form());
    const text = await response.text();
    expect(text).toContain("&lt;script&gt;alert(1)&lt;/script&gt;&lt;p title=&quot;x&quot;&gt;");
    const [, sandbox] = /<iframe[^>]* sandbox="([^"]*)"/.exec(text) ?? [];
    expect(sandbox).toBeDefined();
    expect(sandbox).not.toMatch(/allow-scripts|allow-same-origin|allow-forms|allow-top-navigation/);
    expect(response.headers.get("content-security-policy")).toContain("script-src 'self';");
  });
});

it("pages send forms only to us, can't be framed, and don't reveal their URL to other sites", async () => {
  replyWith(done());
  const { headers } = await ask("/actions/debug", form());
  const policy = headers.get("content-security-policy")?.split("; ");
  for (const rule of [
    "default-src 'none'",
    "script-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ])
    expect(policy).toContain(rule);
  expect(headers.get("referrer-policy")).toBe("same-origin");
  expect(headers.get("x-content-type-options")).toBe("nosniff");
});

describe("a form's tab", () => {
  const open = { kind: "open", url: "https://kitsu.studio.tld/playlists/1" } as const;

  it("goes to the URL that the reply opens", async () => {
    replyWith(done({ effects: [open] }));
    const response = await ask("/actions/debug", form());
    expect(response.status).toBe(303);
    expect(response.headers.get("location")).toBe(open.url);
  });

  it.each([
    ["outcomes", { effects: [open], outcomes: [{ id: "1", label: "SH010", state: "done" as const }] }],
    ["a warning", { effects: [open], severity: "warning" as const }],
    ["another effect", { effects: [open, { kind: "copy" as const, text: "x" }] }],
  ])("stays if there is more to read: %s", async (_, rest) => {
    expect(await page(done(rest))).toContain(`href="${open.url}"`);
  });
});

describe("a URL that may not be opened", () => {
  const BAD = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,x",
    "file:///etc/passwd",
    "rvlink://x",
    "/relative",
    "https://kitsu.studio.tld@elsewhere.tld",
    "",
  ];

  it.each(BAD)("is left out everywhere, and the reply says so: %s", async (url) => {
    const reply = done({
      links: [
        { label: "bad", url },
        { label: "good", url: "https://kitsu.studio.tld/" },
      ],
      effects: [
        { kind: "open", url },
        { kind: "download", url, name: "x" },
      ],
      outcomes: [{ id: "1", label: "SH010", state: "done", link: { label: "bad", url } }],
    });
    replyWith(reply);
    const answer = await readAnswer(await ask("/actions/debug", ajax()));
    expect(answer.reply).toMatchObject({
      links: [{ label: "good" }, { label: "How to fix it", url: `${EDGE}/help#links-were-removed` }],
      effects: [],
      text: expect.stringContaining("4 links were removed"),
    });
    expect("outcomes" in answer.reply && answer.reply.outcomes?.[0]).toEqual({
      id: "1",
      label: "SH010",
      state: "done",
    });
    replyWith(reply);
    const response = await ask("/actions/debug", form());
    expect(response.status).toBe(200);
    if (url !== "") expect(await response.text()).not.toContain(`"${url}"`);
  });

  it("stays if it leads to the worker itself, which is on plain http", async () => {
    const own = EDGE.replace("https", "http");
    const urls = [`${own}/doctor`, `${own}.elsewhere.tld/doctor`, `${own}@elsewhere.tld/doctor`, `${own}:81/doctor`];
    replyWith(
      done({ links: urls.map((url) => ({ label: url, url })), effects: [{ kind: "open", url: `${own}/runs` }] }),
    );
    const { reply } = await readAnswer(await ask(`${own}/actions/debug`, ajax()));
    expect(reply).toMatchObject({
      links: [{ url: `${own}/doctor` }, { url: `${own}/help#links-were-removed` }],
      effects: [{ url: `${own}/runs` }],
      text: expect.stringContaining("3 links were removed"),
    });
  });

  it("may be opened if the studio lists its scheme", async () => {
    replyWith(done({ links: [{ label: "Play", url: "rvlink://x" }] }));
    const answer = await readAnswer(await ask("/actions/debug", ajax(), { LINK_SCHEMES: "rvlink" }));
    expect(answer.reply.links).toHaveLength(1);
  });
});
