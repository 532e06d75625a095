// What kitsu-actions doctor asks from this machine: the script that Kitsu's page loads, and the
// servers of custom actions, however many there are and whatever they answer.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createFolder } from "./support/folder.ts";
import { LAUNCHER, run } from "./support/run.ts";

const TOKEN = "a-token-of-the-log";
const VERSION = "0.2.0.1795962639";
const ALLOWED = { "access-control-allow-credentials": "true", "access-control-allow-headers": "content-type" };

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

let server: Server;
let address: string;
let asked: string[];
/** By "<method> <path>": what differs from a healthy worker and Kitsu. */
let answers: Record<string, Answer>;
let findings: object[];
let customActions: { name: string; url: string; is_ajax?: boolean }[];

beforeEach(async () => {
  asked = [];
  answers = {};
  findings = [];
  customActions = [];
  server = createServer((request, response) => {
    const key = `${request.method} ${request.url?.split("?")[0]}`;
    asked.push(`${request.method} ${request.url}`);
    (answers[key] ?? answerAsUsual)(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const at = server.address();
  address = `http://127.0.0.1:${typeof at === "object" ? at?.port : at}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const answerAsUsual: Answer = (request, response) => {
  const { url, method } = request;
  if (url === "/doctor.json")
    return void response.writeHead(200, { "content-type": "application/json" }).end(
      JSON.stringify({
        ...{ version: 1, at: new Date(0).toISOString(), worker: address, tookMs: 5, findings },
        ...{ kitsu: [address], customActions },
      }),
    );
  if (method === "OPTIONS")
    return void response.writeHead(204, { ...ALLOWED, "access-control-allow-origin": address }).end();
  if (url === "/ping") return void response.writeHead(204).end();
  if (url === "/kitsu-actions.meta.js")
    return void response.writeHead(200).end(`// ==UserScript==\n// @version ${VERSION}\n// ==/UserScript==\n`);
  if (url === "/") return void html(`<script async src="/kitsu-actions.js"></script>`)(request, response);
  script(VERSION)(request, response);
};
const html =
  (page: string): Answer =>
  (_, response) =>
    void response.writeHead(200, { "content-type": "text/html" }).end(page);
const script =
  (version: string): Answer =>
  (_, response) =>
    void response
      .writeHead(200, { "content-type": "text/javascript; charset=utf-8" })
      .end(`(function(CONFIG){run(CONFIG)})({"version":"${version}","way":"tag"});\n`);

const doctor = async () =>
  run(createFolder(), [LAUNCHER, "doctor", "--worker", address], { LOG_TOKEN: TOKEN, WORKER_URL: "" });

/** The server by another name, so that it is another server. */
const other = () => address.replace("127.0.0.1", "localhost");

describe("the script that Kitsu's page loads", () => {
  it("is the worker's current one", async () => {
    const { stdout, code } = await doctor();
    expect(stdout).not.toContain("script");
    expect(code).toBe(0);
  });

  it("is an older one that a cache keeps", async () => {
    answers["GET /kitsu-actions.js"] = script("0.1.0.1700000000");
    const { stdout } = await doctor();
    expect(stdout).toContain("Browsers get version 0.1.0.1700000000 of the script");
    expect(stdout).toContain(`but the worker has ${VERSION}`);
    expect(stdout).toContain("1 risky");
  });

  it.each<[string, Answer, string]>([
    ["not there", (_, response) => void response.writeHead(404).end(), "answers with status 404"],
    ["Kitsu's page", html("<title>Kitsu</title>"), "is not a script, but a page"],
    ["cut", (request) => void request.socket.destroy(), "can't be reached"],
  ])("is %s", async (_, answer, sentence) => {
    answers["GET /kitsu-actions.js"] = answer;
    const { stdout, code } = await doctor();
    expect(stdout).toContain(`Its tag for the script leads nowhere: ${address}/kitsu-actions.js ${sentence}`);
    expect(code).toBe(1);
  });

  it("is not looked at again if the worker says that it is not there", async () => {
    const missing = {
      id: "script-missing",
      level: "broken",
      subject: "Script",
      text: "There is no script.",
      fix: "Add it.",
    };
    findings = [{ ...missing, group: "delivery" }];
    answers["GET /kitsu-actions.js"] = (_, response) => void response.writeHead(404).end();
    const { stdout } = await doctor();
    expect(stdout).toContain("1 broken");
    expect(stdout).not.toContain("leads nowhere");
  });
});

describe("the servers of custom actions", () => {
  it("are asked about this worker's, too, as a browser asks before Kitsu's Ajax calls", async () => {
    customActions = [
      { name: "Fine", url: `${address}/actions/fine?`, is_ajax: true },
      { name: "Blocked", url: `${address}/actions/blocked?`, is_ajax: true },
    ];
    answers["OPTIONS /actions/blocked"] = (_, response) => void response.writeHead(503).end();
    const { stdout } = await doctor();
    expect(stdout).toMatch(/“Blocked”: To OPTIONS, .*\/actions\/blocked answers with status 503/);
    expect(stdout).not.toContain("“Fine”");
  });

  it("are asked once for an address, whatever its entries are", async () => {
    customActions = Array.from({ length: 300 }, (_, at) => ({ name: `Tool ${at}`, url: `${other()}/tool` }));
    const { stdout } = await doctor();
    expect(asked.filter((one) => one === "OPTIONS /tool")).toHaveLength(1);
    expect(stdout).toMatch(/“Tool 0” and 299 more: .*\/tool answers/);
  });

  it("that don't answer are not asked again for each address", async () => {
    customActions = Array.from({ length: 300 }, (_, at) => ({ name: `Tool ${at}`, url: `${other()}/tool-${at}` }));
    answers["OPTIONS /tool-0"] = ({ socket }) => void socket.destroy();
    const { stdout } = await doctor();
    expect(asked.filter((one) => one.startsWith("OPTIONS /tool"))).toEqual(["OPTIONS /tool-0"]);
    expect(stdout).toMatch(/“Tool 0” and 299 more: .* can't be reached/);
  });

  it("are asked without an account, and no secret is printed", async () => {
    customActions = [
      { name: "Account", url: `${other().replace("//", "//ada:hunter2@")}/tool?token=hunter2` },
      { name: "Login", url: `${other()}/login` },
    ];
    const location = "https://login.tld/?meta=eyJhbGciOiJIUzI1NiJ9.e30.c2ln";
    for (const key of ["OPTIONS /login", "POST /ping"])
      answers[key] = (_, response) => void response.writeHead(302, { location }).end();
    const { stdout, stderr } = await doctor();
    expect(stdout).toMatch(/“Account”: http:\/\/localhost:\d+\/tool answers/);
    expect(stdout).toContain("redirects to https://login.tld/");
    expect(stdout + stderr).not.toMatch(/hunter2|eyJ/);
  });

  it("may answer what they like", async () => {
    customActions = ["odd", "endless", "large"].map((name) => ({
      name: `\u001b[31m${name}`,
      url: `${other()}/${name}`,
    }));
    answers["OPTIONS /odd"] = (_, response) =>
      void response.writeHead(299, { location: "file:///etc/passwd" }).end("{");
    answers["OPTIONS /endless"] = (_, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write("x".repeat(65_536)), 1);
      response.on("close", () => clearInterval(timer));
    };
    answers["OPTIONS /large"] = (_, response) =>
      void response.writeHead(200, { allow: "GET, ".repeat(20_000) }).end("<b>".repeat(2_000_000));
    const { stdout, code } = await doctor();
    expect(stdout).toMatch(/odd”: .* answers\./);
    expect(stdout).toMatch(/endless”: .* answers\./);
    expect(stdout).toContain("large”");
    expect(stdout).not.toContain("\u001b[31m");
    expect([0, 1]).toContain(code);
  });
});
