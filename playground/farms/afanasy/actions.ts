/** afserver's answers to operations on jobs. */
import * as v from "valibot";
import { type Answer, info } from "./info.ts";
import { type AfanasyJobs, isOperation } from "./jobs.ts";

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

export function answerAction(jobs: AfanasyJobs, received: unknown): Answer {
  const action = v.safeParse(Action, received);
  if (!action.success) return info("error", "JSON action is not an object.");
  const { type, ids, mask, user_name, host_name, operation, params } = action.output;
  if (type === "") return info("error", "JSON action type is not set.");
  if (ids.length === 0 && mask === "")
    return info("error", "JSON action should have nodes ids or mask to operate with.");
  if (user_name === "") return info("error", 'Action should have a not empty "user_name" string.');
  if (host_name === "") return info("error", 'Action should have a not empty "host_name" string.');
  if (type !== "jobs") return info("error", `Unknown action type = "${type}"`);
  // A mask is a regular expression for the names of all users' jobs.
  const targets =
    ids.length > 0
      ? ids.flatMap((id) => jobs.find(id) ?? [])
      : jobs.list().filter(({ name }) => new RegExp(mask).test(name));
  // It changes the jobs that exist, and then reports an error if one does not.
  const gone = ids.find((id) => !jobs.find(id));
  if (targets.length === 0 && ids.length === 0) return info("error", `No jobs found by mask "${mask}".`);
  const isKnown = !operation || isOperation(operation.type);
  for (const job of isKnown ? targets : []) {
    if (operation) {
      jobs.operate(job, operation.type);
      continue;
    }
    if (params?.priority !== undefined) job.priority = params.priority;
    if (params?.annotation !== undefined) job.annotation = params.annotation;
  }
  if (gone !== undefined) return info("error", `Action node ID not found: ${gone}.`);
  return isKnown ? info("log", "Action processed.") : info("error", `Unknown operation: ${operation?.type}`);
}
