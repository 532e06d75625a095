/** States as afserver writes them: bits that combine, and their names. */
import type { AfanasyBlock, AfanasyJob } from "./afanasy-job.ts";
import type { Task, TaskState } from "./work.ts";

const BITS = { RDY: 1, RUN: 2, DON: 16, ERR: 32, OFF: 512, WRN: 1_024, RER: 131_072 } as const;
type Name = keyof typeof BITS;

const TASK: Readonly<Record<TaskState, readonly Name[]>> = {
  ready: ["RDY"],
  running: ["RUN"],
  again: ["RDY", "RER"],
  done: ["DON"],
  failed: ["ERR"],
  canceled: ["RDY"],
  paused: ["RDY"],
};

export type State = { st: number; state: string };

const stateOf = (names: readonly Name[]): State => ({
  st: names.reduce((bits, name) => bits | BITS[name], 0),
  state: names.map((name) => ` ${name}`).join(""),
});

export const taskState = ({ state }: Task): State => stateOf(TASK[state]);

function namesOf(tasks: readonly Task[]): Name[] {
  const has = (...states: TaskState[]) => tasks.some(({ state }) => states.includes(state));
  const names: Name[] = [];
  if (has("ready", "again")) names.push("RDY");
  if (has("running")) names.push("RUN");
  if (tasks.every(({ state }) => state === "done")) names.push("DON");
  if (has("failed")) names.push("ERR");
  return names;
}

export const blockState = ({ tasks }: AfanasyBlock): State => stateOf(namesOf(tasks));

export function jobState({ tasks, isOffline }: AfanasyJob): State {
  const names = namesOf(tasks);
  return stateOf(isOffline ? [...names, "OFF"] : names);
}
