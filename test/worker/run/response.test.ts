import { describe, expect, it, vi } from "vitest";
import type { Done, Reply } from "../../../contract.ts";
import { debug } from "../../../worker/actions/debug.ts";
import { replaceRun } from "../../support/worker/replace-run.ts";
import { ajax, ask, FORM_FIELDS, form, readAnswer, TASK } from "../../support/worker/worker.ts";

const say = (reply: Reply) => replaceRun(debug).mockResolvedValue(reply);
const page = async (reply: Reply, fields: Record<string, string> = FORM_FIELDS) => {
  say(reply);
  return (await ask("/actions/debug", form(fields))).text();
};
const NASTY = `"><script>alert(1)</script><img src=x onerror='alert(1)'> 🦊 ‮abc`;
const ESCAPED = "&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=&#39;alert(1)&#39;&gt; 🦊 ‮abc";
const done = (rest: Partial<Done> = {}): Done => ({ kind: "done", severity: "success", title: "Done", ...rest });

describe("who gets JSON and who a page", () => {
  it.each([
    ["Kitsu's AJAX", ajax(), "application/json"],
    ["Kitsu's form", form(), "text/html"],
    ["a form without a word of what it accepts", form(FORM_FIELDS, { accept: "*/*" }), "text/html"],
    ["a form that asks for JSON", form(FORM_FIELDS, { accept: "application/json" }), "application/json"],
    ["a link that is followed", { headers: { accept: "text/html,*/*;q=0.8" } }, "text/html"],
    ["a script with GET", { headers: { accept: "*/*" } }, "application/json"],
  ])("%s", async (_, init, type) => {
    expect((await ask("/actions/debug", init)).headers.get("content-type")).toContain(type);
    const refusal = { ...init, method: "PATCH" };
    expect((await ask("/actions/debug", refusal)).headers.get("content-type")).toContain(type);
  });
});

describe("a fault of ours", () => {
  it.each([
    ["the key of a run", `/runs/${"a".repeat(32)}/follow?at=1&key=${"5ec2e7".repeat(5)}`],
    ["the address of what is lent", `/files/${"5ec2e7".repeat(10)}0000/list.m3u8`],
  ])("is written down without %s", async (_, path) => {
    const written = vi.spyOn(console, "error").mockReturnValue();
    const fail = () => Promise.reject(new TypeError("It broke"));
    const broken = { getByName: () => ({ read: fail, readTarget: fail }) };
    const response = await ask(
      path,
      { headers: { accept: "text/html" } },
      { LONG_RUNS: broken, TEMPORARY_LINKS: broken },
    );
    expect(response.status).toBe(500);
    const text = JSON.stringify([written.mock.calls, await response.text()]);
    expect(text).toContain("It broke");
    expect(text).not.toContain("5ec2e7");
  });
});

describe("a page", () => {
  it("is not cached, framed, scripted from inside, or sniffed", async () => {
    const { headers } = await ask("/actions/debug", form());
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain("unsafe-inline");
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  });

  it("has text where text came from outside, wherever it stands in a reply", async () => {
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

  it("leads back to the page in Kitsu it came from, and to the run", async () => {
    const text = await page(done());
    expect(text).toContain(`href="https://kitsu.studio.tld${FORM_FIELDS.currentpath}"`);
    expect(text).toMatch(/href="https:\/\/edge\.studio\.tld\/runs\/[0-9a-f]{32}\?at=\d+"/);
  });

  it.each(["//elsewhere.tld/", "javascript:alert(1)", "@elsewhere.tld"])(
    "leads to no other host: %s",
    async (currentpath) => {
      const text = await page(done(), { ...FORM_FIELDS, currentpath });
      expect(text).not.toContain('href="javascript:');
      for (const [, href = ""] of text.matchAll(/href="([^"]+)"[^>]*>Back to Kitsu/g)) {
        expect(new URL(href).origin).toBe("https://kitsu.studio.tld");
      }
    },
  );

  it("counts outcomes and names the failed ones first", async () => {
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

  it("shows what can't be asked or followed yet", async () => {
    const ask: Reply = {
      kind: "ask",
      title: "Which frames?",
      fields: [{ name: "f", label: "Frames", type: "text" }],
      submit: "Render",
    };
    expect(await page(ask)).toContain("Frames");
    expect(await page({ kind: "started", title: "Rendering", progress: { done: 3, total: 12 } })).toContain("3 of 12");
  });

  it("of a studio's server is in a frame that runs nothing and owns nothing", async () => {
    say(done({ document: `<!doctype html><style>p{color:red}</style><script>alert(1)</script><p title="x">Hi</p>` }));
    const response = await ask("/actions/debug", form());
    const text = await response.text();
    expect(text).toContain("&lt;script&gt;alert(1)&lt;/script&gt;&lt;p title=&quot;x&quot;&gt;");
    const [, sandbox] = /<iframe[^>]* sandbox="([^"]*)"/.exec(text) ?? [];
    expect(sandbox).toBeDefined();
    expect(sandbox).not.toMatch(/allow-scripts|allow-same-origin|allow-forms|allow-top-navigation/);
    expect(response.headers.get("content-security-policy")).toContain("script-src 'self';");
  });
});

it("of ours send forms to ourselves alone, are in nobody's frame, and tell nobody else their address", async () => {
  say(done());
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

  it("goes where the reply opens", async () => {
    say(done({ effects: [open] }));
    const response = await ask("/actions/debug", form());
    expect(response.status).toBe(303);
    expect(response.headers.get("location")).toBe(open.url);
  });

  it.each([
    ["outcomes", { effects: [open], outcomes: [{ id: "1", label: "SH010", state: "done" as const }] }],
    ["a warning", { effects: [open], severity: "warning" as const }],
    ["something else to do", { effects: [open, { kind: "copy" as const, text: "x" }] }],
  ])("stays where there is more to read: %s", async (_, rest) => {
    expect(await page(done(rest))).toContain(`href="${open.url}"`);
  });
});

describe("an address that may not be opened", () => {
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

  it.each(BAD)("is left out everywhere, and that is said: %s", async (url) => {
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
    say(reply);
    const answer = await readAnswer(await ask("/actions/debug", ajax()));
    expect(answer.reply).toMatchObject({
      links: [{ label: "good" }],
      effects: [],
      text: expect.stringContaining("4 links were removed"),
    });
    expect("outcomes" in answer.reply && answer.reply.outcomes?.[0]).toEqual({
      id: "1",
      label: "SH010",
      state: "done",
    });
    say(reply);
    const response = await ask("/actions/debug", form());
    expect(response.status).toBe(200);
    if (url !== "") expect(await response.text()).not.toContain(`"${url}"`);
  });

  it("may be opened once the studio lists its scheme", async () => {
    say(done({ links: [{ label: "Play", url: "rvlink://x" }] }));
    const answer = await readAnswer(await ask("/actions/debug", ajax(), { LINK_SCHEMES: "rvlink" }));
    expect(answer.reply.links).toHaveLength(1);
  });
});
