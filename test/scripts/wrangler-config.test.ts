// wrangler.local.toml: a studio's values beside the wrangler.toml that git knows.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { listConfigArguments, mergeConfig, readWranglerConfig } from "../../scripts/wrangler-config.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kitsu-actions-config-"));
  write("wrangler.toml", SHARED);
});
afterEach(() => rmSync(folder, { recursive: true }));
const write = (name: string, text: string) => writeFileSync(join(folder, name), text);

const SHARED = `name = "kitsu-actions"
main = "worker/main.ts"

[vars]
KITSU_URL = "https://kitsu.studio.example"
LANGUAGE = "fr"

[[kv_namespaces]]
binding = "RUNS"
id = "000"

[[ratelimits]]
name = "CALLS_BY_PERSON"
namespace_id = "7301"
simple = { limit = 60, period = 60 }
`;

const OWN = `[vars]
KITSU_URL = "https://kitsu.our-studio.tld"

[[kv_namespaces]]
binding = "RUNS"
id = "abc"

[[kv_namespaces]]
binding = "OURS"
id = "def"

[env.staging.vars]
KITSU_URL = "https://staging.our-studio.tld"
`;

describe("wrangler.local.toml", () => {
  it("adds to wrangler.toml and replaces what it names", async () => {
    write("wrangler.local.toml", OWN);
    expect(await readWranglerConfig(folder)).toMatchObject({
      name: "kitsu-actions",
      vars: { KITSU_URL: "https://kitsu.our-studio.tld", LANGUAGE: "fr" },
      kv_namespaces: [
        { binding: "RUNS", id: "abc" },
        { binding: "OURS", id: "def" },
      ],
      ratelimits: [{ name: "CALLS_BY_PERSON", namespace_id: "7301" }],
      env: { staging: { vars: { KITSU_URL: "https://staging.our-studio.tld" } } },
    });
  });

  it("is what Wrangler is given, as one file, with the module where it was", async () => {
    expect(await listConfigArguments(folder)).toEqual([]);
    write("wrangler.local.toml", OWN);
    const [option, path = ""] = await listConfigArguments(folder);
    expect(option).toBe("--config");
    expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({
      main: join(folder, "worker/main.ts"),
      vars: { KITSU_URL: "https://kitsu.our-studio.tld" },
    });
  });

  it("replaces lists of texts and entries without names as a whole", () => {
    expect(mergeConfig({ routes: ["a"], list: [{ a: 1 }] }, { routes: ["b"], list: [{ b: 1 }] })).toEqual({
      routes: ["b"],
      list: [{ b: 1 }],
    });
  });

  it("may leave a list empty", () => {
    expect(mergeConfig({ ratelimits: [{ name: "CALLS_BY_PERSON" }] }, { ratelimits: [] })).toEqual({ ratelimits: [] });
  });

  it("has the last word on the order of migrations: those that have run come before", () => {
    const tags = (...names: string[]) => ({ migrations: names.map((tag) => ({ tag })) });
    const upgraded = mergeConfig(tags("v1", "v2", "v3", "v4"), tags("back", "again", "v4"));
    expect(upgraded).toEqual(tags("v1", "v2", "v3", "back", "again", "v4"));
  });

  it("says where it is wrong", async () => {
    write("wrangler.local.toml", "[vars");
    await expect(readWranglerConfig(folder)).rejects.toThrow("wrangler.local.toml is not valid TOML");
  });
});
