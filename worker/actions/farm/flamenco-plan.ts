// Which of the selected shots would be submitted to Flamenco, as which jobs, and why the others
// would not.
import pMap from "p-map";
import type { ActionContext } from "../../action/action.ts";
import { oncePerCall } from "../../action/once-per-call.ts";
import { Failure } from "../../format/failure.ts";
import type { Text } from "../../format/message.ts";
import type { Root } from "../../launch/paths.ts";
import type { Flamenco as Manager } from "../../services/flamenco-client.ts";
import type { JobTypeInfo } from "../../services/flamenco-objects.ts";
import {
  openManager,
  readFlamencoSettings,
  readJobType,
  readNote,
  readRecorded,
  readShots,
  readVersion,
} from "./flamenco-facts.ts";
import type { FlamencoSubmission } from "./flamenco-farm.ts";
import { readAnswers } from "./flamenco-form.ts";
import type { RenderOptions } from "./flamenco-render-options.ts";
import { makeSubmission, planOutcome, refuseSameFolder } from "./flamenco-submission.ts";
import type { NewShot } from "./render-run.ts";
import { type PlannedShot, parseConflictChoice, planConflict, planMissing, readConflicts } from "./task-conflicts.ts";

/**
 * Flamenco compiles the first submissions as a check before anything is submitted. The others are
 * made alike. Cloudflare's free plan allows fifty requests for a whole call.
 */
export const CHECKED_MAX = 16;

type PlannedFlamencoShot = PlannedShot<FlamencoSubmission>;

type PlanContext = ActionContext & { input: Readonly<Record<string, unknown>> };

/** `note` is what to tell the person about the farm; `info` describes the job type. */
export type Plan = { planned: PlannedFlamencoShot[]; note: Text | undefined; info: JobTypeInfo | undefined };

export const planShots = oncePerCall(async (context: PlanContext): Promise<Plan> => {
  const flamenco = readFlamencoSettings(context);
  const answers = readAnswers(context.input);
  const choice = readConflictChoice(context);
  const [{ facts, missing }, recorded, { minor }, { jobType, info }, note, conflicts] = await Promise.all([
    readShots(context),
    readRecorded(context),
    readVersion(context),
    readJobType(context),
    readNote(context),
    choice === "anyway" ? [] : readConflicts(context),
  ]);
  const options: RenderOptions = {
    flamenco,
    roots: readRoots(context),
    minor,
    jobType,
    info,
    frames: answers.frames.trim(),
    chunkSize: answers.chunk_size ?? flamenco.chunk_size.default,
    priority: answers.priority,
    format: answers.format ?? flamenco.formats[0] ?? "PNG",
    scene: answers.scene,
    blend: facts.length === 1 ? answers.blend || undefined : undefined,
    output: answers.output || undefined,
    ownSettings: answers.ownSettings,
    person: context.person,
    run: context.run.id,
  };
  const prepared = facts.map((one) => ({
    id: one.taskId,
    label: one.label,
    result: makeSubmission(one, recorded.of(one), options),
  }));
  const planned = refuseSameFolder(prepared).map((one): PlannedFlamencoShot => {
    const { id: task, label, result } = one;
    const outcome = planOutcome(one);
    if ("problem" in result) return { outcome };
    const { submission, frames } = result;
    const fingerprint = JSON.stringify({ type: submission.type, settings: submission.settings });
    const newShot = { task, label, submission, size: frames, fingerprint };
    const conflict = conflicts.find((taken) => taken.task === task);
    return conflict === undefined ? { outcome, newShot } : planConflict(outcome, newShot, conflict, choice);
  });
  return { planned: [...planned, ...missing.map(planMissing)], note, info };
});

/** The same, without the shots that Flamenco refuses. */
export const planCheckedShots = oncePerCall(async (context: PlanContext): Promise<Plan> => {
  const plan = await planShots(context);
  const { at_once } = readFlamencoSettings(context);
  return { ...plan, planned: await checkSubmissions(plan.planned, openManager(context), at_once) };
});

export const readConflictChoice = (context: PlanContext) =>
  parseConflictChoice(context.input.busy, readFlamencoSettings(context).allow_anyway);

const readRoots = ({ settings }: ActionContext): readonly Root[] => settings.launchers?.roots ?? [];

/**
 * Has Flamenco compile the first submissions. A refused shot won't be submitted, and shows
 * Flamenco's reason.
 */
async function checkSubmissions(
  planned: readonly PlannedFlamencoShot[],
  manager: Manager,
  concurrency: number,
): Promise<PlannedFlamencoShot[]> {
  const checked = planned
    .filter(({ newShot, conflict }) => newShot !== undefined && conflict === undefined)
    .slice(0, CHECKED_MAX);
  const refusals = new Map<string, Text>();
  const check = async ({ outcome, newShot }: PlannedFlamencoShot) => {
    const refusal = newShot && (await checkSubmission(newShot, manager));
    if (refusal !== undefined) refusals.set(outcome.id, refusal);
  };
  await pMap(checked, check, { concurrency });
  return planned.map((one) => {
    const reason = refusals.get(one.outcome.id);
    return reason === undefined ? one : { outcome: { ...one.outcome, state: "failed", reason } };
  });
}

async function checkSubmission(
  { submission }: NewShot<FlamencoSubmission>,
  manager: Manager,
): Promise<Text | undefined> {
  try {
    await manager.check(submission);
    return undefined;
  } catch (thrown) {
    if (!(thrown instanceof Failure) || thrown.reply.retry === true) throw thrown;
    return thrown.reply.text ?? thrown.reply.title;
  }
}
