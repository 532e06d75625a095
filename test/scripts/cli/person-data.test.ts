// kitsu-actions export and forget, against a server that answers as the worker does in parts.
import { writeFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { listen } from "../../../scripts/listen.ts";
import { createFolder } from "./support/folder.ts";
import { kitsuActions } from "./support/run.ts";

const ADA = "9a8b7c6d-5e4f-4a3b-9c2d-1e0f9a8b7c6d";
const TOKEN = "sesame-open-sesame";

type Received = { path: string; body: string; cookie: string | undefined; origin: string | undefined };

const received: Received[] = [];
let answers: { status?: number; headers?: Record<string, string>; body: object }[] = [];
const server = createServer(async (request: IncomingMessage, response) => {
  const { url: path = "", headers } = request;
  const body = await text(request);
  if (path === "/base/runs/sign-in") {
    const isRight = new URLSearchParams(body).get("token") === TOKEN;
    const refusal = {
      version: 1,
      reply: { kind: "failed", code: "sign-in-refused", title: "No", text: "Wrong token." },
    };
    if (isRight) response.writeHead(303, { location: "/base/runs", "set-cookie": "kitsu_actions_log=signed; Path=/" });
    else response.writeHead(403);
    return response.end(isRight ? "" : JSON.stringify(refusal));
  }
  received.push({ path, body, cookie: headers.cookie, origin: headers.origin });
  const answer = answers.shift();
  response.writeHead(answer?.status ?? 200, answer?.headers).end(JSON.stringify(answer?.body));
});

let worker: string;
let folder: string;
beforeEach(async () => {
  received.length = 0;
  folder = createFolder();
  worker = `http://127.0.0.1:${await listen(server)}/base`;
  process.env.LOG_TOKEN = TOKEN;
});
afterEach(() => {
  server.close();
  server.closeAllConnections();
});

describe("kitsu-actions forget", () => {
  it("continues until everything is erased, with the log's session and the worker's origin", async () => {
    const part = { person: ADA, running: 0, until: "2026-09-15T00:00:00.000Z" };
    answers = [
      { body: { ...part, erased: 6, searched: 1_000, cursor: "here" } },
      { status: 429, headers: { "retry-after": "0" }, body: {} },
      { body: { ...part, erased: 2, searched: 1_500 } },
    ];
    const { code, stdout } = await kitsuActions(folder, "forget", ADA, "--worker", worker, "--yes");
    expect([code, stdout]).toEqual([0, `Erased ${ADA} from 8 runs.\n`]);
    expect(received.map(({ body }) => Object.fromEntries(new URLSearchParams(body)))).toEqual([
      { person: ADA, cursor: "" },
      { person: ADA, cursor: "here" },
      { person: ADA, cursor: "here" },
    ]);
    for (const { cookie, origin } of received)
      expect([cookie, origin]).toEqual(["kitsu_actions_log=signed", new URL(worker).origin]);
  });

  it("needs no token for a log on this machine that is open, as that of npm start", async () => {
    delete process.env.LOG_TOKEN;
    answers = [{ body: {} }, { body: { person: ADA, erased: 1, running: 0, searched: 3 } }];
    const { code } = await kitsuActions(folder, "forget", ADA, "--worker", worker, "--yes");
    expect(code).toBe(0);
    expect(received.map(({ path }) => path)).toEqual(["/base/runs.json?limit=1", "/base/runs/person/erase"]);
  });

  it("asks no worker on another machine whether its log is open", async () => {
    delete process.env.LOG_TOKEN;
    const asked = await kitsuActions(folder, "forget", ADA, "--worker", "https://edge.studio.invalid", "--yes");
    expect([asked.code, asked.stderr]).toEqual([1, expect.stringContaining("No token: set LOG_TOKEN")]);
  });

  it("takes an address that ends with a slash", async () => {
    answers = [{ body: { person: ADA, erased: 0, running: 0, searched: 0 } }];
    expect((await kitsuActions(folder, "forget", ADA, "--worker", `${worker}//`, "--yes")).code).toBe(0);
    expect(received.map(({ path }) => path)).toEqual(["/base/runs/person/erase"]);
  });

  it("reads the token from a file, and says where it looks for one if the log is not open", async () => {
    delete process.env.LOG_TOKEN;
    answers = [{ status: 401, body: {} }];
    const asked = await kitsuActions(folder, "export", ADA, "--worker", worker);
    expect([asked.code, asked.stderr]).toEqual([1, expect.stringContaining("LOG_TOKEN_FILE")]);
    process.env.LOG_TOKEN_FILE = join(folder, "log-token");
    onTestFinished(() => void delete process.env.LOG_TOKEN_FILE);
    writeFileSync(process.env.LOG_TOKEN_FILE, `${TOKEN}\n`);
    answers = [{ body: { runs: [] } }];
    expect((await kitsuActions(folder, "export", ADA, "--worker", worker)).code).toBe(0);
  });

  it("says which ids an address had, because it leaves their runs", async () => {
    answers = [
      { body: { person: "ada@studio.tld", erased: 1, running: 0, ids: [ADA], searched: 3, cursor: "here" } },
      { body: { person: "ada@studio.tld", erased: 0, running: 0, ids: [ADA], searched: 9 } },
    ];
    const { code, stderr } = await kitsuActions(folder, "forget", "ada@studio.tld", "--worker", worker, "--yes");
    expect([code, stderr]).toEqual([0, expect.stringContaining(`Repeat this with the ids: ${ADA}\n`)]);
  });

  it("exits with 3 if some runs have not ended", async () => {
    answers = [{ body: { person: ADA, erased: 1, running: 2, searched: 3 } }];
    const { code, stderr } = await kitsuActions(folder, "forget", ADA, "--worker", worker, "--yes");
    expect([code, stderr]).toEqual([3, expect.stringContaining("2 runs have not ended")]);
    answers = [{ body: { person: ADA, erased: 1, running: 1, searched: 3 } }];
    const one = await kitsuActions(folder, "forget", ADA, "--worker", worker, "--yes");
    expect(one.stderr).toContain("1 run has not ended and was left: run this again when it has.");
    expect(one.stdout).toBe(`Erased ${ADA} from 1 run.\n`);
  });

  it.each([
    [[ADA, "--worker", "x"], "--worker must be an address"],
    [[ADA, "--worker", "https://ada:secret@edge.tld"], "--worker must be an address"],
    [[ADA, ADA, "--worker", "https://edge.studio.tld"], "Name one person."],
    [[ADA, "--worker", "https://edge.studio.tld"], "add --yes"],
    [[ADA], "--worker must be an address"],
    [[ADA, "--worker", "ftp://edge.studio.tld", "--yes"], "--worker must be an address"],
    [["--worker", "https://edge.studio.tld", "--yes"], "Name one person."],
    [["--wrong"], "Unknown option"],
  ])("sends nothing if the command line is wrong: %j", async (args, sentence) => {
    const { code, stderr } = await kitsuActions(folder, "forget", ...args);
    expect([code, stderr]).toEqual([1, expect.stringContaining(sentence)]);
    expect(received).toEqual([]);
  });

  it("says so if the token is wrong", async () => {
    process.env.LOG_TOKEN = "wrong";
    const { code, stderr } = await kitsuActions(folder, "forget", ADA, "--worker", worker, "--yes");
    expect([code, stderr]).toEqual([1, expect.stringContaining("Wrong token.")]);
  });
});

describe("kitsu-actions export", () => {
  it("writes all parts as one document", async () => {
    answers = [
      {
        body: {
          person: ADA,
          runs: [{ id: "a" }, { id: "b" }],
          complete: false,
          next: `${worker}/runs/person.json?cursor=1`,
        },
      },
      { body: { person: ADA, runs: [{ id: "c" }], complete: true } },
    ];
    const { code, stdout } = await kitsuActions(folder, "export", ADA, "--worker", worker);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ person: ADA, runs: [{ id: "a" }, { id: "b" }, { id: "c" }] });
    expect(received.map(({ path }) => path)).toEqual([
      `/base/runs/person.json?person=${ADA}&limit=40`,
      "/base/runs/person.json?cursor=1",
    ]);
  });

  it("is refused, instead of repeated for ever, if the log can't be read", async () => {
    const next = `${worker}/runs/person.json?cursor=1`;
    answers = [
      { body: { person: ADA, runs: [{ id: "a" }], complete: false, next } },
      { body: { person: ADA, runs: [], complete: false, next } },
    ];
    const { code, stdout, stderr } = await kitsuActions(folder, "export", ADA, "--worker", worker);
    expect([code, stderr]).toEqual([1, expect.stringContaining("the export is not complete")]);
    expect(() => JSON.parse(stdout)).toThrow();
    expect(received).toHaveLength(2);
  });

  it("sends the session to no other address, whatever the worker says", async () => {
    answers = [
      { body: { person: ADA, runs: [], complete: false, next: "https://evil.tld/runs/person.json?cursor=1" } },
      { body: { person: ADA, runs: [], complete: true } },
    ];
    const { code } = await kitsuActions(folder, "export", ADA, "--worker", worker);
    expect([code, received.map(({ path }) => path)]).toEqual([
      0,
      [`/base/runs/person.json?person=${ADA}&limit=40`, "/base/runs/person.json?cursor=1"],
    ]);
  });

  it("says which ids an address had", async () => {
    answers = [{ body: { person: "ada@studio.tld", runs: [], complete: true, ids: [ADA] } }];
    const { code, stderr } = await kitsuActions(folder, "export", "ada@studio.tld", "--worker", worker);
    expect([code, stderr]).toEqual([0, expect.stringContaining(`Repeat this with the ids: ${ADA}\n`)]);
  });
});
