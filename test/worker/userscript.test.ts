import { describe, expect, it } from "vitest";
import { ask, EDGE, KITSU } from "../support/worker/worker.ts";

const VERSION = { VERSION: { id: "x", tag: "", timestamp: "2027-01-15T08:00:00.000Z" } };

/** The lines of a metadata block, as managers read them: from the first byte on, one space after the slashes. */
function readMetadata(source: string): [string, string][] {
  const lines = source.split("\n");
  expect(lines[0]).toBe("// ==UserScript==");
  const end = lines.indexOf("// ==/UserScript==");
  expect(end).toBeGreaterThan(0);
  return lines.slice(1, end).map((line) => {
    const [, key = "", value = ""] = /^\/\/ @(\S+)(?: (.+))?$/.exec(line) ?? [];
    expect(key).not.toBe("");
    return [key, value];
  });
}

const values = (metadata: [string, string][], key: string) => metadata.filter(([name]) => name === key).map(([, value]) => value);
const version = async (variables: object) =>
  values(readMetadata(await (await ask("/kitsu-actions.meta.js", {}, { ...variables })).text()), "version")[0] ?? "";

describe("the userscript", () => {
  it.each(["/kitsu-actions.user.js", "/kitsu-actions.meta.js"])(
    "%s is served as a script, to anyone, checked for change each time",
    async (path) => {
      for (const method of ["GET", "HEAD"]) {
        const response = await ask(path, { method });
        expect(response.status).toBe(200);
        expect(response.headers.get("content-type")).toBe("text/javascript; charset=utf-8");
        expect(response.headers.get("cache-control")).toBe("no-cache");
        expect(response.headers.get("access-control-allow-origin")).toBe("*");
        const etag = response.headers.get("etag") ?? "";
        expect((await ask(path, { method, headers: { "if-none-match": etag } })).status).toBe(304);
      }
    },
  );

  it("knows the studio's Kitsu, this worker, and which links may be opened", async () => {
    const source = await (
      await ask("/edge/kitsu-actions.user.js", {}, { BASE_PATH: "/edge", LINK_SCHEMES: "rvlink", ...VERSION })
    ).text();
    const [, config = ""] = /\((\{"version".*\})\);\n$/.exec(source) ?? [];
    expect(JSON.parse(config)).toEqual({
      version: expect.stringMatching(/^\d+\.\d+\.\d+\.1800000000$/),
      worker: `${EDGE}/edge`,
      kitsu: [KITSU],
      schemes: ["https", "rvlink"],
    });
  });

  it("is a script that compiles", async () => {
    const source = await (await ask("/kitsu-actions.user.js")).text();
    expect(source).toMatch(/^\/\/ ==UserScript==\n/);
    expect(source.length).toBeGreaterThan(5_000);
  });
});

describe("its metadata", () => {
  it("is the same in both files, and lands the script in the page", async () => {
    const [script, meta] = await Promise.all(["user", "meta"].map(async (kind) => (await ask(`/kitsu-actions.${kind}.js`)).text()));
    expect(script?.startsWith(meta ?? "?")).toBe(true);
    const metadata = readMetadata(meta ?? "");
    expect(Object.fromEntries(metadata)).toMatchObject({
      name: "Kitsu Actions",
      "run-at": "document-start",
      "inject-into": "auto",
      sandbox: "raw",
      grant: "none",
      noframes: "",
      namespace: `${EDGE}/`,
      homepageURL: `${EDGE}/`,
      updateURL: `${EDGE}/kitsu-actions.meta.js`,
      downloadURL: `${EDGE}/kitsu-actions.user.js`,
    });
  });

  it("matches Kitsu and our own pages, with and without a port, for managers differ", async () => {
    const meta = await (await ask("/kitsu-actions.meta.js", {}, { KITSU_URL: `http://kitsu.lan:8080/x ${KITSU}` })).text();
    expect(values(readMetadata(meta), "match")).toEqual([
      "http://kitsu.lan/*",
      "http://kitsu.lan:8080/*",
      `${KITSU}/*`,
      `${EDGE}/*`,
    ]);
  });

  it("has a version that grows with every deploy", async () => {
    const [before, after] = [await version(VERSION), await version({ VERSION: { timestamp: "2027-01-15T08:00:01.000Z" } })];
    expect(before).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
    expect(Number(after.split(".")[3])).toBe(Number(before.split(".")[3]) + 1);
    expect(Number((await version({})).split(".")[3])).toBeGreaterThan(1_700_000_000);
  });
});
