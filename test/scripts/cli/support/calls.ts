// A playground and workers for the tests of kitsu-actions call and replay.
import * as v from "valibot";
import { afterAll, beforeAll, beforeEach, vi } from "vitest";
import { type Playground, startPlayground } from "../../../../playground/serve.ts";
import { CliError } from "../../../../scripts/cli-error.ts";
import { findFreePort } from "../../../../scripts/listen.ts";
import { PACKAGE_FOLDER } from "../../../../scripts/package-folder.ts";
import { createTempDirectory } from "../../../../scripts/temp-directory.ts";
import { Service } from "./service.ts";

type Command<R> = (args: readonly string[], env: Readonly<Record<string, string>>) => Promise<R>;
type WriteTest = (folder: string, ...rest: Parameters<Command<unknown>>) => Promise<{ files: string[] }>;

// Imported by URL, because workerd's types and Node's conflict.
const load = (name: string) => import(new URL(`../../../../scripts/cli/${name}.ts`, import.meta.url).href);
export const { call }: { call: Command<number> } = await load("call");
export const { replay }: { replay: Command<number> } = await load("replay");
export const { writeTest }: { writeTest: WriteTest } = await load("record-test");

const BOT_TOKEN = "the-token-of-the-bot";
const FORWARD_SECRET = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
export const LOG_TOKEN = "a-token-that-opens-the-log";
export const OTHER_LOG_TOKEN = "a-token-that-opens-the-other";

let playground: Playground;
const workers: Service[] = [];
let printed: string[] = [];

/**
 * Starts a playground and a worker for each of these settings, before the tests of this file.
 * @returns their addresses, once the tests run
 */
export function openWorkers(...settings: Record<string, string>[]): string[] {
  const addresses: string[] = [];
  beforeAll(async () => {
    playground = await startPlayground({
      port: 0,
      worker: "http://127.0.0.1:9",
      botToken: BOT_TOKEN,
      forwardSecret: FORWARD_SECRET,
    });
    addresses.push(...(await Promise.all(settings.map(startWorker))));
  });
  afterAll(async () => {
    for (const worker of workers) worker.killAll();
    await playground.close();
  });
  beforeEach(() => {
    printed = [];
    vi.spyOn(console, "log").mockImplementation((line) => void printed.push(String(line)));
  });
  return addresses;
}

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

/** What was printed since the last time. */
export function takeOutput(): string {
  const text = printed.join("\n");
  printed = [];
  return text;
}

export const env = (more: Record<string, string> = {}) => ({ LOG_TOKEN, ...more });
export const place = (base = "") => ["--against", base, "--playground", playground.url];

/** A call that is sent, and the address of its run's page. */
export async function record(worker: string | undefined, args: readonly string[]): Promise<string> {
  await call([...args, ...place(worker)], env());
  return /^\s*(http\S+\/runs\/\S+)$/m.exec(takeOutput())?.[1] ?? "";
}

/** A supervisor comments on two tasks. */
export async function recordComment(worker: string | undefined, status = "keep"): Promise<string> {
  const answers = ["--input", "text=Hello", "--input", `status=${status}`, "--yes"];
  return record(worker, ["comment", "--tasks", "2", "--as", "supervisor", ...answers]);
}

/** How many comments the playground's Kitsu has. */
export async function countComments(): Promise<number> {
  const [tasks] = await readKitsu(["/data/tasks"]);
  const ids = v.parse(v.array(v.object({ id: v.string() })), tasks).slice(0, 2);
  const lists = await readKitsu(ids.map(({ id }) => `/data/tasks/${id}/comments`));
  return lists.flat().length;
}

async function readKitsu(paths: readonly string[]): Promise<unknown[]> {
  const headers = { authorization: `Bearer ${BOT_TOKEN}` };
  return Promise.all(paths.map(async (path) => (await fetch(`${playground.url}/api${path}`, { headers })).json()));
}

/** 0, or the exit code and the message of an error. */
export const codeOf = async (work: Promise<unknown>) =>
  work.then(
    () => 0,
    (thrown: unknown) => (thrown instanceof CliError ? `${thrown.exitCode}: ${thrown.message}` : thrown),
  );
