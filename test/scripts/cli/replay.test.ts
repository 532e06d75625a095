// kitsu-actions replay, with a playground and two workers that differ in one setting.

import { readFile, writeFile } from "node:fs/promises";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { join } from "node:path";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { listen } from "../../../scripts/listen.ts";
import {
  codeOf,
  countComments,
  env,
  LOG_TOKEN,
  OTHER_LOG_TOKEN,
  openWorkers,
  place,
  record,
  recordComment,
  replay,
  takeOutput,
  writeTest,
} from "./support/calls.ts";
import { createFolder } from "./support/folder.ts";

/** Where a call is recorded, and a worker on which only managers may comment. */
let [here, there] = ["", ""];
const workers = openWorkers(
  { LOG_TOKEN },
  { LOG_TOKEN: OTHER_LOG_TOKEN, ACTION_LIMITS: '{"comment": {"roles": ["manager"]}}' },
);
beforeAll(() => {
  [here = "", there = ""] = workers;
});

describe("a recorded call", () => {
  it("is answered alike by the same worker, and what differs is shown of one with another setting", async () => {
    const run = await recordComment(here);
    const comments = await countComments();
    expect(await replay([run, ...place(here)], env({ AGAINST_LOG_TOKEN: LOG_TOKEN }))).toBe(0);
    expect(takeOutput()).toContain("The tasks are the same.");
    for (const token of [{ AGAINST_LOG_TOKEN: OTHER_LOG_TOKEN }, {}]) {
      expect(await replay([run, ...place(there)], env(token))).toBe(1);
      const shown = takeOutput();
      expect(shown).toMatch(/^- done, .*Commented on/m);
      expect(shown).toMatch(/^\+ failed, not-allowed: Your role may not run this action/m);
    }
    expect(await countComments(), "dry runs change nothing").toBe(comments);
  });

  it("runs again only if that is asked for, and where it was recorded only if confirmed", async () => {
    const run = await recordComment(here);
    const comments = await countComments();
    expect(await codeOf(replay([run, "--for-real", ...place(here)], env()))).toMatch(/^2: .*recorded.*add --yes/);
    const otherName = here.replace("127.0.0.1", "localhost");
    expect(await codeOf(replay([run, "--for-real", ...place(otherName)], env()))).toMatch(/^2: .*add --yes/);
    expect(await countComments()).toBe(comments);
    expect(await replay([run, "--for-real", "--yes", ...place(here)], env())).toBe(0);
    expect(await countComments()).toBeGreaterThan(comments);
    // As a manager, there.
    await replay([run, "--for-real", "--as", "manager", ...place(there)], env());
    expect(takeOutput()).toMatch(/^\+ done, |same/m);
  });

  it("is read only with the token of the log, which no other server gets", async () => {
    const run = await recordComment(here);
    const refused = await codeOf(replay([run, ...place(there)], {}));
    expect(refused).toMatch(/^2: .*does not give the fixture.*LOG_TOKEN/s);
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
    const old = place(`http://127.0.0.1:${port}`);
    expect(await codeOf(replay([run, ...old], { LOG_TOKEN_FILE: secret }))).toMatch(/^2: .*too old for a dry run/);
    expect(received).toHaveLength(1);
    expect(JSON.stringify(received)).not.toContain(LOG_TOKEN);
  });

  it("can't be compared with the dry run of an action without a plan", async () => {
    const run = await record(here, ["playlist", "--tasks", "2"]);
    expect(await replay([run, ...place(here)], env())).toBe(2);
    expect(takeOutput()).toMatch(/It would run on 2 tasks.*no plan.*--for-real/s);
  });

  it("becomes a fixture and a test of it", async () => {
    const folder = createFolder();
    const { files } = await writeTest(folder, [await recordComment(here), "--name", "two-shots"], env());
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
    const run = await recordComment(here);
    await writeTest(folder, [run, "--name", "x"], env());
    const path = join(folder, "test/fixtures/x.json");
    const fixture = JSON.parse(await readFile(path, "utf8"));
    const others = JSON.stringify(fixture)
      .replaceAll(fixture.tasks[0].id, "0d6e1f9a-3c1b-4f0e-9a55-8b1f6c2d7e01")
      .replaceAll(fixture.tasks[1].id, "0d6e1f9a-3c1b-4f0e-9a55-8b1f6c2d7e02");
    await writeFile(path, others);
    expect(await replay([path, ...place(here)], {})).toBe(0);
    expect(takeOutput()).toContain("others take their places");
  });

  it("finds a status of another Kitsu by its name, or says that there is none", async () => {
    const folder = createFolder();
    await writeTest(folder, [await recordComment(here, "Retake"), "--name", "x"], env());
    const path = join(folder, "test/fixtures/x.json");
    const fixture = await readFile(path, "utf8");
    const [, status = ""] = /"status": "([0-9a-f-]{36})"/.exec(fixture) ?? [];
    const elsewhere = fixture.replaceAll(status, "7d9e1f2a-3b4c-4d5e-8f60-718293a4b5c6");
    expect(elsewhere).not.toBe(fixture);
    await writeFile(path, elsewhere);
    expect(await replay([path, ...place(here)], {})).toBe(0);
    await writeFile(path, elsewhere.replace('"Retake"', '"Client Review"'));
    expect(await codeOf(replay([path, ...place(here)], {}))).toMatch(/^2: .*"Client Review", and there is no such/);
  });

  it.each([
    ["a dry run of debug, which shows the request", ["debug", "--tasks", "2", "--as", "artist"]],
    ["an empty selection", ["debug", "--tasks", "0"]],
    ["a call of a person whom Kitsu does not know", ["playlist", "--as", "11111111-2222-4333-8444-555555555555"]],
  ])("is answered alike: %s", async (_, args) => {
    const run = await record(here, args);
    const code = await replay([run, ...place(here)], env());
    const shown = takeOutput();
    expect(code, shown).toBe(0);
    expect(shown).not.toContain("others take their places");
  });

  it("is not sent on by a redirect, and a failure names its entry in the help", async () => {
    const run = await recordComment(here);
    const server = createServer((_, response) => response.writeHead(302, { location: `${here}/elsewhere` }).end());
    const elsewhere = `http://127.0.0.1:${await listen(server)}`;
    onTestFinished(() => void server.close());
    expect(await codeOf(replay([run, ...place(elsewhere)], env()))).toMatch(/^2: .*it redirects to .*ACCESS_TOKEN/);
    expect(await codeOf(replay([run.replace(here, elsewhere), ...place(here)], env()))).toMatch(
      /^2: .*it redirects to/,
    );
    expect(await codeOf(replay([run, ...place(there)], {}))).toContain(`${here}/help#sign-in-required`);
    expect(await replay([run, ...place(there)], env())).toBe(1);
    expect(takeOutput()).toContain(`How to fix it: ${there}/help#not-allowed`);
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
