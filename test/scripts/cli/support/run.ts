// Runs the programs as a person at a terminal does, but without a terminal.
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { PACKAGE_FOLDER } from "../../../../scripts/package-folder.ts";

export const LAUNCHER = join(PACKAGE_FOLDER, "scripts/cli/bin.mjs");
const CREATOR = join(PACKAGE_FOLDER, "create-kitsu-actions/index.mjs");

export type Finished = { code: number | null; stdout: string; stderr: string };

export const kitsuActions = (folder: string, ...args: readonly string[]) => run(folder, [LAUNCHER, ...args]);
export const create = (folder: string, ...args: readonly string[]) => run(folder, [CREATOR, ...args]);

/** Arguments with which Node says that it is this version. */
export const asNode = (version: string): string[] => [
  "--import",
  `data:text/javascript,Object.defineProperty(process, "versions", { value: { ...process.versions, node: "${version}" } })`,
];

/** @param args of Node */
export async function run(
  folder: string,
  args: readonly string[],
  env?: Readonly<Record<string, string>>,
): Promise<Finished> {
  const child = start(folder, args, env);
  const exited = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const [stdout, stderr, code] = await Promise.all([read(child.stdout), read(child.stderr), exited]);
  return { stdout, stderr, code };
}

export const start = (folder: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  spawn(process.execPath, args, { cwd: folder, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });

const read = async (stream: ChildProcess["stdout"]) => (stream === null ? "" : text(stream));
