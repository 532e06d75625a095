/** What afserver shows of single tasks: output, log, and the machines they avoid. */

import { type Answer, answer, info } from "./info.ts";
import type { AfJob } from "./job.ts";
import { Bare } from "./json.ts";
import { writeTask } from "./view.ts";

type Asked = {
  mode: string;
  ids: readonly number[];
  block_ids: readonly number[];
  task_ids: readonly number[];
  number: number;
};

/** If there is no output, the error takes its place, in the server's own spelling. */
export function writeTaskText(job: AfJob | undefined, { mode, ids, block_ids, task_ids, number }: Asked): Answer {
  const [blockId, taskId] = [block_ids[0], task_ids[0]];
  if (block_ids.length !== 1 || task_ids.length !== 1 || blockId === undefined || taskId === undefined) {
    return info("error", "Invalid action.");
  }
  const block = job?.blocks[blockId];
  const task = block?.tasks[taskId];
  const data = !job
    ? "ERROR: Invalid job ID"
    : !task
      ? "ERROR: Invalid block and task numbers"
      : mode === "log"
        ? task.log.join("\n")
        : readOutput(task, number);
  const isKnown = job && block && task;
  return answer({
    task: {
      type: mode === "log" ? "TLog" : "TOutput",
      ...(isKnown && { job_name: job.name, block_name: block.name, task_name: task.name, service: block.service }),
      pos: { job: ids[0], block: blockId, task: taskId, number },
      progress: isKnown ? writeTask(job, block, taskId) : { st: 0 },
      data: data === "" ? new Bare("", true) : data,
    },
  });
}

function readOutput(task: AfJob["blocks"][number]["tasks"][number], number: number): string {
  if (task.starts === 0) return "ERROR: Task is not started.";
  if (number > task.starts) return `ERROR: Task was started ${task.starts} times ( less than ${number} times ).`;
  if (task.state === "running") return "ERROR: Can't get ouput of a running task.";
  // A task that printed nothing has no file.
  return task.outputs[(number || task.starts) - 1] || "ERROR: Can't get file:\noutput/1.txt\nNo such file or directory";
}

export const writeErrorHosts = (job: AfJob) => ({
  message: {
    name: job.name,
    type: "error_hosts",
    list: job.blocks.flatMap(({ name, hosts, tasks, limits }) => [
      `Block['${name}'] error hosts:`,
      ...hosts.list(limits.avoid),
      ...tasks.flatMap((task, at) =>
        task.hosts.size === 0 ? [] : [`Task[${at}] error hosts: `, ...task.hosts.list(limits.taskSameHost)],
      ),
    ]),
  },
});
