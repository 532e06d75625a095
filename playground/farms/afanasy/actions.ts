/** What may be done to jobs, as afserver answers it. */
import * as v from "valibot";
import { type AfanasyJobs, isOperation } from "./jobs.ts";
import { type Answer, say } from "./say.ts";

const Text = v.fallback(v.string(), "");
const Action = v.object({
  type: Text,
  ids: v.fallback(v.array(v.pipe(v.number(), v.integer())), []),
  mask: Text,
  user_name: Text,
  host_name: Text,
  operation: v.optional(v.looseObject({ type: Text })),
  params: v.optional(
    v.looseObject({ priority: v.fallback(v.optional(v.number()), undefined), annotation: v.optional(v.string()) }),
  ),
});

export function answerAction(jobs: AfanasyJobs, given: unknown): Answer {
  const action = v.safeParse(Action, given);
  if (!action.success) return say("error", "JSON action is not an object.");
  const { type, ids, mask, user_name, host_name, operation, params } = action.output;
  if (type === "") return say("error", "JSON action type is not set.");
  if (ids.length === 0 && mask === "")
    return say("error", "JSON action should have nodes ids or mask to operate with.");
  if (user_name === "") return say("error", 'Action should have a not empty "user_name" string.');
  if (host_name === "") return say("error", 'Action should have a not empty "host_name" string.');
  if (type !== "jobs") return say("error", `Unknown action type = "${type}"`);
  // A mask is a regular expression over the names of all jobs, whoever's they are.
  const meant =
    ids.length > 0
      ? ids.flatMap((id) => jobs.find(id) ?? [])
      : jobs.list().filter(({ name }) => new RegExp(mask).test(name));
  // Those that are there are done, and the answer is an error if one is not.
  const gone = ids.find((id) => !jobs.find(id));
  if (meant.length === 0 && ids.length === 0) return say("error", `No jobs found by mask "${mask}".`);
  const isKnown = !operation || isOperation(operation.type);
  for (const job of isKnown ? meant : []) {
    if (operation) {
      jobs.operate(job, operation.type);
      continue;
    }
    if (params?.priority !== undefined) job.priority = params.priority;
    if (params?.annotation !== undefined) job.annotation = params.annotation;
  }
  if (gone !== undefined) return say("error", `Action node ID not found: ${gone}.`);
  return isKnown ? say("log", "Action processed.") : say("error", `Unknown operation: ${operation?.type}`);
}
