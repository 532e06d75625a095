// npm create kitsu-actions, and what it writes.
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { PACKAGE_FOLDER, PACKAGE_VERSION } from "../../../scripts/package-folder.ts";
import { readWranglerConfig } from "../../../scripts/wrangler-config.ts";
import { createFolder } from "./support/folder.ts";
import { create, kitsuActions } from "./support/run.ts";

let folder: string;
beforeEach(() => {
  folder = createFolder();
});

const readJson = async (...path: string[]) => JSON.parse(await readFile(join(...path), "utf8"));

describe("npm create kitsu-actions", () => {
  it("writes a repository into a new folder, and says what comes next", async () => {
    const { code, stdout, stderr } = await create(folder, "My Studio");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain('  cd "My Studio"\n  npm install\n  npm start ');
    expect((await readdir(join(folder, "My Studio"))).sort()).toEqual(
      [
        ...[".github", ".gitignore", ".npmrc", "README.md", "actions", "package.json", "test", "tsconfig.json"],
        ...["vitest.config.ts", "worker.ts", "wrangler.toml"],
      ].sort(),
    );
    expect(await readJson(folder, "My Studio/package.json")).toMatchObject({
      name: "my-studio",
      dependencies: { "kitsu-actions": `^${PACKAGE_VERSION}` },
    });
  });

  it("writes into this folder without a name, even if git init came first", async () => {
    await mkdir(join(folder, ".git"));
    const { code, stdout } = await create(folder);
    expect(code).toBe(0);
    expect(stdout).not.toContain("  cd ");
    expect(await readdir(folder)).toContain("wrangler.toml");
  });

  it("depends on the package that is named, a version or a file", async () => {
    await create(folder, "one", "--package", "1.2.3");
    await writeFile(join(folder, "packed.tgz"), "");
    await create(folder, "two", "--package", "packed.tgz");
    expect((await readJson(folder, "one/package.json")).dependencies["kitsu-actions"]).toBe("1.2.3");
    expect((await readJson(folder, "two/package.json")).dependencies["kitsu-actions"]).toBe(
      `file:${join(folder, "packed.tgz")}`,
    );
  });

  it.each([
    ["a folder that is not empty", ["full"], "/full is not an empty folder. Name a new one:"],
    ["a file", ["full/file"], "/full/file is not an empty folder."],
    ["a folder in a file", ["full/file/new"], "/full/file/new can't be created (ENOTDIR"],
    ["a package that is not there", ["one", "--package", "./no.tgz"], "/no.tgz. Make it with npm pack."],
    ["two folders", ["one", "two"], "Name one folder, not one and two."],
    ["an unknown option", ["one", "--force"], "Unknown option '--force'"],
  ])("refuses %s, and writes nothing", async (_, args, sentence) => {
    await mkdir(join(folder, "full"));
    await writeFile(join(folder, "full/file"), "mine");
    const { code, stdout, stderr } = await create(folder, ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(sentence);
    expect(await readdir(folder)).toEqual(["full"]);
    expect(await readdir(join(folder, "full"))).toEqual(["file"]);
  });
});

describe("the starter", () => {
  const template = join(PACKAGE_FOLDER, "create-kitsu-actions/template");

  it("has this repository's versions of what both depend on", async () => {
    const ours = await readJson(PACKAGE_FOLDER, "package.json");
    const { dependencies, devDependencies, allowScripts, engines } = await readJson(template, "package.json");
    const { "kitsu-actions": _, ...others } = { ...dependencies, ...devDependencies };
    expect({ ...ours.dependencies, ...ours.devDependencies }).toMatchObject(others);
    expect({ allowScripts, engines }).toEqual({ allowScripts: ours.allowScripts, engines: ours.engines });
  });

  it("has scripts that are commands of the package, for Cloudflare and for a machine of your own", async () => {
    const { scripts } = await readJson(template, "package.json");
    const commands = Object.values(scripts).map((script) => /^kitsu-actions ([a-z]+)/.exec(String(script))?.[1]);
    expect(commands).toEqual(expect.arrayContaining(["deploy", "serve"]));
    const { stdout } = await kitsuActions(folder, "help");
    for (const command of commands) expect(stdout).toMatch(new RegExp(`^ {2}${command} `, "m"));
  });

  it("has this repository's wrangler.toml, with its own main module and build", async () => {
    const { build: _, ...theirs } = Object(await readWranglerConfig(template));
    expect({ ...theirs, main: "worker/main.ts" }).toEqual(await readWranglerConfig(PACKAGE_FOLDER));
  });

  it("has a staging environment with the same bindings, but no storage and no limit in common", async () => {
    const { env, ...live } = Object(await readWranglerConfig(template));
    const { vars, kv_namespaces, ratelimits, routes, workers_dev, ...bindings } = env.staging;
    expect([routes, workers_dev]).toEqual([[], true]);
    expect(bindings).toEqual({ durable_objects: live.durable_objects, version_metadata: live.version_metadata });
    expect(Object.keys(vars)).toEqual(Object.keys(live.vars));
    expect(kv_namespaces.map(Object.keys)).toEqual(live.kv_namespaces.map(Object.keys));
    const withoutId = (limits: { namespace_id: string }[]) => limits.map(({ namespace_id: _, ...limit }) => limit);
    expect(withoutId(ratelimits)).toEqual(withoutId(live.ratelimits));
    const ids = [...ratelimits, ...live.ratelimits].map((limit) => limit.namespace_id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("has a README of ten lines", async () => {
    expect((await readFile(join(template, "README.md"), "utf8")).trim().split("\n").length).toBeLessThanOrEqual(10);
  });
});
