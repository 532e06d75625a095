import { describe, expect, it } from "vitest";
import { isOpenable, parseResponse } from "../contract.ts";

const JSON_TYPE = "application/json";
const say = (value: unknown, status = 200) => parseResponse(status, JSON_TYPE, JSON.stringify(value));
const RUN = { id: "0123456789abcdef0123456789abcdef", url: "https://edge.studio.tld/runs/0123" };
const DONE = { kind: "done", severity: "success", title: "Fine" };

describe("our own wire", () => {
  it("is read with its run, with an invalid run, and without one", () => {
    expect(say({ version: 1, run: RUN, reply: DONE })).toEqual({ kind: "reply", reply: DONE, run: RUN });
    expect(say({ version: 1, run: { id: 7 }, reply: DONE })).toEqual({ kind: "reply", reply: DONE, run: undefined });
    expect(say(DONE)).toEqual({ kind: "reply", reply: DONE, run: undefined });
  });

  it("drops only the entry that it can't read", () => {
    const reply = {
      ...DONE,
      outcomes: [{ id: "1", label: "SH010", state: "done" }, { state: "vanished" }],
      effects: [{ kind: "teleport" }],
      links: "none",
    };
    expect(say({ reply: { ...reply, links: [] } })).toMatchObject({
      reply: { outcomes: [{ label: "SH010" }], effects: [] },
    });
  });

  it("reads charts of known kinds, with null for missing values", () => {
    const chart = { title: "Tasks", kind: "line", labels: ["a", "b"], series: [{ name: "Done", values: [1, null] }] };
    const charts = [chart, { ...chart, kind: "pie" }, { ...chart, series: [{ name: "x", values: ["1"] }] }];
    expect(say({ reply: { ...DONE, charts } })).toMatchObject({ reply: { charts: [chart] } });
  });

  it("reads an unknown severity as information", () => {
    expect(say({ ...DONE, severity: "hilarious" })).toMatchObject({ reply: { severity: "info" } });
  });

  it("reads the title of an unknown kind", () => {
    expect(say({ version: 2, reply: { kind: "hologram", title: "Look" } })).toEqual({
      kind: "newer",
      replyKind: "hologram",
      title: "Look",
    });
    expect(say({ version: 2, reply: { kind: "hologram" } })).toEqual({
      kind: "newer",
      replyKind: "hologram",
      title: "",
    });
  });

  it("is not recognized in another server's JSON that has a kind", () => {
    expect(say({ kind: "article", message: "Hello" })).toMatchObject({ kind: "message", title: "Hello" });
  });
});

describe("servers that are not ours", () => {
  it.each([
    [
      { title: "Locked", detail: "SH010 is locked.", status: 409 },
      409,
      { kind: "message", title: "Locked", text: "SH010 is locked.", failed: true },
    ],
    [{ message: "Published" }, 200, { kind: "message", title: "Published", failed: false }],
    [{ success: false, message: "No" }, 200, { kind: "message", title: "No", failed: true }],
    [{ error: "No" }, 500, { kind: "message", title: "No", failed: true }],
    [{ detail: "Not found" }, 404, { kind: "message", title: "Not found", failed: true }],
    [{ title: "A", message: "B", detail: "C" }, 200, { kind: "message", title: "A", text: "B", failed: false }],
  ])("are read: %j", (value, status, expected) => {
    expect(say(value, status)).toEqual(expected);
  });

  it.each([
    ["plain text", "text/plain", " Published \n", { kind: "text", text: "Published", failed: false }],
    ["JSON without a message", JSON_TYPE, "[1]", { kind: "text", text: "[1]", failed: false }],
    ["broken JSON", JSON_TYPE, '{"a', { kind: "text", text: '{"a', failed: false }],
    ["nothing", "", "", { kind: "nothing", failed: false }],
    ["blanks", "", " \n", { kind: "nothing", failed: false }],
    [
      "a page",
      "text/html",
      "<title> Hi\n</title>",
      { kind: "html", html: "<title> Hi\n</title>", title: "Hi", failed: false },
    ],
    [
      "a page that claims to be JSON",
      JSON_TYPE,
      "<!DOCTYPE html><p>",
      { kind: "html", html: "<!DOCTYPE html><p>", title: "", failed: false },
    ],
  ])("%s", (_, type, body, expected) => {
    expect(parseResponse(200, type, body)).toEqual(expected);
  });

  it("may answer only a status", () => {
    expect(parseResponse(500, "", "")).toEqual({ kind: "nothing", failed: true });
    expect(parseResponse(0, "", "")).toEqual({ kind: "nothing", failed: true });
  });

  it("pollute no prototype", () => {
    parseResponse(200, JSON_TYPE, '{"__proto__": {"polluted": true}, "message": "x"}');
    expect({}).not.toHaveProperty("polluted");
  });
});

describe("isOpenable", () => {
  it.each(["https://kitsu.studio.tld/x?y#z", "HTTPS://KITSU.STUDIO.TLD", "rvlink://baked/0a"])("%s may", (url) => {
    expect(isOpenable(url, ["https", "rvlink"])).toBe(true);
  });

  it.each([
    "http://kitsu.studio.tld",
    "javascript:alert(1)",
    " javascript:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,x",
    "file:///etc/passwd",
    "blob:https://kitsu.studio.tld/1",
    "//kitsu.studio.tld",
    "/path",
    "",
    "https://",
    "https://kitsu.studio.tld@elsewhere.tld",
    "https://user:password@kitsu.studio.tld",
  ])("%j may not", (url) => {
    expect(isOpenable(url, ["https", "rvlink"])).toBe(false);
  });

  it.each(["javascript", "data", "file", "blob", "vbscript"])("%s can't even be listed", (scheme) => {
    expect(isOpenable(`${scheme}:x`, [scheme])).toBe(false);
  });
});
