// The package as a studio gets it: from npm pack, in an empty folder, with the system's Node.
import { cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findFreePort } from "../../scripts/listen.ts";
import { createTempDirectory, removeTempDirectory } from "../../scripts/temp-directory.ts";
import { waitUntil } from "../../scripts/wait-until.ts";
import { makeKitsuCall } from "../support/kitsu-call.ts";
import { type Finished, interrupt, run, start } from "./shell.ts";

const root = join(import.meta.dirname, "../..");
const folder = createTempDirectory("package");
const studio = join(folder, "studio");
const STARTED = { limitMs: 240_000, everyMs: 500 };

const KITSU = "http://kitsu.studio.example";
const ID = "5f0c3a7e-91d4-4c1b-8e6a-000000000001";
const CALL = makeKitsuCall(KITSU, ID);

let tarball = "";

/** Fails with what the command printed. */
const expectSuccess = ({ code, output }: Finished) => expect(code === 0 ? "" : output, output).toBe("");

async function pack(source: string): Promise<string> {
  const target = join(folder, "packed", source);
  await mkdir(target, { recursive: true });
  const packed = await run(`npm pack --pack-destination ${target}`, join(root, source));
  expectSuccess(packed);
  const [file = ""] = await readdir(target);
  return join(target, file);
}

beforeAll(async () => {
  tarball = await pack(".");
});

afterAll(() => removeTempDirectory(folder));

describe("a studio's repository", () => {
  it("is created by one command", async () => {
    const creator = await pack("create-kitsu-actions");
    expectSuccess(await run(`npx --yes --package ${creator} create-kitsu-actions studio --package ${tarball}`, folder));
    expect(await readdir(studio)).toEqual(
      expect.arrayContaining(["README.md", "actions", "package.json", "test", "worker.ts", "wrangler.toml"]),
    );
    expectSuccess(
      await run("git init -q && git add -A && git -c user.name=T -c user.email=t@t.tld commit -qm 1", studio),
    );
  });

  it("needs nothing but npm install", async () => {
    expectSuccess(await run("npm install", studio));
  });

  it("passes its own test, and its types are right", async () => {
    const tested = await run("npm test", studio);
    expectSuccess(tested);
    expect(tested.output).toMatch(/Tests\s+\d+ passed/);
    expectSuccess(await run("npm run types", studio));
  });

  it("takes the actions and tests of docs/writing-actions.md, which ask, plan, continue, report and are undone", async () => {
    for (const part of ["actions", "test"])
      await cp(join(root, "gen/guide", part), join(studio, part), { recursive: true });
    const tested = await run("npm test", studio);
    expectSuccess(tested);
    const written = (await readdir(join(root, "gen/guide/test"))).length;
    expect(Number(/Test Files\s+(\d+) passed/.exec(tested.output)?.[1])).toBeGreaterThanOrEqual(written);
    expectSuccess(await run("npm run types", studio));
  });

  it("gets a new action and its test by one command", async () => {
    expectSuccess(await run("npm run new make-movie", studio));
    expect(await readdir(join(studio, "actions"))).toContain("make-movie.ts");
    expectSuccess(await run("npm test -- test/make-movie.test.ts", studio));
  });

  it("makes a test of a recorded call, which passes", async () => {
    const fixture = JSON.parse(
      await readFile(join(studio, "node_modules/kitsu-actions/dist/calls/0.10.7-form.json"), "utf8"),
    );
    const reply = { kind: "done", severity: "success", title: "2 tasks" };
    await writeFile(join(folder, "call.json"), JSON.stringify({ ...fixture, action: "hello", status: 200, reply }));
    const recorded = await run("npx kitsu-actions record-test ../call.json --name hello-on-two-shots", studio);
    expectSuccess(recorded);
    expect(recorded.output).toMatch(/Tests\s+1 passed/);
    expectSuccess(await run("npm run types", studio));
    expect((await run("npx kitsu-actions replay --list", studio)).output).toContain("0.9.41-ajax");
  });

  it("bundles for Cloudflare", async () => {
    const deployed = await run("npm run deploy -- --dry-run --outdir bundle", studio);
    expectSuccess(deployed);
    const bundle = await readFile(join(studio, "bundle/worker.js"), "utf8");
    expect(bundle).toContain("make-movie");
  });

  it("has its actions in the playground, as they are now", async () => {
    const [worker, playground] = [await findFreePort(), await findFreePort()];
    const { child, output } = start("npm start", studio, {
      WORKER_PORT: String(worker),
      PLAYGROUND_PORT: String(playground),
    });
    try {
      const shows = (text: string) => async () => {
        const page = await fetch(`http://localhost:${playground}/`).catch(() => undefined);
        return page?.ok === true && (await page.text()).includes(text);
      };
      expect(await waitUntil(shows("Make movie"), STARTED), output()).toBe(true);
      const path = join(studio, "actions/make-movie.ts");
      await writeFile(path, (await readFile(path, "utf8")).replace("Make movie", "Make a film"));
      expect(await waitUntil(shows("Make a film"), STARTED), output()).toBe(true);
    } finally {
      await interrupt(child);
    }
  });

  it("is served on a machine of the studio, with its actions, until it is stopped", async () => {
    const port = await findFreePort();
    const url = `http://127.0.0.1:${port}`;
    const { child, output } = start(
      `exec node_modules/.bin/kitsu-actions serve --state ${folder}/state --port ${port}`,
      studio,
      {
        KITSU_URL: KITSU,
      },
    );
    const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
    try {
      const isHealthy = async () => (await fetch(`${url}/healthz`).catch(() => undefined))?.status === 200;
      expect(await waitUntil(isHealthy, STARTED), output()).toBe(true);
      const answer = await fetch(`${url}/actions/hello`, CALL);
      expect(await answer.json(), output()).toMatchObject({
        reply: { kind: "done", text: "You have selected 1 task." },
      });
      child.kill("SIGTERM");
      expect(await ended, output()).toBe(0);
    } finally {
      await interrupt(child);
    }
  });

  it("is told what is wrong with an action, and where", async () => {
    const path = join(studio, "actions/hello.ts");
    const hello = await readFile(path, "utf8");
    await writeFile(path, hello.replace('id: "hello"', 'id: "debug"'));
    const built = await run("npm run build", studio);
    expect(built.code).not.toBe(0);
    expect(built.output).toContain('actions/hello.ts: "debug" is the id of a built-in action.');
    await writeFile(path, hello);
    expectSuccess(await run("npm run build", studio));
  });

  it("has nothing to commit but what was written", async () => {
    const { output } = await run("git status --porcelain --untracked-files=all", studio);
    const changed = output
      .trim()
      .split("\n")
      .map((line) => line.slice(3));
    expect(changed.filter((path) => !/^(actions|test|bundle)\/|^package-lock\.json$/.test(path))).toEqual([]);
  });
});
