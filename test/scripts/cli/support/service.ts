// kitsu-actions serve, in a process of its own.
import type { ChildProcess } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { createInterface } from "node:readline";
import * as v from "valibot";
import { LAUNCHER, start } from "./run.ts";

const Line = v.pipe(v.string(), v.parseJson(), v.looseObject({ event: v.string() }));

export class Service {
  /** fulfilled with the exit code */
  readonly ended: Promise<number | null>;
  /** the lines of its log */
  readonly log: v.InferOutput<typeof Line>[] = [];
  errors = "";
  readonly #child: ChildProcess;

  /** @param env its settings */
  constructor(folder: string, args: readonly string[], env: Readonly<Record<string, string>>) {
    this.#child = start(folder, [LAUNCHER, "serve", ...args], env);
    this.ended = new Promise((resolve) => this.#child.once("close", resolve));
    this.#child.stderr?.on("data", (text) => {
      this.errors += text;
    });
  }

  /** Resolves once it listens. Throws if it ends before. */
  async listen(): Promise<void> {
    const { stdout } = this.#child;
    if (stdout === null) return;
    await new Promise<void>((resolve, reject) => {
      createInterface(stdout).on("line", (text) => {
        const line = v.parse(Line, text);
        this.log.push(line);
        if (line.event === "listening") resolve();
      });
      void this.ended.then(() => reject(new Error(this.errors)));
    });
  }

  stop(): void {
    this.#child.kill("SIGTERM");
  }

  /** Kills it alone: its worker stays. */
  kill(): void {
    this.#child.kill("SIGKILL");
  }

  killAll(): void {
    for (const pid of this.processes) if (readArguments(pid) !== "") process.kill(pid, "SIGKILL");
  }

  /** Its own process and all that it has started. */
  get processes(): number[] {
    return listTree(this.#child.pid ?? 0);
  }
}

const listTree = (pid: number): number[] => [
  pid,
  ...readOf(pid, `task/${pid}/children`)
    .split(" ")
    .filter(Boolean)
    .flatMap((child) => listTree(Number(child))),
];

export const readArguments = (pid: number): string => readOf(pid, "cmdline");

/** "" if the process has ended. */
function readOf(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}

/** The TCP and UDP ports that any of these processes listens on. */
export function listPorts(pids: readonly number[]): number[] {
  const sockets = new Set(
    pids.flatMap((pid) =>
      readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
        try {
          return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
        } catch {
          return [];
        }
      }),
    ),
  );
  return ["tcp", "tcp6", "udp", "udp6"].flatMap((protocol) =>
    readFileSync(`/proc/net/${protocol}`, "utf8")
      .split("\n")
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state, , , , , , inode = ""]) => (state === "0A" || state === "07") && sockets.has(inode))
      .map(([, local = ""]) => Number.parseInt(local.split(":")[1] ?? "", 16)),
  );
}
