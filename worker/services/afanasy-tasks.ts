// Afanasy's answers about the tasks of one job: their progress, the machines they avoid, their output.
import * as v from "valibot";

/** `state` is text, " RDY RER": the number has more bits than JSON.parse preserves. */
const Task = v.object({ state: v.optional(v.string(), ""), err: v.optional(v.number(), 0) });
export type FarmTask = { block: number; task: number; states: readonly string[]; errors: number };

export const JobProgress = v.pipe(
  v.object({ job_progress: v.object({ progress: v.array(v.array(v.fallback(Task, { state: "", err: 0 }))) }) }),
  v.transform(({ job_progress: { progress } }) =>
    progress.flatMap((tasks, block) =>
      tasks.map(({ state, err }, task): FarmTask => ({ block, task, states: state.trim().split(/\s+/), errors: err })),
    ),
  ),
);

/** The machines that a block avoids, and those that single tasks of it avoid, by task number. */
export type Avoided = { machines: ReadonlySet<string>; tasks: ReadonlyMap<number, ReadonlySet<string>> };

/**
 * The server only has this as text for people: `Block['render'] error hosts:`,
 * `node1: 3 at Sat 28 Nov 10:35.24 - ! AVOIDING !`.
 */
export const ErrorHosts = v.pipe(
  v.object({ message: v.object({ list: v.array(v.string()) }) }),
  v.transform(({ message: { list } }) => readErrorHosts(list)),
);

/** A line only has the name of a machine or a block. */
const LINE_MAX_CHARS = 1_000;

function readErrorHosts(lines: readonly string[]): Avoided[] {
  const blocks: { machines: Set<string>; tasks: Map<number, Set<string>> }[] = [];
  let hosts = new Set<string>();
  for (const whole of lines) {
    const line = whole.slice(0, LINE_MAX_CHARS);
    const block = blocks.at(-1);
    const [, task] = /^Task\[(\d+)\] error hosts:\s*$/.exec(line) ?? [];
    if (/^Block\['.*'\] error hosts:\s*$/.test(line)) {
      hosts = new Set();
      blocks.push({ machines: hosts, tasks: new Map() });
    } else if (task !== undefined && block !== undefined) {
      hosts = new Set();
      block.tasks.set(Number(task), hosts);
    } else {
      const [, name] = /^(.+): \d+ at .* - ! AVOIDING !$/.exec(line) ?? [];
      if (name !== undefined) hosts.add(name);
    }
  }
  return blocks;
}

/** The output of a task's last start, or its log. `name` is "frame 1-4". */
export const TaskText = v.pipe(
  v.object({ task: v.object({ task_name: v.optional(v.string(), ""), data: v.string() }) }),
  v.transform(({ task: { task_name, data } }) => ({ name: task_name, text: NO_OUTPUT.test(data) ? "" : data })),
);
export type TaskText = v.InferOutput<typeof TaskText>;

/** The server's messages, in its spelling, if there is no output. */
const NO_OUTPUT = /^ERROR: (Task is not started|Task was started \d|Can't get (file|ou)|Invalid |MonitorContainer)/;
