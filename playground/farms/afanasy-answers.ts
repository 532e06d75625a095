/** What afserver answers. Errors are answers like any other. */
import * as v from "valibot";
import { type AfanasyJobs, isOperation, RENDERS } from "./afanasy-jobs.ts";
import { writeJson } from "./afanasy-json.ts";
import { writeJob, writeProgress } from "./afanasy-view.ts";

/** `dies`: it has read a job that it can't have. */
export type Outcome = { json: string; isSubmission?: boolean } | "dies";

const Ids = v.fallback(v.array(v.pipe(v.number(), v.integer())), []);
const Text = v.fallback(v.string(), "");

const Get = v.object({
  type: Text,
  mode: Text,
  ids: Ids,
  serials: v.fallback(v.optional(v.array(v.number())), undefined),
  users: v.fallback(v.optional(v.array(v.string())), undefined),
});
const Action = v.object({
  type: Text,
  ids: Ids,
  mask: Text,
  user_name: Text,
  host_name: Text,
  operation: v.optional(v.looseObject({ type: Text })),
  params: v.optional(
    v.looseObject({ priority: v.fallback(v.optional(v.number()), undefined), annotation: v.optional(v.string()) }),
  ),
});
const Message = v.looseObject({ get: v.optional(v.unknown()), action: v.optional(v.unknown()), job: v.optional(v.unknown()) });

const answer = (value: unknown): Outcome => ({ json: writeJson(value) });
const say = (kind: "log" | "error", text: string): Outcome => answer({ info: { kind, text } });

export function answerMessage(jobs: AfanasyJobs, given: unknown): Outcome {
  if (given === undefined) return say("error", "JSON: Parse error.");
  const message = v.safeParse(Message, given);
  if (!message.success) return say("error", "JSON: Root is not an object.");
  const get = v.safeParse(Get, message.output.get);
  if (get.success) return answerGet(jobs, get.output);
  if ("action" in message.output) return answerAction(jobs, message.output.action);
  if ("job" in message.output) return answerJob(jobs, message.output.job);
  return say("error", "Unknown JSON message.");
}

function answerJob(jobs: AfanasyJobs, given: unknown): Outcome {
  const job = jobs.register(given);
  return job ? { json: writeJson({ id: job.id, serial: job.serial }), isSubmission: true } : "dies";
}

function answerGet(jobs: AfanasyJobs, { type, mode, ids, serials, users }: v.InferOutput<typeof Get>): Outcome {
  if (type === "users") return answer({ users: writeUsers(jobs) });
  if (type === "renders") return answer({ renders: writeRenders(jobs) });
  if (type !== "jobs") return say("error", `Invalid get type = '${type}'`);
  const write = (found: ReturnType<AfanasyJobs["list"]>) => answer({ jobs: found.map((job) => writeJob(job, mode === "full")) });
  if (users && users.length > 0) return { json: writeJobsOf(jobs, users) };
  const [only] = ids;
  if (ids.length === 1 && only !== undefined) {
    const job = jobs.find(only);
    if (!job) return say("error", "Invalid ID");
    if (mode === "progress") return answer(writeProgress(job));
  }
  // Serials stand in place of the ids, and are never "all".
  if (serials) return write(jobs.list().filter(({ serial }) => serials.includes(serial)));
  return write(ids.length === 0 ? jobs.list() : ids.flatMap((id) => jobs.find(id) ?? []));
}

/** Always short. A user without jobs, after one who has some, leaves a comma that no JSON has there. */
function writeJobsOf(jobs: AfanasyJobs, users: readonly string[]): string {
  let [json, hasJobs] = ["", false];
  for (const user of users.filter((name) => jobs.users.has(name))) {
    const own = jobs.list().filter(({ userName }) => userName === user);
    json += `${hasJobs ? ",\n" : ""}${own.map((job) => writeJson(writeJob(job, false))).join(",\n")}`;
    hasJobs = own.length > 0;
  }
  return `{"jobs":[\n${json}\n]}`;
}

function answerAction(jobs: AfanasyJobs, given: unknown): Outcome {
  const action = v.safeParse(Action, given);
  if (!action.success) return say("error", "JSON action is not an object.");
  const { type, ids, mask, user_name, host_name, operation, params } = action.output;
  if (type === "") return say("error", "JSON action type is not set.");
  if (ids.length === 0 && mask === "") return say("error", "JSON action should have nodes ids or mask to operate with.");
  if (user_name === "") return say("error", 'Action should have a not empty "user_name" string.');
  if (host_name === "") return say("error", 'Action should have a not empty "host_name" string.');
  if (type !== "jobs") return say("error", `Unknown action type = "${type}"`);
  if (operation && !isOperation(operation.type)) return say("error", `Unknown operation: ${operation.type}`);
  // A mask is a regular expression over the names of all jobs, whoever's they are. An id that is not there is passed over, unless none is.
  const meant =
    ids.length > 0 ? ids.flatMap((id) => jobs.find(id) ?? []) : jobs.list().filter(({ name }) => new RegExp(mask).test(name));
  if (meant.length === 0) return say("error", "Action node(s) not found.");
  for (const job of meant) {
    if (params?.priority !== undefined) job.priority = params.priority;
    if (params?.annotation !== undefined) job.annotation = params.annotation;
    if (operation && isOperation(operation.type)) jobs.operate(job, operation.type);
  }
  return say("log", "Action processed.");
}

function writeUsers(jobs: AfanasyJobs) {
  return [...jobs.users].map((name, index) => ({ name, id: index + 1, priority: 99, jobs_num: countOf(jobs, name) }));
}

const countOf = (jobs: AfanasyJobs, name: string): number => jobs.list().filter(({ userName }) => userName === name).length;

function writeRenders(jobs: AfanasyJobs) {
  const busy = jobs.busyRenders();
  return RENDERS.map((name, index) => ({
    name,
    id: index + 1,
    priority: 99,
    user_name: "render",
    st: 1,
    state: busy.has(name) ? " ONL RUN" : " ONL RDY",
    engine: "3.4.1",
  }));
}
