// kitsu-actions serve: the worker as a service, with a studio's own action, and a server of the
// studio that answers when it is told to. A start takes seconds, so most tests share one service.
import { readFile, writeFile } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkPort } from "../../../scripts/cli/serve/server.ts";
import { findFreePort, listen } from "../../../scripts/listen.ts";
import { readStoredRecords } from "../../../scripts/local-service.ts";
import { createTempDirectory } from "../../../scripts/temp-directory.ts";
import { waitUntil } from "../../../scripts/wait-until.ts";
import { makeKitsuCall } from "../../support/kitsu-call.ts";
import { kitsuActions } from "./support/run.ts";
import { listPorts, readArguments, Service } from "./support/service.ts";
import { createStudio } from "./support/studio.ts";

const KITSU = "http://kitsu.studio.example";
const LOG_TOKEN = "a-token-that-opens-the-log";
const FORWARD_SECRET = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const ID = "5f0c3a7e-91d4-4c1b-8e6a-000000000001";
const RUN = "0123456789abcdef0123456789abcdef";

const state = createTempDirectory("serve");
const folder = createTempDirectory("serve");
let port: number;
let settings: Record<string, string>;
let service: Service;

/** The requests that the studio's server has not answered yet. */
const held: ServerResponse[] = [];
const studio = createServer((request, response) => request.resume().once("end", () => held.push(response)));

function startService(): Service {
  return new Service(folder, ["--state", state, "--port", String(port)], settings);
}

beforeAll(async () => {
  await createStudio(folder);
  expect(await kitsuActions(folder, "build")).toMatchObject({ code: 0 });
  const studioPort = await listen(studio);
  port = await findFreePort();
  const secret = join(createTempDirectory("serve"), "log-token");
  await writeFile(secret, `${LOG_TOKEN}\n`);
  settings = {
    KITSU_URL: KITSU,
    FORWARD_TARGETS: JSON.stringify({ publish: { url: `http://127.0.0.1:${studioPort}/` } }),
    FORWARD_SECRET,
    LOG_TOKEN_FILE: secret,
  };
  const config = join(createTempDirectory("serve"), "settings.toml");
  await writeFile(config, `KITSU_URL = "${KITSU}"\n`);
  settings.CONFIG = config;
  service = startService();
  await service.listen();
});

afterAll(() => {
  service.killAll();
  studio.close();
});

const url = (path: string) => `http://127.0.0.1:${port}${path}`;

const call = () => fetch(url(`/actions/publish?run=${RUN}`), makeKitsuCall(KITSU, ID));

/** How often each action was used. */
async function readUse(): Promise<[action: string, runs: number][]> {
  const response = await fetch(url("/use.json"), { headers: { authorization: `Bearer ${LOG_TOKEN}` } });
  const { actions } = v.parse(Use, await response.json());
  return actions.filter(({ runs }) => runs > 0).map(({ action, runs }) => [action, runs]);
}
const Use = v.object({ actions: v.array(v.object({ action: v.string(), runs: v.number() })) });

const isRefused = () =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(false);
    });
    socket.once("error", () => resolve(true));
  });

const until = async (check: () => boolean | Promise<boolean>) =>
  expect(await waitUntil(check, { limitMs: 20_000, everyMs: 10 })).toBe(true);

describe("a service", () => {
  it("says that it can store and answer, without a secret", async () => {
    const response = await fetch(url("/healthz"));
    expect([response.status, await response.json()]).toEqual([200, { healthy: true }]);
  });

  it("listens on its port alone", () => {
    expect(listPorts(service.processes)).toEqual([port]);
  });

  it("has no secret in the arguments of its processes", () => {
    expect(service.processes.length).toBeGreaterThan(1);
    const all = service.processes.map(readArguments).join("\n");
    expect(all).toContain("workerd");
    for (const secret of [LOG_TOKEN, FORWARD_SECRET]) expect(all).not.toContain(secret);
  });

  it("serves a studio's own actions", async () => {
    expect(await (await fetch(url("/actions"))).text()).toContain('"hello"');
  });

  it("has its folder for itself", async () => {
    const second = startService();
    expect(await second.ended).toBe(1);
    expect(second.errors).toContain(`Another service uses the state folder ${state}.`);
  });

  it("says that its port is in use", async () => {
    await expect(checkPort("127.0.0.1", port)).rejects.toThrow(`Port ${port} is in use at 127.0.0.1.`);
  });

  it("lets a call end that is in flight when it is stopped, and its record is on the disk", async () => {
    const answer = call();
    await until(() => held.length === 1);
    service.stop();
    await until(isRefused);
    held[0]?.setHeader("content-type", "application/json").end('{"kind":"done","severity":"success","title":"Yes"}');
    expect(await (await answer).json()).toMatchObject({ reply: { kind: "done", title: "Yes" } });
    expect(await service.ended).toBe(0);
    expect(service.log.at(-1)).toMatchObject({ event: "stopped" });
    expect(readStoredRecords(state).map((record) => JSON.parse(record))).toMatchObject([
      { id: RUN, reply: { kind: "done", title: "Yes" } },
    ]);
  });

  it("has counted it after a restart, also in a folder that is older than the statistics", async () => {
    const path = join(state, "state.json");
    const { migrations, classes, ...rest } = JSON.parse(await readFile(path, "utf8"));
    expect([migrations.at(-1), classes.ActionUse]).toEqual(["v3", "ActionUse"]);
    delete classes.ActionUse;
    await writeFile(path, JSON.stringify({ ...rest, migrations: migrations.slice(0, -1), classes }));
    service = startService();
    await service.listen();
    expect(await readUse()).toEqual([["publish", 1]]);
  });

  it("starts again after it was killed, and ends the worker that it left", async () => {
    const before = service.processes;
    service.kill();
    await service.ended;
    service = startService();
    await service.listen();
    expect((await fetch(url("/healthz"))).status).toBe(200);
    expect(before.map(readArguments).join("")).toBe("");
    expect(await readUse()).toEqual([["publish", 1]]);
  });
});
