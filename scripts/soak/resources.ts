// What the service uses: memory and open files of its processes, and the disk.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { drawTable } from "../table.ts";

export type Resources = {
  afterS: number;
  requests: number;
  nodeMb: number;
  workerdMb: number;
  openFiles: number;
  databases: number;
  diskMb: number;
};

type Used = Omit<Resources, "afterS" | "requests">;

/** @param pid of the service's first process */
export function readResources(pid: number, directory: string): Used {
  const processes = listTree(pid);
  const isWorkerd = (one: number) => read(one, "cmdline").split("\0")[0]?.endsWith("workerd") ?? false;
  const [workerd, node] = [processes.filter(isWorkerd), processes.filter((one) => !isWorkerd(one))];
  const files = readdirSync(join(directory, "objects"), { recursive: true, encoding: "utf8" });
  return {
    nodeMb: sum(node.map(readMemoryMb)),
    workerdMb: sum(workerd.map(readMemoryMb)),
    openFiles: sum(processes.map((one) => readdirSync(`/proc/${one}/fd`).length)),
    databases: files.filter((file) => file.endsWith(".sqlite")).length,
    diskMb: sum(files.map((file) => readSizeMb(join(directory, "objects", file)))),
  };
}

export function tabulateResources(samples: readonly Resources[]): string {
  const head = ["after", "requests", "Node", "workerd", "open files", "databases", "disk"];
  const mb = (value: number) => `${Math.round(value)} MB`;
  const rows = samples.map((one) => [
    `${Math.floor(one.afterS / 60)}:${String(Math.round(one.afterS % 60)).padStart(2, "0")}`,
    String(one.requests),
    mb(one.nodeMb),
    mb(one.workerdMb),
    String(one.openFiles),
    String(one.databases),
    mb(one.diskMb),
  ]);
  return drawTable(head, rows);
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

const listTree = (pid: number): number[] => [
  pid,
  ...read(pid, `task/${pid}/children`)
    .split(" ")
    .filter(Boolean)
    .flatMap((child) => listTree(Number(child))),
];

const readMemoryMb = (pid: number) => Number(/VmRSS:\s*(\d+)/.exec(read(pid, "status"))?.[1] ?? 0) / 1_024;

const read = (pid: number, file: string) => readFileSync(`/proc/${pid}/${file}`, "utf8");

/** What it takes on the disk. A file may be gone since it was listed. */
const readSizeMb = (path: string) => ((statSync(path, { throwIfNoEntry: false })?.blocks ?? 0) * 512) / 1_048_576;
