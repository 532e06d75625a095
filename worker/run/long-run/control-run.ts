// Cancels, pauses or resumes a run: for its owner, or a supervisor of all its projects.
import type { Action, ActionContext, Control, ControlAnswer } from "../../action/action.ts";
import { isOwner, supervises } from "../../action/authorize.ts";
import { Failure, restoreFailure } from "../../format/failure.ts";
import { message, type Text } from "../../format/message.ts";
import type { Reply } from "../../format/reply.ts";
import type { Env } from "../../settings/settings.ts";
import { linkRun } from "../../storage/run-links.ts";
import type { RunRecord } from "../../storage/run-record.ts";
import { findLiveRun, getLongRun, notOffered, runOver } from "./run-lookup.ts";

export async function controlRun(
  action: Action,
  actionContext: ActionContext,
  record: RunRecord,
  control: Control,
  env: Env,
): Promise<Reply> {
  const { person } = actionContext;
  const isOwn = isOwner(person, record.person);
  if (!isOwn && !(await supervises(actionContext))) {
    const owner = record.person?.name;
    throw new Failure("not-allowed", {
      title: message("longRun.foreignRun"),
      text: owner ? message("longRun.onlyNamedOwner", { owner }) : message("longRun.onlyOwner"),
    });
  }
  const by = isOwn ? undefined : person.name;
  if (action.passControl !== undefined) return passControl(action.passControl, actionContext, record, control, by, env);
  const reply = await getLongRun(env, record.id).control(control, record.at, by);
  if (reply.kind === "failed") throw restoreFailure(reply);
  return confirm(message(`longRun.${control}`), reply.text);
}

/**
 * Asks the studio's server that works on the run. Not in the run's Durable Object, which must take
 * the server's reports meanwhile: a server may report the end before it answers.
 */
async function passControl(
  pass: NonNullable<Action["passControl"]>,
  actionContext: ActionContext,
  { id, at }: RunRecord,
  control: Control,
  by: string | undefined,
  env: Env,
): Promise<Reply> {
  const live = await findLiveRun(env, id, at);
  if (live?.record.reply.kind !== "started") throw runOver();
  if (live.answer?.run[control] === undefined) throw notOffered();
  const sentAtS = Math.floor(Date.now() / 1_000);
  const answer = await pass(actionContext, linkRun(actionContext.base, id, at), control);
  const canceledBy = control === "cancel" ? by : undefined;
  const { words, ...status } = assume(answer, control);
  const isTaken = await getLongRun(env, id).takeAnswer(at, { ...status, sentAtS }, canceledBy);
  if (!isTaken) return confirm(message("longRun.endedMeanwhile"), words?.title);
  if (words !== undefined) return confirm(words.title, words.text);
  const { reply } = status;
  if (reply === undefined || reply.kind === "started") return confirm(message(`longRun.${control}`), reply?.text);
  return confirm(reply.title, reply.text);
}

/** A server that accepts a pause without saying more has paused the run. */
const assume = (answer: ControlAnswer, control: Control): ControlAnswer =>
  control === "cancel" ? answer : { ...answer, paused: answer.paused ?? control === "pause" };

const confirm = (title: Text, text?: Text): Reply => ({ kind: "done", severity: "info", title, text });
