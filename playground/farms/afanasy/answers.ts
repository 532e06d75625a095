/** afserver's answers. Errors are answers like any other. */
import * as v from "valibot";
import { answerAction } from "./actions.ts";
import { type Answer, answer, info } from "./info.ts";
import type { AfJob } from "./job.ts";
import type { AfanasyJobs } from "./jobs.ts";
import { writeJson } from "./json.ts";
import { writeMachine } from "./machine.ts";
import { writeErrorHosts, writeTaskText } from "./tasks.ts";
import { writeJob, writeProgress } from "./view.ts";

/** `dies`: it crashes because of a job it can't read. */
export type Outcome = Answer | "dies";

const Ids = v.fallback(v.array(v.pipe(v.number(), v.integer())), []);
const Text = v.fallback(v.string(), "");

const Get = v.object({
  type: Text,
  mode: Text,
  ids: Ids,
  block_ids: Ids,
  task_ids: Ids,
  number: v.fallback(v.number(), 0),
  serials: v.fallback(v.optional(v.array(v.number())), undefined),
  users: v.fallback(v.optional(v.array(v.string())), undefined),
});
type Get = v.InferOutput<typeof Get>;
const Message = v.looseObject({
  get: v.optional(v.unknown()),
  action: v.optional(v.unknown()),
  job: v.optional(v.unknown()),
});

/** @param isTerse lists show less of a job, as in other versions */
export function answerMessage(jobs: AfanasyJobs, received: unknown, isTerse = false): Outcome {
  if (received === undefined) return info("error", "JSON: Parse error.");
  const message = v.safeParse(Message, received);
  if (!message.success) return info("error", "JSON: Root is not an object.");
  const get = v.safeParse(Get, message.output.get);
  if (get.success) return answerGet(jobs, get.output, isTerse);
  if ("action" in message.output) return answerAction(jobs, message.output.action);
  if ("job" in message.output) return answerJob(jobs, message.output.job);
  return info("error", "Unknown JSON message.");
}

function answerJob(jobs: AfanasyJobs, received: unknown): Outcome {
  const job = jobs.register(received);
  return job ? { ...answer({ id: job.id, serial: job.serial }), isSubmission: true } : "dies";
}

function answerGet(jobs: AfanasyJobs, get: Get, isTerse: boolean): Outcome {
  const { type, mode, ids, serials, users, block_ids, task_ids } = get;
  if (type === "users") return answer({ users: writeUsers(jobs) });
  if (type === "renders") return answer({ renders: jobs.machines.map(writeMachine) });
  if (type !== "jobs") return info("error", `Invalid get type = '${type}'`);
  const write = (found: readonly AfJob[]) =>
    answer({ jobs: found.map((job) => writeJob(job, mode === "full", isTerse)) });
  if (users && users.length > 0) return { json: writeJobsOf(jobs, users, isTerse) };
  const [only] = ids;
  if (ids.length === 1 && only !== undefined) {
    const job = jobs.find(only);
    if (mode === "output" || (mode === "log" && task_ids.length > 0)) return writeTaskText(job, get);
    if (!job) return info("error", "Invalid ID");
    if (mode === "progress") return answer(writeProgress(job));
    if (mode === "error_hosts" && block_ids.length === 0) return answer(writeErrorHosts(job));
  }
  // Serials replace the ids. An empty list of serials does not mean all jobs.
  if (serials) return write(jobs.list().filter(({ serial }) => serials.includes(serial)));
  return write(ids.length === 0 ? jobs.list() : ids.flatMap((id) => jobs.find(id) ?? []));
}

/** Short form. A user without jobs after one with jobs leaves an invalid trailing comma. */
function writeJobsOf(jobs: AfanasyJobs, users: readonly string[], isTerse: boolean): string {
  let [json, hasJobs] = ["", false];
  for (const user of users.filter((name) => jobs.users.has(name))) {
    const own = jobs.list().filter(({ userName }) => userName === user);
    json += `${hasJobs ? ",\n" : ""}${own.map((job) => writeJson(writeJob(job, false, isTerse))).join(",\n")}`;
    hasJobs = own.length > 0;
  }
  return `{"jobs":[\n${json}\n]}`;
}

function writeUsers(jobs: AfanasyJobs) {
  const countOf = (name: string): number => jobs.list().filter(({ userName }) => userName === name).length;
  return [...jobs.users.values()].map((user) => ({ ...user, priority: 99, jobs_num: countOf(user.name) }));
}
