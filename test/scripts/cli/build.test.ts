// kitsu-actions build, new and deploy in a studio's repository.
import { beforeEach, describe, expect, it } from "vitest";
import { kitsuActions } from "./support/run.ts";
import { actionSource, createStudio, type Studio } from "./support/studio.ts";

let studio: Studio;
beforeEach(async () => {
  studio = await createStudio();
});

const run = (...args: readonly string[]) => kitsuActions(studio.folder, ...args);

describe("build", () => {
  it("lists the actions by their files, and says how the worker runs on this machine", async () => {
    await studio.write("actions/delete.ts", actionSource("delete"));
    await studio.write("actions/make-movie.ts", actionSource("make-movie"));
    await studio.write("actions/make-movie.test.ts", "throw new Error()");
    await studio.write("actions/shared/paths.ts", "throw new Error()");
    expect(await run("build")).toEqual({ code: 0, stdout: "", stderr: "" });
    const list = await studio.read("gen/actions.ts");
    expect([...list.matchAll(/from "\.\.\/(.*)"/g)].map(([, path]) => path)).toEqual([
      "actions/delete.ts",
      "actions/hello.ts",
      "actions/make-movie.ts",
    ]);
    expect(list).toContain("= [deleteAction, helloAction, makeMovieAction];");
    expect(JSON.parse(await studio.read("gen/wrangler.json"))).toMatchObject({
      main: expect.stringMatching(/worker\.ts$/),
      kv_namespaces: [{ binding: "RUNS" }],
    });
  });

  it("takes a studio without actions of its own", async () => {
    await studio.remove("actions/hello.ts");
    expect(await run("build")).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(await studio.read("gen/actions.ts")).toContain("export const actions: readonly Action[] = [];");
  });

  it("leaves gen/ as it is if an action has a problem", async () => {
    await run("build");
    const before = await studio.read("gen/actions.ts");
    await studio.write("actions/other.ts", actionSource("another"));
    expect((await run("build")).code).toBe(1);
    expect(await studio.read("gen/actions.ts")).toBe(before);
  });

  it("evaluates actions that import from the runtime, from packages, and from files beside them", async () => {
    await studio.write("actions/shared/names.ts", 'export const NAME = "A name";');
    const imports = `import { env, DurableObject } from "cloudflare:workers";
import { Buffer } from "node:buffer";
import { NAME } from "./shared/names.ts";
export class Mine extends DurableObject {}
export const used = [env, Buffer, NAME];
`;
    await studio.write("actions/other.ts", imports + actionSource("other"));
    expect(await run("build")).toEqual({ code: 0, stdout: "", stderr: "" });
  });
});

const WRONG: [what: string, file: string, source: string, sentence: string][] = [
  ["no default export", "none.ts", "export const none = 1;", "none.ts: its default export must be an action."],
  [
    "a default export of something else",
    "one.ts",
    "export default 1;",
    "one.ts: its default export must be an action.",
  ],
  ["another id than its file", "mine.ts", actionSource("yours"), 'mine.ts: its id is "yours". Write id: "mine",'],
  ["the id of a built-in action", "debug.ts", actionSource("debug"), 'debug.ts: "debug" is the id of a built-in'],
  ["no title", "empty.ts", actionSource("empty", 'title: "",'), 'empty.ts: "title" is missing.'],
  ["a name with capitals", "Other.ts", actionSource("Other"), "Other.ts: the id"],
  ["a mistake in its syntax", "bad.ts", "let x = ;", 'bad.ts does not compile: Unexpected ";" (actions/bad.ts:1:9)'],
  [
    "a package that is not installed",
    "needs.ts",
    'import "@mine/movies/of.ts"; import "lodash";',
    'needs.ts does not compile: Could not resolve "@mine/movies/of.ts" (actions/needs.ts:1:8). Run "npm install @mine/movies", Could not resolve "lodash" (actions/needs.ts:1:37). Run "npm install lodash"',
  ],
  [
    "an import that does not exist",
    "lost.ts",
    'import "./nothing.ts";',
    'lost.ts does not compile: Could not resolve "./nothing.ts" (actions/lost.ts:1:8)\n',
  ],
  [
    "an error when it is loaded",
    "throws.ts",
    "null.name;",
    "throws.ts fails when it is loaded: TypeError: Cannot read properties of null (reading 'name')",
  ],
];

