// Why tasks of a job failed, in the words of the program that rendered them.
import type { Afanasy } from "../../services/afanasy-client.ts";
import type { FarmTask } from "../../services/afanasy-tasks.ts";
import { findWords } from "./program-errors.ts";

type Asked = Pick<Afanasy, "readTasks" | "readOutput" | "readTaskLog">;

/** What is asked for one cause at the most. */
export const CAUSE_REQUESTS = 3;

/** "In frame 1-4: Error: out of memory"; nothing where nobody knows. */
export async function findCause(afanasy: Asked, id: number): Promise<string | undefined> {
  const task = await findFailed(afanasy, id);
  if (task === undefined) return undefined;
  const { name, text } = await afanasy.readOutput(id, task.block, task.task);
  const words = findWords(text);
  const said = words?.isTelling ? words.text : ((await readVerdict(afanasy, id, task)) ?? words?.text);
  return said && `In ${name || `task ${task.task + 1}`}: ${said}`;
}

/** The first that failed, else the one that had most errors and is not done all the same. */
async function findFailed(afanasy: Asked, id: number): Promise<FarmTask | undefined> {
  const tasks = await afanasy.readTasks(id);
  const erring = tasks
    .filter(({ errors, states }) => errors > 0 && !states.includes("DON"))
    .sort((a, b) => b.errors - a.errors);
  return tasks.find(({ states }) => states.includes("ERR")) ?? erring[0];
}

/** Why the server took it for failed, where the program printed no error: that it took too long, or that a file is missing. */
async function readVerdict(afanasy: Asked, id: number, { block, task }: FarmTask): Promise<string | undefined> {
  const { text } = await afanasy.readTaskLog(id, block, task);
  const said = text.split("\n").map((line) => /: afanasy: (.+)$/.exec(line)?.[1] ?? "");
  return said.findLast((line) => line !== "" && !SAYS_NOTHING.test(line));
}

const SAYS_NOTHING = /^(SESSION #|Automatically retrying|Finished (error|success)|AVOIDING|Forgived)/;
