// npm start that does not come up says why, and ends with an exit code that is not zero.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { untilReady } from "../../scripts/start/worker.ts";

const program = join(import.meta.dirname, "../../scripts/start.ts");

let folder: string;
let busy: Server;
/** on which `busy` listens, and on which nobody does */
let [busyPort, port, otherPort] = [0, 0, 0];

const portOf = (server: Server) => (server.address() as AddressInfo).port;
const listen = (server: Server) => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "start-"));
  busy = createServer((_, response) => response.writeHead(500).end(JSON.stringify(BROKEN)));
  await listen(busy);
  busyPort = portOf(busy);
  // Below those that the system gives to whoever wants any port, as many tests do meanwhile.
  port = 20_000 + Math.floor(Math.random() * 5_000);
  otherPort = port + 5_000;
});

afterAll(async () => {
  busy.close();
  await rm(folder, { recursive: true, force: true });
});

function start(env: Record<string, string>): ChildProcess & { said: Promise<string>; ended: Promise<number | null> } {
  const ports = { WORKER_PORT: String(port), PLAYGROUND_PORT: String(otherPort), STATE_DIR: join(folder, "state") };
  const child = spawn(process.execPath, [program], {
    env: { ...process.env, ...ports, ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  return Object.assign(child, { said: text(child.stderr), ended });
}

const WRONG: [what: string, env: () => Record<string, string>, said: string][] = [
  ["a port that is taken", () => ({ WORKER_PORT: String(busyPort) }), "is taken. Is npm start running already?"],
  ["one port for both", () => ({ PLAYGROUND_PORT: String(port) }), "WORKER_PORT and PLAYGROUND_PORT are the same"],
  ["no port", () => ({ PLAYGROUND_PORT: "eighty" }), 'PLAYGROUND_PORT must be a port, 1 to 65535: it is "eighty"'],
  ["targets that are no JSON", () => ({ FORWARD_TARGETS: "{publish" }), "FORWARD_TARGETS must be JSON"],
  ["a secret of another form", () => ({ FORWARD_SECRET: "sesame" }), 'FORWARD_SECRET must be "whsec_"'],
  ["a folder that is a file", () => ({ STATE_DIR: join(folder, "file") }), "STATE_DIR names another folder"],
];

describe("npm start", () => {
  it.each(WRONG)("does not begin with %s", async (_, env, said) => {
    await writeFile(join(folder, "file"), "");
    const child = start(env());
    expect(await child.ended).toBe(1);
    expect(await child.said).toContain("Kitsu Actions did not start. ");
    expect(await child.said).toContain(said);
  });

  it.skipIf(process.platform !== "linux")("ends with the worker, and ends what else it started", async () => {
    const child = start({});
    const workers = await until(findWorkers, child);
    for (const worker of workers) process.kill(worker, "SIGKILL");
    expect(await child.ended).toBe(1);
    expect(await child.said).toMatch(/The worker( at \/edge)? ended by itself \(SIGKILL\)\. What it said is above\./);
    expect(await findWorkers()).toEqual([]);
    await expect(fetch(`http://127.0.0.1:${otherPort}/`)).rejects.toThrow();
  });
});

const BROKEN = {
  reply: { kind: "failed", title: "It is not set up yet", text: "KITSU_URL is wrong.", advice: "Set it." },
};

describe("the worker that is waited for", () => {
  const wait = (address: string, signal = AbortSignal.timeout(60_000)) => untilReady("The worker", address, signal);

  it("is not there before it answers well, and what it answers instead is said", async () => {
    await expect(wait(`http://127.0.0.1:${busyPort}/ping`)).rejects.toThrow(
      "The worker answers 500: It is not set up yet. KITSU_URL is wrong. Set it.",
    );
  });

  it("may refuse for a moment", async () => {
    let asked = 0;
    const slow = createServer((_, response) => response.writeHead(++asked > 3 ? 204 : 503).end());
    await listen(slow);
    await wait(`http://127.0.0.1:${portOf(slow)}/ping`);
    expect(asked).toBe(4);
    slow.close();
  });

  it("is not waited for any longer by whoever stops", async () => {
    await expect(wait(`http://127.0.0.1:${port}/ping`, AbortSignal.timeout(300))).rejects.toThrow();
  });
});

/** What is found as soon as there is any, or once the child has ended. */
async function until(find: () => Promise<number[]>, child: ChildProcess): Promise<number[]> {
  for (;;) {
    const found = await find();
    if (found.length > 0 || child.exitCode !== null) return found;
    await sleep(50);
  }
}

/** The processes that run wrangler with a configuration of this test's. */
async function findWorkers(): Promise<number[]> {
  const processes = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const commands = await Promise.all(processes.map((id) => readFile(`/proc/${id}/cmdline`, "utf8").catch(() => "")));
  return processes
    .filter((_, index) => commands[index]?.includes(`${folder}/`) && commands[index]?.includes("wrangler-dist"))
    .map(Number);
}
