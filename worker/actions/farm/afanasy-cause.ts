// Why tasks of a job failed, from the output of their program.
import { type Message, message } from "../../format/message.ts";
import type { Afanasy } from "../../services/afanasy-client.ts";
import type { FarmTask } from "../../services/afanasy-tasks.ts";
import { findErrorLines } from "./program-errors.ts";

type Reader = Pick<Afanasy, "readTasks" | "readOutput" | "readTaskLog">;

/** The most requests to find one cause. */
export const CAUSE_REQUESTS_MAX = 3;

/** "In frame 1-4: Error: out of memory"; undefined if it is unknown. */
export async function findCause(afanasy: Reader, id: number): Promise<Message | undefined> {
  const task = await findFailed(afanasy, id);
  if (task === undefined) return undefined;
  const { name, text } = await afanasy.readOutput(id, task.block, task.task);
  const lines = findErrorLines(text);
  const cause = lines?.isError ? lines.text : ((await readServerReason(afanasy, id, task)) ?? lines?.text);
  if (!cause) return undefined;
  const place = name || message("afanasy.taskNumber", { number: task.task + 1 });
  return message("afanasy.causeIn", { place, cause });
}

/** The first task that failed, otherwise the unfinished one with the most errors. */
async function findFailed(afanasy: Reader, id: number): Promise<FarmTask | undefined> {
  const tasks = await afanasy.readTasks(id);
  const erring = tasks
    .filter(({ errors, states }) => errors > 0 && !states.includes("DON"))
    .sort((a, b) => b.errors - a.errors);
  return tasks.find(({ states }) => states.includes("ERR")) ?? erring[0];
}

/**
 * The server's own reason if the program printed no error: it took too long, or a file is missing.
 */
async function readServerReason(afanasy: Reader, id: number, { block, task }: FarmTask): Promise<string | undefined> {
  const { text } = await afanasy.readTaskLog(id, block, task);
  const reasons = text.split("\n").map((line) => /: afanasy: (.+)$/.exec(line)?.[1] ?? "");
  return reasons.findLast((line) => line !== "" && !ROUTINE_LINE.test(line));
}

const ROUTINE_LINE = /^(SESSION #|Automatically retrying|Finished (error|success)|AVOIDING|Forgived)/;
