// kitsu-actions call and replay, with a playground and two workers that differ in one setting.

import { readFile, writeFile } from "node:fs/promises";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { join } from "node:path";
import * as v from "valibot";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { type Playground, startPlayground } from "../../../playground/serve.ts";
import { CliError } from "../../../scripts/cli-error.ts";
import { findFreePort, listen } from "../../../scripts/listen.ts";
import { PACKAGE_FOLDER } from "../../../scripts/package-folder.ts";
import { createTempDirectory } from "../../../scripts/temp-directory.ts";
import { createFolder } from "./support/folder.ts";
import { Service } from "./support/service.ts";

type Command<R> = (args: readonly string[], env: Readonly<Record<string, string>>) => Promise<R>;
type WriteTest = (folder: string, ...rest: Parameters<Command<unknown>>) => Promise<{ files: string[] }>;

// Imported by URL, because workerd's types and Node's conflict.
const load = (name: string) => import(new URL(`../../../scripts/cli/${name}.ts`, import.meta.url).href);
const { call }: { call: Command<number> } = await load("call");
const { replay }: { replay: Command<number> } = await load("replay");
const { writeTest }: { writeTest: WriteTest } = await load("record-test");

const BOT_TOKEN = "the-token-of-the-bot";
const FORWARD_SECRET = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const LOG_TOKEN = "a-token-that-opens-the-log";
const OTHER_LOG_TOKEN = "a-token-that-opens-the-other";

let playground: Playground;
const workers: Service[] = [];
/** Where a call is recorded, and a worker on which only managers may comment. */
let here: string;
let there: string;

async function startWorker(settings: Record<string, string>): Promise<string> {
  const port = await findFreePort();
  const service = new Service(PACKAGE_FOLDER, ["--state", createTempDirectory("replay"), "--port", String(port)], {
    KITSU_URL: playground.url,
    KITSU_API: `${playground.url.replace("localhost", "127.0.0.1")}/api`,
    KITSU_TOKEN: BOT_TOKEN,
    ...settings,
  });
  workers.push(service);
  await service.listen();
  return `http://127.0.0.1:${port}`;
}

beforeAll(async () => {
  playground = await startPlayground({
    port: 0,
    worker: "http://127.0.0.1:9",
    botToken: BOT_TOKEN,
    forwardSecret: FORWARD_SECRET,
  });
  [here, there] = await Promise.all([
    startWorker({ LOG_TOKEN }),
    startWorker({ LOG_TOKEN: OTHER_LOG_TOKEN, ACTION_LIMITS: '{"comment": {"roles": ["manager"]}}' }),
  ]);
});
afterAll(async () => {
  for (const worker of workers) worker.killAll();
  await playground.close();
});

let printed: string[];
beforeEach(() => {
  printed = [];
  vi.spyOn(console, "log").mockImplementation((line) => void printed.push(String(line)));
});

const output = () => printed.join("\n");
const env = (more: Record<string, string> = {}) => ({ LOG_TOKEN, ...more });
const place = (base: string) => ["--against", base, "--playground", playground.url];

/** A supervisor comments on two tasks. Returns the address of the run's page. */
async function record(): Promise<string> {
  const answers = ["--input", "text=Hello", "--input", "status=keep", "--yes"];
  expect(await call(["comment", "--tasks", "2", "--as", "supervisor", ...answers, ...place(here)], env())).toBe(0);
  const run = /^\s*(http\S+\/runs\/\S+)$/m.exec(output())?.[1] ?? "";
  printed = [];
  return run;
}

/** How many comments the playground's Kitsu has. */
async function countComments(): Promise<number> {
  const [tasks] = await readKitsu(["/data/tasks"]);
  const ids = v.parse(v.array(v.object({ id: v.string() })), tasks).slice(0, 2);
  const lists = await readKitsu(ids.map(({ id }) => `/data/tasks/${id}/comments`));
  return lists.flat().length;
}

async function readKitsu(paths: readonly string[]): Promise<unknown[]> {
  const headers = { authorization: `Bearer ${BOT_TOKEN}` };
  return Promise.all(paths.map(async (path) => (await fetch(`${playground.url}/api${path}`, { headers })).json()));
}

const codeOf = async (work: Promise<unknown>) =>
  work.then(
    () => 0,
    (thrown: unknown) => (thrown instanceof CliError ? `${thrown.exitCode}: ${thrown.message}` : thrown),
  );

describe("a call from the shell", () => {
  it("is understood as Kitsu's, in the mode and version that was asked for", async () => {
    await call(["debug", "--tasks", "3", "--as", "artist", ...place(here)], env());
    expect(output()).toMatch(/done, \w+: 3 tasks.*\n.*dialect "ajax".*artist/);
    printed = [];
    await call(["debug", "--form", "--dialect", "2018", "--json", ...place(here)], env());
    expect(output()).toContain('dialect \\"form of 2017\\"');
    expect(await codeOf(call(["debug", "--ajax", "--dialect", "2018", ...place(here)], env()))).toContain(
      "no AJAX mode in 2018",
    );
  });

  it("takes a choice by its label", async () => {
    const answers = ["--input", "text=Hello", "--input", "status=waiting for approval", "--yes"];
    await call(["comment", "--tasks", "2", "--as", "supervisor", ...answers, ...place(here)], env());
    expect(output()).toMatch(/^done, .*Commented on/m);
  });

  it("exits with 1 if the reply is a failure", async () => {
    expect(await call(["no-such-action", ...place(here)], env())).toBe(1);
  });
});

