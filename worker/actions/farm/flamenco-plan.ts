// Which of the selected shots would be sent to Flamenco, as what, and which not and why.
import type { ActionContext } from "../../action/action.ts";
import { Failure } from "../../failure.ts";
import type { Root } from "../../launch/paths.ts";
import { readTaskFacts, type TaskFacts } from "../../launch/template-variables.ts";
import { type RecordedFiles, readRecordedFiles } from "../../services/files.ts";
import type { Flamenco as Service } from "../../services/flamenco-client.ts";
import type { JobTypeInfo } from "../../services/flamenco-objects.ts";
import type { Flamenco, JobTypeSetting } from "../../settings/flamenco-settings.ts";
import type { FlamencoOrder } from "./flamenco-farm.ts";
import { readAnswers } from "./flamenco-form.ts";
import { readReadiness } from "./flamenco-readiness.ts";
import { isSimple, makeOrder, planned, refuseSameFolder } from "./flamenco-submission.ts";
import type { Terms } from "./flamenco-terms.ts";
import type { Ordered } from "./render-run.ts";
import { type Planned as PlannedOf, planBusy, planMissing, readChoice } from "./task-conflicts.ts";

/**
 * So many are compiled by Flamenco, and thrown away, before anything is sent: the first ones, for the others are made alike. Cloudflare's free plan
 * has fifty requests for all that a call does.
 */
export const CHECKED_MAX = 16;

/** What is known of the selection. */
export type Selected = { facts: TaskFacts[]; recorded: RecordedFiles; missing: string[] };

export async function readSelected(context: ActionContext, { recorded }: Flamenco): Promise<Selected> {
  const kitsu = context.kitsu();
  const { tasks, missing } = await kitsu.readSelection();
  const [entityTypes, persons] = await Promise.all([kitsu.tables.entityTypes(), kitsu.tables.persons()]);
  const { person } = context;
  const listed = persons.get(person.id ?? "");
  const facts = tasks.map((one) => readTaskFacts(one, { previews: new Map(), entityTypes, person, zouPerson: listed }));
  const files = recorded ? await readRecordedFiles(kitsu.zou, "working", facts) : { of: () => [], isHidden: false };
  return { facts, recorded: files, missing };
}

/** The kind of job that was chosen, and what Flamenco says of it where it is a studio's own. */
export async function readJobType(
  { job_types }: Flamenco,
  chosen: unknown,
  service: Service,
): Promise<{ jobType: JobTypeSetting; info: JobTypeInfo | undefined }> {
  const jobType = job_types.find(({ type }) => type === chosen) ?? job_types[0];
  if (jobType === undefined) throw new Error("There is a job type at least");
  return { jobType, info: isSimple(jobType) ? undefined : await service.jobType(jobType.type) };
}

type Planned = PlannedOf<FlamencoOrder>;

type Planning = ActionContext & { input: Readonly<Record<string, unknown>> };

/** `note` is what there is to say of the farm; `info` is what it says of the kind of job. */
export type Plan = { planned: Planned[]; note: string; info: JobTypeInfo | undefined };

const [known, checked] = [new WeakMap<Planning, Promise<Plan>>(), new WeakMap<Planning, Promise<Plan>>()];

/** Asked for by plan, confirmation and run of one call: read once. */
export function planOrders(context: Planning, flamenco: Flamenco, service: Service): Promise<Plan> {
  const plan = known.get(context) ?? readPlan(context, flamenco, service);
  known.set(context, plan);
  return plan;
}

/** The same, with what Flamenco refuses of it. */
export function planChecked(context: Planning, flamenco: Flamenco, service: Service): Promise<Plan> {
  const plan =
    checked.get(context) ??
    planOrders(context, flamenco, service).then((made) => checkPlan(made, service, flamenco.at_once));
  checked.set(context, plan);
  return plan;
}

async function checkPlan(plan: Plan, service: Service, atOnce: number): Promise<Plan> {
  return { ...plan, planned: await checkOrders(plan.planned, service, atOnce) };
}

async function readPlan(context: Planning, flamenco: Flamenco, service: Service): Promise<Plan> {
  const answers = readAnswers(context.input);
  const [{ facts, recorded, missing }, { minor }, { jobType, info }, note] = await Promise.all([
    readSelected(context, flamenco),
    service.version(),
    readJobType(flamenco, answers.job_type, service),
    readReadiness(flamenco, service),
  ]);
  const terms: Terms = {
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
    asked: answers.asked,
    person: context.person,
    run: context.run.id,
  };
  const all = facts.map((one) => ({ id: one.taskId, label: one.label, made: makeOrder(one, recorded.of(one), terms) }));
  const choice = chooseBusy(context, flamenco);
  const busy = choice === "anyway" ? [] : await context.findConflicts(facts.map(({ taskId }) => taskId));
  const found = refuseSameFolder(all).map((one): Planned => {
    const { id: task, label, made } = one;
    const outcome = planned(one);
    if ("problem" in made) return { outcome };
    const { type, settings } = made.order;
    const ordered = { task, label, order: made.order, size: made.frames, print: JSON.stringify({ type, settings }) };
    const other = busy.find((taken) => taken.task === task);
    return other === undefined ? { outcome, ordered } : planBusy(outcome, ordered, other, choice);
  });
  return { planned: [...found, ...missing.map(planMissing)], note, info };
}

/** What is to become of what others render. */
export const chooseBusy = ({ input }: Planning, { allow_anyway }: Flamenco) => readChoice(input.busy, allow_anyway);

const readRoots = ({ settings }: ActionContext): readonly Root[] => settings.launchers?.roots ?? [];

/** Has Flamenco compile the first ones. What it refuses will not be sent, and is said in its words. */
async function checkOrders(all: readonly Planned[], service: Service, atOnce: number): Promise<Planned[]> {
  const wanted = all.filter(({ ordered, other }) => ordered !== undefined && other === undefined).slice(0, CHECKED_MAX);
  const refused = new Map<string, string>();
  for (let start = 0; start < wanted.length; start += atOnce) {
    await Promise.all(
      wanted.slice(start, start + atOnce).map(async ({ outcome, ordered }) => {
        const words = ordered && (await checkOne(ordered, service));
        if (words !== undefined) refused.set(outcome.id, words);
      }),
    );
  }
  return all.map((one) => {
    const reason = refused.get(one.outcome.id);
    return reason === undefined ? one : { outcome: { ...one.outcome, state: "failed", reason } };
  });
}

async function checkOne({ order }: Ordered<FlamencoOrder>, service: Service): Promise<string | undefined> {
  try {
    await service.check(order);
    return undefined;
  } catch (thrown) {
    if (!(thrown instanceof Failure) || thrown.reply.retry === true) throw thrown;
    return thrown.reply.text ?? thrown.reply.title;
  }
}
