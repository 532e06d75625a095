import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { close, en, more, sentForTasks } from "../../../gen/userscript-messages.ts";
import { compareVersions } from "../../../worker/format/version-order.ts";
import { laterVersion, readUserscriptVersion } from "../../../worker/pages/userscript-version.ts";
import { readSettings } from "../../../worker/settings/settings.ts";
import { ask, EDGE, KITSU, makeEnv } from "../../support/worker/worker.ts";

const VERSION = { VERSION: { id: "x", tag: "", timestamp: "2027-01-15T08:00:00.000Z" } };

/** The lines of a metadata block as managers read them: it must start at the first byte. */
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

const values = (metadata: [string, string][], key: string) =>
  metadata.filter(([name]) => name === key).map(([, value]) => value);
const version = async (variables: object) =>
  values(readMetadata(await (await ask("/kitsu-actions.meta.js", {}, { ...variables })).text()), "version")[0] ?? "";

describe("the userscript", () => {
  it.each(["/kitsu-actions.user.js", "/kitsu-actions.meta.js"])(
    "%s is served to anyone as a script, revalidated each time",
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

  it("contains the addresses of Kitsu and the worker, and the schemes of links it may open", async () => {
    const source = await (
      await ask("/edge/kitsu-actions.user.js", {}, { BASE_PATH: "/edge", LINK_SCHEMES: "rvlink", ...VERSION })
    ).text();
    const [, config = ""] = /\((\{"version".*\})\);\n$/.exec(source) ?? [];
    expect(JSON.parse(config)).toEqual({
      version: expect.stringMatching(/^\d+\.\d+\.\d+\.1800000000$/),
      worker: `${EDGE}/edge`,
      kitsu: [KITSU],
      schemes: ["https", "rvlink"],
      languages: expect.arrayContaining(["en", "fr"]),
    });
  });

  it("is served with its metadata block", async () => {
    const source = await (await ask("/kitsu-actions.user.js")).text();
    expect(source).toMatch(/^\/\/ ==UserScript==\n/);
    expect(source.length).toBeGreaterThan(5_000);
  });
});

describe("the script for a tag in Kitsu's page", () => {
  const PATH = "/kitsu-actions.js";

  it("is the userscript without its metadata, and says that it is in the page", async () => {
    const [tag, userscript] = await Promise.all(
      [PATH, "/kitsu-actions.user.js"].map(async (path) => (await ask(path)).text()),
    );
    expect(tag).toMatch(/^\(function\(CONFIG\)\{/);
    const withoutWay = tag?.replace(',"way":"tag"', "") ?? "";
    expect(tag).not.toBe(withoutWay);
    expect(userscript?.endsWith(withoutWay)).toBe(true);
  });

  it("may be embedded by any page, also one that is isolated, and is nothing but a script", async () => {
    const { headers } = await ask(PATH, { headers: { origin: KITSU } });
    expect(headers.get("content-type")).toBe("text/javascript; charset=utf-8");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("cross-origin-resource-policy")).toBe("cross-origin");
    expect(headers.get("access-control-allow-origin")).toBe(KITSU);
    expect((await ask(PATH)).headers.get("access-control-allow-origin")).toBe("*");
  });

  it("is stored for good by its version, and otherwise revalidated, even after a proxy compressed it", async () => {
    const current = await version({});
    const cacheControl = async (query: string) => (await ask(PATH + query)).headers.get("cache-control");
    expect(await cacheControl(`?v=${current}`)).toBe("public, max-age=31536000, immutable");
    for (const query of ["", "?v=0.0.0.1"]) expect(await cacheControl(query)).toBe("no-cache");
    const etag = (await ask(PATH)).headers.get("etag") ?? "";
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`])
      expect((await ask(PATH, { headers: { "if-none-match": known } })).status).toBe(304);
    expect((await ask(PATH, { headers: { "if-none-match": '"other"' } })).status).toBe(200);
    expect((await ask(PATH, {}, { LINK_SCHEMES: "rvlink" })).headers.get("etag")).not.toBe(etag);
  });
});

describe("its languages", () => {
  const PATH = "/kitsu-actions.fr.json";

  it("are served to anyone as JSON", async () => {
    for (const method of ["GET", "HEAD"]) {
      const response = await ask(PATH, { method });
      expect(response.status).toBe(200);
      expect(response.headers.get("content-type")).toBe("application/json; charset=utf-8");
      expect(response.headers.get("access-control-allow-origin")).toBe("*");
      const etag = response.headers.get("etag") ?? "";
      expect((await ask(PATH, { method, headers: { "if-none-match": etag } })).status).toBe(304);
    }
    const texts: unknown[] = await (await ask(PATH)).json();
    expect(texts).toHaveLength(en.length);
    expect(texts[close]).toBe("Fermer");
    expect(texts[more]).toEqual([["count"], " de plus"]);
    expect(texts[sentForTasks]).toMatchObject([
      ["count", "plural", { one: ["Envoyée pour ", ["count"], " tâche…"], many: expect.anything() }],
    ]);
  });

  it("are cached for a year, but only by the version that they belong to", async () => {
    const cacheControl = async (query: string) => (await ask(`${PATH}${query}`)).headers.get("cache-control");
    expect(await cacheControl(`?v=${await version({})}`)).toBe("public, max-age=31536000, immutable");
    for (const query of ["", "?v=0.0.0.1"]) expect(await cacheControl(query)).toBe("no-cache");
  });

  it.each(["en", "xx", "constructor", "FR", "fr.json"])("don't include %s", async (language) => {
    expect((await ask(`/kitsu-actions.${language}.json`)).status).toBe(404);
  });
});

describe("its metadata", () => {
  it("is the same in both files, and runs the script in the page's context", async () => {
    const [script, meta] = await Promise.all(
      ["user", "meta"].map(async (kind) => (await ask(`/kitsu-actions.${kind}.js`)).text()),
    );
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

  it("matches Kitsu and our own pages, with and without a port, because managers differ", async () => {
    const meta = await (
      await ask("/kitsu-actions.meta.js", {}, { KITSU_URL: `http://kitsu.lan:8080/x ${KITSU}` })
    ).text();
    expect(values(readMetadata(meta), "match")).toEqual([
      "http://kitsu.lan/*",
      "http://kitsu.lan:8080/*",
      `${KITSU}/*`,
      `${EDGE}/*`,
    ]);
  });

  const deployedAt = (time: string, rest: object = {}) => version({ VERSION: { timestamp: time }, ...rest });

  it("keeps its version across deploys that don't change it, at every address of the worker", async () => {
    const first = await deployedAt("2027-01-15T08:00:00.000Z");
    expect(first).toMatch(/^\d+\.\d+\.\d+\.1800000000$/);
    for (const time of ["2027-01-16T08:00:00.000Z", "2027-03-01T08:00:00.000Z", "2026-12-01T08:00:00.000Z"])
      expect(await deployedAt(time, { LOG_RETENTION_DAYS: "7" })).toBe(first);
    const elsewhere = await ask("https://actions.studio.workers.dev/kitsu-actions.meta.js");
    expect(values(readMetadata(await elsewhere.text()), "version")).toEqual([first]);
    expect(await (await ask("/")).text()).toContain(`version ${first}`);
  });

  it("reads its version from KV once per isolate", async () => {
    const variables = makeEnv(VERSION);
    const settings = readSettings(variables);
    const get = vi.spyOn(env.RUNS, "get");
    const versions = await Promise.all([1, 2].map(() => readUserscriptVersion(variables, settings)));
    const asked = get.mock.calls.length;
    expect(await readUserscriptVersion(variables, settings)).toBe(versions[0]);
    expect(get).toHaveBeenCalledTimes(asked);
  });

  it("has a later version whenever its content changed, even after a rollback", async () => {
    const versions = [
      await deployedAt("2027-01-15T08:00:00.000Z"),
      await deployedAt("2027-01-16T08:00:00.000Z", { LINK_SCHEMES: "rvlink" }),
      await deployedAt("2027-01-15T08:00:00.000Z"),
      await deployedAt("2027-01-15T08:00:00.000Z", { KITSU_URL: "https://kitsu.other.tld" }),
      await deployedAt("2027-02-01T08:00:00.000Z"),
    ];
    for (const [at, one] of versions.entries()) {
      const before = versions[at - 1];
      if (before !== undefined) expect(compareVersions(one, before), `${one} after ${before}`).toBeGreaterThan(0);
    }
  });

  it("can be installed even if KV can't be read", async () => {
    vi.spyOn(env.RUNS, "get").mockRejectedValue(new Error("KV GET failed"));
    const put = vi.spyOn(env.RUNS, "put");
    expect(await deployedAt("2027-01-15T08:00:00.000Z")).toMatch(/\.1800000000$/);
    expect(put).not.toHaveBeenCalled();
  });

  it("ignores an invalid value in KV", async () => {
    await env.RUNS.put("userscript", JSON.stringify({ digest: 1, version: "x" }));
    expect(await deployedAt("2027-01-15T08:00:00.000Z")).toMatch(/\.1800000000$/);
  });

  it.each([
    ["0.1.0.1800000000", "0.1.0.1800000001", "0.1.0.1800000001"],
    ["0.1.0.1800000000", "0.2.0.7", "0.2.0.7"],
    ["0.2.0.7", "0.1.0.1800000000", "0.2.0.8"],
    ["0.1.0.1800000000", "0.1.0.1800000000", "0.1.0.1800000001"],
    ["0.1", "0.1.0.1", "0.1.0.1"],
    ["0.9.0.1", "0.10.0.1", "0.10.0.1"],
  ])("goes from %s to %s as %s", (last, candidate, next) => {
    expect(laterVersion(last, candidate)).toBe(next);
    expect(compareVersions(next, last)).toBeGreaterThan(0);
  });
});