describe("a recorded call", () => {
  it("is answered alike by the same worker, and what differs is shown of one with another setting", async () => {
    const run = await record();
    const comments = await countComments();
    expect(await replay([run, ...place(here)], env({ AGAINST_LOG_TOKEN: LOG_TOKEN }))).toBe(0);
    expect(output()).toContain("The replies are the same.");
    for (const token of [{ AGAINST_LOG_TOKEN: OTHER_LOG_TOKEN }, {}]) {
      printed = [];
      expect(await replay([run, ...place(there)], env(token))).toBe(1);
      expect(output()).toMatch(/^- done, .*Commented on/m);
      expect(output()).toMatch(/^\+ failed, not-allowed: Your role may not run this action/m);
    }
    expect(await countComments(), "dry runs change nothing").toBe(comments);
  });

  it("runs again only if that is asked for, and where it was recorded only if confirmed", async () => {
    const run = await record();
    const comments = await countComments();
    expect(await codeOf(replay([run, "--for-real", ...place(here)], env()))).toMatch(/^2: .*recorded.*add --yes/);
    const otherName = here.replace("127.0.0.1", "localhost");
    expect(await codeOf(replay([run, "--for-real", ...place(otherName)], env()))).toMatch(/^2: .*add --yes/);
    expect(await countComments()).toBe(comments);
    expect(await replay([run, "--for-real", "--yes", ...place(here)], env())).toBe(0);
    expect(await countComments()).toBeGreaterThan(comments);
    // As a manager, there.
    await replay([run, "--for-real", "--as", "manager", ...place(there)], env());
    expect(output()).toMatch(/^\+ done, |same/m);
  });

  it("is read only with the token of the log, which no other server gets", async () => {
    const run = await record();
    const refused = await codeOf(replay([run, ...place(there)], {}));
    expect(refused).toMatch(/^2: .*refuses to give the fixture.*LOG_TOKEN/s);
    const secret = join(createFolder(), "log-token");
    await writeFile(secret, `${LOG_TOKEN}\n`);
    const received: IncomingHttpHeaders[] = [];
    const server = createServer((request, response) => {
      received.push(request.headers);
      response.writeHead(404, { "content-type": "application/json" });
      response.end('{"version":1,"reply":{"kind":"failed","code":"unknown-page","title":"There is no such page"}}');
    });
    const port = await listen(server);
    onTestFinished(() => void server.close());
    const old = ["--against", `http://127.0.0.1:${port}`, "--playground", playground.url];
    expect(await codeOf(replay([run, ...old], { LOG_TOKEN_FILE: secret }))).toMatch(/^2: .*too old for a dry run/);
    expect(received).toHaveLength(1);
    expect(JSON.stringify(received)).not.toContain(LOG_TOKEN);
  });

  it("can't be compared with the dry run of an action without a plan", async () => {
    await call(["playlist", "--tasks", "2", ...place(here)], env());
    const run = /^\s*(http\S+\/runs\/\S+)$/m.exec(output())?.[1] ?? "";
    expect(await replay([run, ...place(here)], env())).toBe(2);
    expect(output()).toMatch(/It would run on 2 tasks.*no plan.*--for-real/s);
  });

  it("becomes a fixture and a test of it", async () => {
    const folder = createFolder();
    const { files } = await writeTest(folder, [await record(), "--name", "two-shots"], env());
    expect(files).toEqual(["test/fixtures/two-shots.json", "test/two-shots.test.ts"]);
    const fixture = await readFile(join(folder, "test/fixtures/two-shots.json"), "utf8");
    expect(fixture).not.toMatch(/djibril|Sow/i);
    expect(await readFile(join(folder, "test/two-shots.test.ts"), "utf8")).toContain("sendFixture(worker, fixture)");
    expect(await replay([join(folder, "test/fixtures/two-shots.json"), ...place(here)], {})).toBe(0);
    expect(
      await codeOf(writeTest(folder, [join(folder, "test/fixtures/two-shots.json"), "--name", "two-shots"], {})),
    ).toContain("already exists");
  });

  it("takes other tasks if the playground does not have its own", async () => {
    const folder = createFolder();
    const run = await record();
    await writeTest(folder, [run, "--name", "x"], env());
    const path = join(folder, "test/fixtures/x.json");
    const fixture = JSON.parse(await readFile(path, "utf8"));
    const others = JSON.stringify(fixture)
      .replaceAll(fixture.tasks[0].id, "0d6e1f9a-3c1b-4f0e-9a55-8b1f6c2d7e01")
      .replaceAll(fixture.tasks[1].id, "0d6e1f9a-3c1b-4f0e-9a55-8b1f6c2d7e02");
    await writeFile(path, others);
    expect(await replay([path, ...place(here)], {})).toBe(0);
    expect(output()).toContain("others take their places");
  });
});

describe("what can't be replayed", () => {
  it.each([
    [["/no/such/file"], "can't be read"],
    [["http://localhost:9/home"], "not the address of a run"],
    [[], "takes one run or file"],
    [["x.json", "--dry", "--for-real"], "contradict"],
    [["0.10.7-ajax", "--against", "ftp://x"], "must be an address"],
    [["0.10.7-ajax", "--against", "https://edge.invalid", "--as", "artist"], "takes an id or an e-mail address"],
    [["--nonsense"], "nonsense"],
  ])("exits with 2, and says why: %j", async (args, sentence) => {
    const said = String(await codeOf(replay(args, {})));
    expect(said).toContain(sentence);
    expect(said).toMatch(/^2: /);
  });
});
