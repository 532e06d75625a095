// The commands as such: what there is, and which Node runs them.
import { copyFile, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { PACKAGE_FOLDER } from "../../../scripts/package-folder.ts";
import { createFolder } from "./support/folder.ts";
import { asNode, kitsuActions, LAUNCHER, run } from "./support/run.ts";

let folder: string;
beforeEach(() => {
  folder = createFolder();
});

describe("kitsu-actions", () => {
  it.each([[[]], [["help"]], [["--help"]], [["-h"]]])("lists its commands: %j", async (args) => {
    const { code, stdout } = await kitsuActions(folder, ...args);
    expect(code).toBe(0);
    for (const name of [
      "dev",
      "new <id>",
      "build",
      "test …",
      "deploy …",
      "register …",
      "doctor …",
      "export …",
      "forget …",
      "test:flamenco",
      "test:afanasy",
    ])
      expect(stdout).toContain(`\n  ${name} `);
  });

  it.each([
    [["frobnicate"], 'There is no command "frobnicate".'],
    [["new"], "new needs an id: npx kitsu-actions new <id>, such as make-movie."],
    [["new", "one", "two"], 'new does not take "two": npx kitsu-actions new <id>.'],
    [["dev", "--port"], 'dev does not take "--port": npx kitsu-actions dev.'],
  ])("exits with 2 if the command line is wrong: %j", async (args, sentence) => {
    const { code, stderr, stdout } = await kitsuActions(folder, ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(`${sentence}\n\nnpx kitsu-actions <command>`);
  });

  it("is what npx starts in a clone, too", async () => {
    const manifest: unknown = JSON.parse(await readFile(join(PACKAGE_FOLDER, "package.json"), "utf8"));
    const path = relative(PACKAGE_FOLDER, LAUNCHER);
    expect(manifest).toMatchObject({ bin: { "kitsu-actions": path }, files: expect.arrayContaining([path]) });
  });

  it("passes arguments on to the program that a command runs", async () => {
    const { code, stdout } = await kitsuActions(folder, "register", "--help");
    expect(code).toBe(0);
    expect(stdout).toContain("--dry-run");
  });

  it.each(["dev", "build", "test", "deploy"])("says that there is no studio: %s", async (command) => {
    const { code, stderr } = await kitsuActions(folder, command);
    expect(code).toBe(1);
    expect(stderr).toContain(`There is no wrangler.toml in ${folder}. Run this in your studio's repository;`);
  });
});

describe("under an old Node", () => {
  it("runs with the one that npm has installed, with its exit code", async () => {
    const { code, stderr } = await run(folder, [...asNode("20.18.0"), LAUNCHER, "frobnicate"]);
    expect(stderr).toContain('There is no command "frobnicate".');
    expect(code).toBe(2);
  });

  it("says what to do if npm has installed none", async () => {
    const alone = join(createFolder(), "bin.mjs");
    await copyFile(LAUNCHER, alone);
    const { code, stderr } = await run(folder, [...asNode("22.17.1"), alone, "help"]);
    expect(code).toBe(1);
    expect(stderr).toContain("kitsu-actions needs Node 22.18 or later");
    expect(stderr).toContain('Run "npm install" again');
  });
});
