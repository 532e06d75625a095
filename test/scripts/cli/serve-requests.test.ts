// Whose headers count, what the log of requests shows, and where settings come from.
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, request } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { forwardHeaders } from "../../../scripts/cli/serve/forward-headers.ts";
import { logRequest } from "../../../scripts/cli/serve/request-log.ts";
import { readVariables } from "../../../scripts/cli/serve/settings.ts";
import { TrustedProxies } from "../../../scripts/cli/serve/trusted-proxies.ts";
import { listen } from "../../../scripts/listen.ts";
import { createTempDirectory } from "../../../scripts/temp-directory.ts";

let port: number;
let receive: (request: IncomingMessage) => void = () => {};
const server = createServer((request, response) => {
  receive(request);
  response.end();
});
beforeAll(async () => {
  port = await listen(server);
});
afterAll(() => void server.close());

/** The headers that the worker gets for a request from this machine. */
const forward = (headers: Record<string, string>, proxies: string) =>
  new Promise<unknown>((resolve) => {
    receive = (received) => resolve(forwardHeaders(received, TrustedProxies.parse(proxies)));
    request({ port, host: "127.0.0.1", headers }).end();
  });

const FORWARDED = {
  "x-forwarded-for": "198.51.100.9, 203.0.113.7, 10.0.0.2",
  "x-forwarded-proto": "https",
  "x-forwarded-host": "kitsu.studio.example",
  "x-forwarded-port": "443",
};

describe("X-Forwarded headers", () => {
  it("count if a trusted proxy sends them: the client is the last address that is no proxy", async () => {
    expect(await forward(FORWARDED, "127.0.0.0/8, 10.0.0.0/8")).toMatchObject({
      ...FORWARDED,
      "x-forwarded-for": "203.0.113.7",
    });
  });

  it("are removed if anyone else sends them", async () => {
    const headers = await forward(FORWARDED, "10.0.0.0/8");
    expect(headers).toMatchObject({ "x-forwarded-for": "127.0.0.1" });
    for (const name of ["x-forwarded-proto", "x-forwarded-host", "x-forwarded-port"])
      expect(headers).not.toHaveProperty(name);
  });

  it("are removed in any case if they are Cloudflare's, which nobody else may send", async () => {
    const headers = await forward({ "cf-connecting-ip": "203.0.113.7", "cf-visitor": "{}", forwarded: "for=x" }, "::1");
    for (const name of ["cf-connecting-ip", "cf-visitor", "forwarded"]) expect(headers).not.toHaveProperty(name);
  });

  it.each(["proxy", "10.0.0.0/33", "10.0.0.0/x"])("refuse to trust %s", (entry) => {
    expect(() => TrustedProxies.parse(entry)).toThrow(`"${entry}" is no address and no network`);
  });
});

it.each([
  ["/edge/t/0123abcd?key=secret", "/edge/t/-"],
  ["/media/0123abcd/SH010.mp4", "/media/-/SH010.mp4"],
  ["/files/0123abcd/list.csv", "/files/-/list.csv"],
  ["/tasks/0123abcd/2", "/tasks/-/2"],
  ["/runs/0123abcd/follow?key=secret", "/runs/0123abcd/follow"],
])("logs %s as %s", async (url, path) => {
  const lines: unknown[] = [];
  const received = new Promise<IncomingMessage>((resolve) => {
    receive = resolve;
  });
  request({ port, host: "127.0.0.1", path: url }).end();
  const answered = { request: await received, client: "203.0.113.7", status: 200, startedAt: 0, isCut: false };
  logRequest((line) => lines.push(line), answered);
  expect(lines).toMatchObject([{ event: "request", method: "GET", path, status: 200, client: "203.0.113.7" }]);
});

describe("settings", () => {
  const folder = createTempDirectory("serve");
  const config = join(folder, "settings.toml");
  const KNOWN = ["KITSU_URL", "KITSU_TOKEN", "LOG_TOKEN", "LANGUAGE", "KABARET", "TRUST_PROXY", "LOCAL", "INJECT"];
  const read = (toml: string, env: Record<string, string> = {}, hasOwnActions = false) => {
    writeFileSync(config, toml);
    return readVariables({ config, wranglerConfig: {}, env: { KITSU_URL: "", ...env }, known: KNOWN, hasOwnActions });
  };

  it("are the file's, those of the environment, and those in files of secrets, the last one first", () => {
    const secrets = join(folder, "secrets");
    mkdirSync(secrets);
    writeFileSync(join(secrets, "LOG_TOKEN"), "from the folder\n");
    writeFileSync(join(folder, "token"), "from a file\n");
    const env = {
      LANGUAGE: "fr",
      LOG_TOKEN: "from the environment",
      KITSU_TOKEN_FILE: join(folder, "token"),
      SECRETS_DIR: secrets,
      PATH: "/bin",
    };
    expect(read('KITSU_URL = "https://k"\nLANGUAGE = "de"\n[KABARET.task_names]\nAnim = "anim"', env)).toEqual({
      KITSU_URL: "https://k",
      LANGUAGE: "fr",
      KABARET: { task_names: { Anim: "anim" } },
      LOG_TOKEN: "from the folder",
      KITSU_TOKEN: "from a file",
      TRUST_PROXY: "1",
    });
  });

  it("may be those of a wrangler.toml", () => {
    expect(read('name = "x"\n[vars]\nKITSU_URL = "https://k"')).toEqual({ KITSU_URL: "https://k", TRUST_PROXY: "1" });
  });

  it("of a studio's own actions may have any name", () => {
    expect(read('MOVIE_FOLDER = "/mnt"', {}, true)).toMatchObject({ MOVIE_FOLDER: "/mnt" });
  });

  it.each([
    ["a typing error", 'KITSU_URI = "https://k"', "there is no setting KITSU_URI"],
    ["invalid TOML", "KITSU_URL = ", "is not valid TOML"],
    ["settings in and outside [vars]", 'KITSU_URL = "https://k"\n[vars.FLAMENCO]', "but KITSU_URL outside it"],
    ["vars that is no table", 'vars = "https://k"', "write [vars] with the settings below it"],
    ["what the service sets", 'TRUST_PROXY = "1"', "name your proxies with --trusted-proxies instead"],
    ["what would open the log", 'LOCAL = "1"', "Remove the setting LOCAL"],
    ["what is for Cloudflare", 'INJECT = "1"', "let your proxy add the script's tag"],
  ])("refuse %s", (_, toml, sentence) => {
    expect(() => read(toml)).toThrow(sentence);
  });
});
