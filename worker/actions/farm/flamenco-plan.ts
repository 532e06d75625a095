// Which of the selected shots would be submitted to Flamenco, as which jobs, and why the others
// would not.
import pMap from "p-map";
import type { ActionContext } from "../../action/action.ts";
import { Failure } from "../../failure.ts";
import type { Text } from "../../format/message.ts";
import type { Root } from "../../launch/paths.ts";
import { readTaskInfo, type TaskInfo } from "../../launch/template-variables.ts";
import { type RecordedFiles, readRecordedFiles } from "../../services/files.ts";
import type { Flamenco as Manager } from "../../services/flamenco-client.ts";
import type { JobTypeInfo } from "../../services/flamenco-objects.ts";
import type { JobTypeSetting } from "../../settings/flamenco-job-types.ts";
import type { Flamenco } from "../../settings/flamenco-settings.ts";
import type { FlamencoSubmission } from "./flamenco-farm.ts";
import { readAnswers } from "./flamenco-form.ts";
import { readReadiness } from "./flamenco-readiness.ts";
import type { RenderOptions } from "./flamenco-render-options.ts";
import { isSimpleRender, makeSubmission, planOutcome, refuseSameFolder } from "./flamenco-submission.ts";
import type { NewShot } from "./render-run.ts";
import { type PlannedShot, parseConflictChoice, planConflict, planMissing } from "./task-conflicts.ts";

/**
 * Flamenco compiles the first submissions as a check before anything is submitted. The others are
 * made alike. Cloudflare's free plan allows fifty requests for a whole call.
 */
export const CHECKED_MAX = 16;

export type SelectionFacts = { facts: TaskInfo[]; recorded: RecordedFiles; missing: string[] };

export async function readSelectionFacts(context: ActionContext, { recorded }: Flamenco): Promise<SelectionFacts> {
  const kitsu = context.kitsu();
  const { tasks, missing } = await kitsu.readSelection();
  const [entityTypes, persons] = await Promise.all([kitsu.tables.entityTypes(), kitsu.tables.persons()]);
  const { person } = context;
  const listed = persons.get(person.id ?? "");
  const facts = tasks.map((one) => readTaskInfo(one, { previews: new Map(), entityTypes, person, zouPerson: listed }));
  const files = recorded ? await readRecordedFiles(kitsu.zou, "working", facts) : { of: () => [], isHidden: false };
  return { facts, recorded: files, missing };
}

/** The chosen job type, and how Flamenco describes it if it is a studio's own. */
export async function readJobType(
  { job_types }: Flamenco,
  chosen: unknown,
  manager: Manager,
): Promise<{ jobType: JobTypeSetting; info: JobTypeInfo | undefined }> {
  const jobType = job_types.find(({ type }) => type === chosen) ?? job_types[0];
  if (jobType === undefined) throw new Error("FLAMENCO has a job type: its schema requires one");
  return { jobType, info: isSimpleRender(jobType) ? undefined : await manager.jobType(jobType.type) };
}

type PlannedFlamencoShot = PlannedShot<FlamencoSubmission>;

type PlanContext = ActionContext & { input: Readonly<Record<string, unknown>> };

/** `note` is what to tell the person about the farm; `info` describes the job type. */
export type Plan = { planned: PlannedFlamencoShot[]; note: Text | undefined; info: JobTypeInfo | undefined };

const plans = new WeakMap<PlanContext, Promise<Plan>>();
const checkedPlans = new WeakMap<PlanContext, Promise<Plan>>();

/** Made once per call, although plan, confirmation and run each need it. */
export function planShots(context: PlanContext, flamenco: Flamenco, manager: Manager): Promise<Plan> {
  const plan = plans.get(context) ?? makePlan(context, flamenco, manager);
  plans.set(context, plan);
  return plan;
}

/** The same, without the shots that Flamenco refuses. */
export function planCheckedShots(context: PlanContext, flamenco: Flamenco, manager: Manager): Promise<Plan> {
  const plan =
    checkedPlans.get(context) ??
    planShots(context, flamenco, manager).then((unchecked) => checkPlan(unchecked, manager, flamenco.at_once));
  checkedPlans.set(context, plan);
  return plan;
}

async function checkPlan(plan: Plan, manager: Manager, concurrency: number): Promise<Plan> {
  return { ...plan, planned: await checkSubmissions(plan.planned, manager, concurrency) };
}

async function makePlan(context: PlanContext, flamenco: Flamenco, manager: Manager): Promise<Plan> {
  const answers = readAnswers(context.input);
  const [{ facts, recorded, missing }, { minor }, { jobType, info }, note] = await Promise.all([
    readSelectionFacts(context, flamenco),
    manager.version(),
    readJobType(flamenco, answers.job_type, manager),
    readReadiness(flamenco, manager),
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
  const choice = readConflictChoice(context, flamenco);
  const conflicts = choice === "anyway" ? [] : await context.findConflicts(facts.map(({ taskId }) => taskId));
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
}

export const readConflictChoice = ({ input }: PlanContext, { allow_anyway }: Flamenco) =>
  parseConflictChoice(input.busy, allow_anyway);

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