describe("actions that can't be deployed", () => {
  it("are all named, each with what to change, and nothing is written", async () => {
    for (const [, file, source] of WRONG) await studio.write(`actions/${file}`, source);
    const { code, stderr } = await run("build");
    expect(code).toBe(1);
    for (const [what, , , sentence] of WRONG) expect(stderr, what).toContain(`actions/${sentence}`);
    expect(stderr).not.toContain("hello");
    expect(await studio.find("gen/actions.ts")).toBeUndefined();
  });

  it.each([
    ["[vars.FORWARD_TARGETS.hello]\nurl = 'https://pipeline.studio.example'", "[vars.FORWARD_TARGETS]"],
    [`[env.live.vars]\nFORWARD_TARGETS = '{"hello": {}}'`, "[env.live.vars.FORWARD_TARGETS]"],
  ])("include one with the id of a forward target: %s", async (lines, place) => {
    await studio.write("wrangler.toml", `${await studio.read("wrangler.toml")}\n${lines}`);
    expect((await run("build")).stderr).toContain(`actions/hello.ts: "hello" is also a target in ${place}`);
  });
});

describe("an action that waits while it is loaded", () => {
  it("does not stop the build without a word", async () => {
    await studio.write("actions/waits.ts", `await new Promise(() => {});\n${actionSource("waits")}`);
    const { code, stderr } = await run("build");
    expect(code).toBe(1);
    expect(stderr).toMatch(/^actions\/waits\.ts can't be loaded: it waits .* Move that "await" into run\.\n$/);
  });
});

describe("settings", () => {
  it.each([
    ["a wrong type", "KITSU_URL = 5", "[vars]: KITSU_URL"],
    ["no JSON", 'FORWARD_TARGETS = "{oops"', "[vars]: FORWARD_TARGETS"],
    ["no time zone", 'TIME_ZONE = "Paris"', "[vars]: TIME_ZONE"],
    [
      "the id of a built-in action as a target",
      'FORWARD_TARGETS = { debug = { url = "https://pipeline.studio.example" } }',
      '[vars]: FORWARD_TARGETS has "debug", which is the id of a built-in action. Choose another name.',
    ],
  ])("that can't be used are told before a deployment: %s", async (_, line, sentence) => {
    const lines = line.startsWith("KITSU_URL") ? line : `KITSU_URL = "https://kitsu.studio.example"\n${line}`;
    await studio.replace("wrangler.toml", /^KITSU_URL = .*$/m, lines);
    const { code, stderr } = await run("build");
    expect(code).toBe(1);
    expect(stderr).toContain(`wrangler.toml, ${sentence}`);
  });

  it("of an environment are told with its name", async () => {
    await studio.replace("wrangler.toml", /(\[env\.staging\.vars\]\n)/, '$1LANGUAGE = "klingon"\n');
    expect((await run("build")).stderr).toContain("wrangler.toml, [env.staging.vars]: LANGUAGE");
  });

  it("may be empty, absent, or a studio's own", async () => {
    await studio.replace("wrangler.toml", /^KITSU_URL = .*$/m, 'LANGUAGE = ""\nMOVIES = 5');
    const stderr =
      "wrangler.toml: the environment staging has no LANGUAGE, MOVIES, which [vars] has: environments inherit no variables.\n";
    expect(await run("build")).toEqual({ code: 0, stdout: "", stderr });
  });
});

describe("deploy", () => {
  it.each([
    [[], "[[kv_namespaces]]", "[vars]", "RUNS"],
    [["--env", "staging"], "[[env.staging.kv_namespaces]]", "[env.staging.vars]", "RUNS --env staging"],
  ])("deploys nothing as long as the starter's placeholders are there: %j", async (args, ids, vars, created) => {
    const { code, stdout, stderr } = await run("deploy", ...args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toBe(
      `wrangler.toml, ${ids}: the id of RUNS is the starter's. Run "npx wrangler kv namespace create ${created}", and put the id there that it prints.
wrangler.toml, ${vars}: KITSU_URL is the starter's. Set it to your Kitsu's address.
`,
    );
  });
});

describe("a repository", () => {
  it("without actions/ is told what makes it", async () => {
    await studio.remove("actions");
    const { code, stderr } = await run("build");
    expect(code).toBe(1);
    expect(stderr).toContain(`There is no folder actions in ${studio.folder}. Run "npm run new make-movie"`);
  });

  it("whose main module does not exist is told so", async () => {
    await studio.replace("wrangler.toml", 'main = "worker.ts"', 'main = "src/worker.ts"');
    const { code, stderr } = await run("build");
    expect(code).toBe(1);
    expect(stderr).toBe(
      'wrangler.toml: main is "src/worker.ts", and there is no such file. The starter\'s is "worker.ts".\n',
    );
  });

  it("whose wrangler.toml is not TOML is told where", async () => {
    await studio.write("wrangler.toml", 'name = "studio"\nmain = worker.ts\n');
    const { code, stderr } = await run("build");
    expect(code).toBe(1);
    expect(stderr).toContain("wrangler.toml is not valid TOML:");
    expect(stderr).toContain("2:  main = worker.ts");
  });

  it("whose wrangler.toml lacks what this version needs is told the lines, and is not deployed", async () => {
    await studio.replace(
      "wrangler.toml",
      /\[\[durable_objects\.bindings\]\]\nname = "LOCKS"\nclass_name = "Locks"\n/,
      "",
    );
    for (const command of ["build", "deploy"]) {
      const { code, stdout, stderr } = await run(command);
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      expect(stderr).toContain(
        'wrangler.toml: The Durable Object LOCKS is missing. Add:\n\n  [[durable_objects.bindings]]\n  name = "LOCKS"\n  class_name = "Locks"\n',
      );
    }
  });
});

describe("new", () => {
  it("writes an action and its test, and changes nothing else", async () => {
    const before = await studio.read("wrangler.toml");
    const { code, stdout } = await run("new", "make-movie");
    expect(code).toBe(0);
    expect(stdout).toContain("Created actions/make-movie.ts and test/make-movie.test.ts.");
    expect(await studio.read("actions/make-movie.ts")).toContain('title: "Make movie"');
    expect(await studio.read("test/make-movie.test.ts")).toContain('callAction(worker, "make-movie"');
    expect(await studio.read("wrangler.toml")).toBe(before);
    expect(await run("build")).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(await studio.read("gen/actions.ts")).toContain("makeMovieAction");
  });

  it.each([
    ["hello", "actions/hello.ts already exists."],
    ["debug", 'actions/debug.ts: "debug" is the id of a built-in action.'],
    ["My Movie", "actions/My Movie.ts: the id "],
    ["../up", "actions/../up.ts: the id "],
  ])("writes nothing for the id %s", async (id, sentence) => {
    const { code, stdout, stderr } = await run("new", id);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(sentence);
    expect(await studio.find(`test/${id}.test.ts`)).toBe(
      id === "hello" ? await studio.read("test/hello.test.ts") : undefined,
    );
  });

  it("overwrites no test of that name", async () => {
    await studio.write("test/make-movie.test.ts", "mine");
    expect((await run("new", "make-movie")).stderr).toContain("test/make-movie.test.ts already exists.");
    expect(await studio.read("test/make-movie.test.ts")).toBe("mine");
    expect(await studio.find("actions/make-movie.ts")).toBeUndefined();
  });
});
