// If npm start fails, it says why and exits with 1.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listen } from "../../scripts/listen.ts";
import { waitForWorker } from "../../scripts/start/worker.ts";

const program = join(import.meta.dirname, "../../scripts/start.ts");

let folder: string;
let busy: Server;
/** `busy` listens on the first one, and nothing on the others */
let [busyPort, port, otherPort] = [0, 0, 0];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "start-"));
  busy = createServer((_, response) => response.writeHead(500).end(JSON.stringify(BROKEN)));
  busyPort = await listen(busy);
  // Lower than the ports that the system assigns to other tests.
  port = 20_000 + Math.floor(Math.random() * 5_000);
  otherPort = port + 5_000;
});

afterAll(async () => {
  busy.close();
  await rm(folder, { recursive: true, force: true });
});

function start(
  env: Record<string, string>,
): ChildProcess & { errorOutput: Promise<string>; ended: Promise<number | null> } {
  const ports = { WORKER_PORT: String(port), PLAYGROUND_PORT: String(otherPort), STATE_DIR: join(folder, "state") };
  const child = spawn(process.execPath, [program], {
    env: { ...process.env, ...ports, ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  return Object.assign(child, { errorOutput: text(child.stderr), ended });
}

const WRONG: [what: string, env: () => Record<string, string>, message: string][] = [
  ["a port that is taken", () => ({ WORKER_PORT: String(busyPort) }), "is in use. Is npm start already running?"],
  [
    "one port for both servers",
    () => ({ PLAYGROUND_PORT: String(port) }),
    "WORKER_PORT and PLAYGROUND_PORT are the same",
  ],
  [
    "an invalid port",
    () => ({ PLAYGROUND_PORT: "eighty" }),
    'PLAYGROUND_PORT must be a port from 1 to 65535, not "eighty"',
  ],
  ["targets that are not JSON", () => ({ FORWARD_TARGETS: "{publish" }), "FORWARD_TARGETS must be JSON"],
  ["a malformed secret", () => ({ FORWARD_SECRET: "sesame" }), 'FORWARD_SECRET must be "whsec_"'],
  ["a folder that is a file", () => ({ STATE_DIR: join(folder, "file") }), "Set STATE_DIR to another folder"],
];

describe("npm start", () => {
  it.each(WRONG)("does not start with %s", async (_, env, expected) => {
    await writeFile(join(folder, "file"), "");
    const child = start(env());
    expect(await child.ended).toBe(1);
    expect(await child.errorOutput).toContain("Kitsu Actions did not start. ");
    expect(await child.errorOutput).toContain(expected);
  });

  it.skipIf(process.platform !== "linux")("ends with the worker, and stops everything else", async () => {
    const child = start({});
    const workers = await until(findWorkers, child);
    for (const worker of workers) process.kill(worker, "SIGKILL");
    expect(await child.ended).toBe(1);
    expect(await child.errorOutput).toMatch(
      /The worker( at \/edge)? ended unexpectedly \(SIGKILL\)\. See its output above\./,
    );
    expect(await findWorkers()).toEqual([]);
    await expect(fetch(`http://127.0.0.1:${otherPort}/`)).rejects.toThrow();
  });
});

const BROKEN = {
  reply: { kind: "failed", title: "It is not set up yet", text: "KITSU_URL is wrong.", advice: "Set it." },
};

describe("waiting for the worker", () => {
  const wait = (address: string, signal = AbortSignal.timeout(60_000)) => waitForWorker("The worker", address, signal);

  it("fails if it keeps answering with an error, and shows the error", async () => {
    await expect(wait(`http://127.0.0.1:${busyPort}/ping`)).rejects.toThrow(
      "The worker answers 500: It is not set up yet. KITSU_URL is wrong. Set it.",
    );
  });

  it("ignores errors while it starts", async () => {
    let asked = 0;
    const slow = createServer((_, response) => response.writeHead(++asked > 3 ? 204 : 503).end());
    await wait(`http://127.0.0.1:${await listen(slow)}/ping`);
    expect(asked).toBe(4);
    slow.close();
  });

  it("ends when npm start is stopped", async () => {
    await expect(wait(`http://127.0.0.1:${port}/ping`, AbortSignal.timeout(300))).rejects.toThrow();
  });
});

/** Repeats until something is found or the child has ended. */
async function until(find: () => Promise<number[]>, child: ChildProcess): Promise<number[]> {
  for (;;) {
    const found = await find();
    if (found.length > 0 || child.exitCode !== null) return found;
    await sleep(50);
  }
}

/** The Wrangler processes that this test started. */
async function findWorkers(): Promise<number[]> {
  const processes = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const commands = await Promise.all(processes.map((id) => readFile(`/proc/${id}/cmdline`, "utf8").catch(() => "")));
  return processes
    .filter((_, index) => commands[index]?.includes(`${folder}/`) && commands[index]?.includes("wrangler-dist"))
    .map(Number);
}
