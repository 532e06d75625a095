// kitsu-actions doctor: what it says about wrangler.toml and about a deployed worker, and its exit
// codes.

import { writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer, type Server, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PACKAGE_FOLDER } from "../../../scripts/package-folder.ts";
import { CERTIFICATE } from "./support/certificate.ts";
import { createFolder } from "./support/folder.ts";
import { LAUNCHER, run } from "./support/run.ts";

const TOKEN = "a-token-of-the-log";
const FINE = { id: "bot", level: "fine", group: "bot", subject: "Bot", text: "It works." };
const RISKY = {
  id: "rate-limit-missing",
  level: "risky",
  group: "storage",
  subject: "X",
  text: "No limit.",
  fix: "Add it.",
};
const BROKEN = {
  id: "bot-role",
  level: "broken",
  group: "bot",
  subject: "Bot",
  text: "It is an artist.",
  fix: "Give it a role.",
};

type Answer = (path: string, method: string, headers: NodeJS.Dict<string | string[]>, response: ServerResponse) => void;

let folder: string;
let server: Server;
let address: string;
let answer: Answer;
let asked: { method: string; path: string; authorization: string | undefined }[];

beforeEach(async () => {
  folder = createFolder();
  asked = [];
  server = createServer(({ url = "", method = "", headers }, response) => {
    asked.push({ method, path: url, authorization: headers.authorization });
    answer(url, method, headers, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const at = server.address();
  address = `http://127.0.0.1:${typeof at === "object" ? at?.port : at}`;
});
afterEach(() => {
  server.close();
});

/** A worker with these findings, whose Kitsu is at the same server. */
function diagnosing(findings: readonly object[], customActions: readonly object[] = []): Answer {
  return (path, method, headers, response) => {
    if (path === "/doctor.json") {
      if (headers.authorization !== `Bearer ${TOKEN}`) return void response.writeHead(401).end("{}");
      const diagnosis = {
        version: 1,
        at: new Date(0).toISOString(),
        worker: address,
        tookMs: 5,
        findings,
        kitsu: [address],
        customActions,
      };
      return void response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(diagnosis));
    }
    if (method === "OPTIONS")
      return void response
        .writeHead(204, {
          "access-control-allow-origin": address,
          "access-control-allow-credentials": "true",
          "access-control-allow-headers": "content-type",
        })
        .end();
    if (path === "/ping") return void response.writeHead(204).end();
    response.writeHead(200, { "content-type": "text/html" }).end("<title>Kitsu</title>");
  };
}

const doctor = (...args: readonly string[]) =>
  run(folder, [LAUNCHER, "doctor", ...args], { LOG_TOKEN: TOKEN, WORKER_URL: "" });
const askWorker = (...args: readonly string[]) => doctor("--worker", address, ...args);

describe("kitsu-actions doctor", () => {
  it("exits with 0 if nothing is broken", async () => {
    answer = diagnosing([FINE, RISKY]);
    const { code, stdout } = await askWorker();
    expect(stdout).toContain("Calls from Kitsu's page arrive, as form and as Ajax.");
    expect(stdout).toContain("→ Add it.");
    expect(stdout).toContain("0 broken, 1 risky, 0 worth knowing, 2 fine.");
    expect(code).toBe(0);
  });

  it("exits with 1 if something is broken and, with --strict, risky", async () => {
    answer = diagnosing([FINE, BROKEN]);
    expect((await askWorker()).code).toBe(1);
    answer = diagnosing([FINE, RISKY]);
    expect((await askWorker("--strict")).code).toBe(1);
  });

  it("accuses no starter's wrangler.toml of a worker that has its settings from elsewhere", async () => {
    writeFileSync(join(folder, "wrangler.toml"), await readFile(join(PACKAGE_FOLDER, "wrangler.toml"), "utf8"));
    answer = diagnosing([FINE]);
    const { code, stdout } = await askWorker("--strict");
    expect(stdout).toContain("It still has the starter's values");
    expect(code).toBe(0);
  });

  it("passes a session in Kitsu on to the worker, which asks Kitsu for the custom actions with it", async () => {
    let cookie: string | string[] | undefined;
    const usual = diagnosing([FINE]);
    answer = (path, method, headers, response) => {
      if (path === "/doctor.json") cookie = headers.cookie;
      usual(path, method, headers, response);
    };
    await run(folder, [LAUNCHER, "doctor", "--worker", address], { LOG_TOKEN: TOKEN, KITSU_SESSION: "of-a-person" });
    expect(cookie).toBe("access_token_cookie=of-a-person");
  });

  it("prints JSON for programs", async () => {
    answer = diagnosing([BROKEN]);
    const { stdout } = await askWorker("--json");
    expect(JSON.parse(stdout)).toMatchObject({
      version: 1,
      worker: address,
      findings: [BROKEN, { id: "calls-arrive" }],
    });
  });

  it("runs nothing, and tells only the worker its token", async () => {
    answer = diagnosing([FINE], [{ name: "Other", url: "/tool", is_ajax: true }]);
    await askWorker();
    expect(asked.filter(({ method, path }) => method === "POST" && path !== "/ping")).toEqual([]);
    expect(asked.filter(({ authorization }) => authorization).map(({ path }) => path)).toEqual(["/doctor.json"]);
  });

  it.each([
    [404, "in nginx, proxy_pass is without a path"],
    [401, "has another LOG_TOKEN"],
    [403, "has no LOG_TOKEN"],
    [302, "redirects to"],
    [500, "status 500"],
  ])("exits with 2 if it could not check: status %i", async (status, sentence) => {
    answer = (_path, _method, _headers, response) => void response.writeHead(status, { location: "/login" }).end();
    const { code, stderr } = await askWorker();
    expect(stderr).toContain(sentence);
    expect(code).toBe(2);
  });

  it.each([
    [["--worker", "edge"], "--worker must be an address"],
    [["--frob"], "--frob"],
    [["--worker", "http://127.0.0.1:9"], "can't be reached"],
    [[], "There is no wrangler.toml"],
  ])("exits with 2 if it can't begin: %j", async (args, sentence) => {
    const { code, stderr } = await doctor(...args);
    expect(stderr).toContain(sentence);
    expect(code).toBe(2);
  });

  it("names the servers of others that Kitsu's page can't call", async () => {
    const actions = [
      { name: "Dead", url: "http://127.0.0.1:9/run", is_ajax: true },
      { name: "Closed", url: `${address.replace("127.0.0.1", "localhost")}/closed`, is_ajax: true },
    ];
    const usual = diagnosing([FINE], actions);
    answer = (path, method, headers, response) =>
      path === "/closed" ? void response.writeHead(204).end() : usual(path, method, headers, response);
    const { stdout, code } = await askWorker();
    expect(stdout).toMatch(/“Dead”: http:\/\/127\.0\.0\.1:9\/run can't be reached/);
    expect(stdout).toMatch(/“Closed”: Browsers don't send its Ajax calls/);
    expect(stdout).toContain(`Access-Control-Allow-Origin: ${address}`);
    expect(code).toBe(1);
  });

  it("says how long the servers of others take, and that the script is not in Kitsu's page", async () => {
    const injected = { ...FINE, id: "script-injected", group: "delivery" };
    answer = diagnosing([injected], [{ name: "Tool", url: `${address.replace("127.0.0.1", "localhost")}/tool` }]);
    const { stdout } = await askWorker();
    expect(stdout).toMatch(/fine +“Tool”: http:\/\/localhost:\d+\/tool answers\. \(\d+ ms\)/);
    expect(stdout).toContain("INJECT is set, but the page has no script");
    expect(stdout).toContain("under Workers Routes");
  });

  it.each([
    [404, false, "To OPTIONS, "],
    [501, false, "answers. ("],
    [501, true, "Browsers don't send its Ajax calls"],
    [302, false, "where the selection does not arrive"],
  ])("judges a server that answers OPTIONS with %i, for Ajax: %s", async (status, isAjax, sentence) => {
    const url = `${address.replace("127.0.0.1", "localhost")}/tool`;
    const usual = diagnosing([FINE], [{ name: "Tool", url, is_ajax: isAjax }]);
    answer = (path, method, headers, response) =>
      path === "/tool"
        ? void response.writeHead(status, { location: "/login" }).end()
        : usual(path, method, headers, response);
    const { stdout } = await askWorker();
    expect(stdout.split("\n").find((line) => line.includes("“Tool”"))).toContain(sentence);
  });

  it("tells a certificate that is not trusted from a server that is not there", async () => {
    const { key, cert } = CERTIFICATE;
    const tool = createSecureServer({ key, cert }, (_request, response) => response.end());
    await new Promise<void>((resolve) => tool.listen(0, "127.0.0.1", resolve));
    const at = tool.address();
    answer = diagnosing(
      [FINE],
      [{ name: "Tool", url: `https://127.0.0.1:${typeof at === "object" ? at?.port : at}/` }],
    );
    const { stdout } = await askWorker();
    tool.close();
    expect(stdout).toMatch(/“Tool”: .* has a certificate that is not trusted here\./);
    expect(stdout).toContain("--use-system-ca");
  });

  it("names what is wrong in wrangler.toml, without a worker", async () => {
    const needed = await readFile(join(PACKAGE_FOLDER, "wrangler.toml"), "utf8");
    const vars =
      'KITSU_URL = "https://kitsu.studio.tld/api"\nKITSU_TOKN = "x"\nTRUST = "everyone"\nLOG_TOKEN = "0123456789abcdef"\nCHAT_WEBHOOK = "https://hooks.chat.tld/x"';
    writeFileSync(
      join(folder, "wrangler.toml"),
      needed
        .replace('KITSU_URL = "https://kitsu.studio.example"', vars)
        .replace("send_metrics = false", 'routes = ["actions.studio.tld/*"]')
        .replace("routes = []\n", "")
        .replace(/\[version_metadata\]\nbinding = "VERSION"/, ""),
    );
    const { stdout, code } = await doctor();
    for (const sentence of [
      "the id of RUNS is the starter's",
      "The binding VERSION is missing",
      "TRUST must be one of",
      "There is no such setting. Did you mean KITSU_TOKEN?",
      'set KITSU_URL to "https://kitsu.studio.tld"',
      "npx wrangler secret put LOG_TOKEN",
      "npx wrangler secret put CHAT_WEBHOOK",
      "environments inherit routes.\n                  → Give it its own, or none:\n",
      '\n                    [version_metadata]\n                    binding = "VERSION"\n',
    ])
      expect(stdout).toContain(sentence);
    expect(stdout).not.toContain("0123456789abcdef");
    expect(code).toBe(1);
  });

  it("names what can't be read in wrangler.toml, and goes on", async () => {
    writeFileSync(join(folder, "wrangler.toml"), "[vars");
    answer = diagnosing([FINE]);
    const { stdout, code } = await askWorker();
    expect(stdout).toContain("is not valid TOML");
    expect(stdout).toContain("Calls from Kitsu's page arrive");
    expect(code).toBe(1);
  });
});
