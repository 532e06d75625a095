/** States as afserver writes them: a set of bits, and their names. */
import type { AfBlock, AfJob } from "./job.ts";
import type { AfTask } from "./task.ts";

const BITS = { RDY: 1, RUN: 2, WDP: 4, DON: 16, ERR: 32, SKP: 256, OFF: 512, RER: 131_072, SUS: 1_048_576 } as const;
type Name = keyof typeof BITS;
/** The order in which it writes the names. */
const ORDER: readonly Name[] = ["WDP", "RDY", "RUN", "DON", "ERR", "SKP", "OFF", "RER", "SUS"];

const TASK: Readonly<Record<AfTask["state"], readonly Name[]>> = {
  ready: ["RDY"],
  running: ["RUN"],
  done: ["DON"],
  error: ["ERR"],
  suspended: ["SUS"],
  skipped: ["DON", "SKP"],
};

export type State = { st: number; state: string };

function stateOf(names: readonly Name[]): State {
  const present = ORDER.filter((name) => names.includes(name));
  return {
    st: present.reduce((bits, name) => bits | BITS[name], 0),
    state: present.map((name) => ` ${name}`).join(""),
  };
}

/** Whether it waits for tasks of other blocks that are not done. */
export function isDependent(job: AfJob, block: AfBlock, at: number): boolean {
  const mask = block.settings.tasks_depend_mask;
  if (mask === "") return false;
  const others = job.blocks.filter((other) => other !== block && new RegExp(`^(?:${mask})$`).test(other.name));
  return others.some(({ tasks }) => tasks[at] !== undefined && !isDone(tasks[at]));
}

export function isBlocked({ blocks }: AfJob, block: AfBlock): boolean {
  const mask = block.settings.depend_mask;
  if (mask === "") return false;
  const others = blocks.filter((other) => other !== block && new RegExp(`^(?:${mask})$`).test(other.name));
  return others.some(({ tasks }) => !tasks.every(isDone));
}

export const isDone = ({ state }: AfTask): boolean => state === "done" || state === "skipped";

export const isReady = (job: AfJob, block: AfBlock, at: number): boolean =>
  block.tasks[at]?.state === "ready" && !isDependent(job, block, at);

/** Set when a machine was sought for a task. JSON parsers lose so high a bit. */
export const SOLVED_BIT = 2n ** 62n;

export function taskState(job: AfJob, block: AfBlock, at: number): State {
  const task = block.tasks[at];
  if (task === undefined) return { st: 0, state: "" };
  if (task.state === "ready" && !isReady(job, block, at)) return stateOf(["WDP"]);
  return stateOf([...TASK[task.state], ...(task.isRetried && task.state === "ready" ? ["RER" as const] : [])]);
}

function namesOf(job: AfJob, block: AfBlock): Name[] {
  const { tasks } = block;
  const has = (state: AfTask["state"]) => tasks.some((task) => task.state === state);
  const isHeld = isBlocked(job, block);
  return [
    ...(isHeld ? ["WDP" as const] : []),
    ...(!isHeld && tasks.some((_, at) => isReady(job, block, at)) ? ["RDY" as const] : []),
    ...(has("running") ? ["RUN" as const] : []),
    ...(tasks.every(isDone) ? ["DON" as const] : []),
    ...(has("error") ? ["ERR" as const] : []),
    ...(has("skipped") ? ["SKP" as const] : []),
    ...(has("suspended") ? ["SUS" as const] : []),
  ];
}

/** A new job has no states yet. */
export const blockState = (job: AfJob, block: AfBlock): State => stateOf(job.isFresh ? [] : namesOf(job, block));

export function jobState(job: AfJob): State {
  const offline = job.isOffline || job.isDeleted ? ["OFF" as const] : [];
  if (job.isFresh) return stateOf(["WDP", ...offline]);
  const all = job.blocks.map((block) => namesOf(job, block));
  // A job does not have the state of a waiting block, and is done when all its blocks are.
  const names = new Set(all.flat().filter((name) => name !== "WDP" && name !== "DON"));
  if (job.isDeleted) names.delete("RDY");
  return stateOf([...names, ...(all.every((own) => own.includes("DON")) ? ["DON" as const] : []), ...offline]);
}
