// What the Flamenco action reads for one call, from Kitsu and from Flamenco. The form, the plan,
// the confirmation and the run share it, so nothing is read twice.
import type { ActionContext } from "../../action/action.ts";
import { oncePerCall } from "../../action/once-per-call.ts";
import { readTaskInfo } from "../../launch/template-variables.ts";
import { type RecordedFiles, readRecordedFiles } from "../../services/files.ts";
import { type Flamenco as Manager, openFlamenco } from "../../services/flamenco-client.ts";
import { addMemory } from "../../services/flamenco-memory.ts";
import type { JobTypeInfo } from "../../services/flamenco-objects.ts";
import type { JobTypeSetting } from "../../settings/flamenco-job-types.ts";
import type { FlamencoSettings } from "../../settings/flamenco-settings.ts";
import { readReadiness } from "./flamenco-readiness.ts";
import { isSimpleRender } from "./flamenco-submission.ts";

export const readFlamencoSettings = ({ settings: { flamenco } }: Pick<ActionContext, "settings">): FlamencoSettings => {
  if (flamenco === undefined) throw new Error("This action is not offered without FLAMENCO");
  return flamenco;
};

/** Flamenco as this call asks it: nothing twice, and nothing that the person has just confirmed. */
export const openManager = oncePerCall(({ call, settings, signal }: ActionContext): Manager => {
  const target = readFlamencoSettings({ settings });
  const remembered = call.plan !== undefined ? "plan" : call.input !== undefined ? "setup" : "nothing";
  return addMemory(openFlamenco(target, signal), target, remembered);
});

export const readVersion = oncePerCall((context: ActionContext) => openManager(context).version());

/** The selected shots, and the tasks that Kitsu does not show. */
export const readShots = oncePerCall(async (context: ActionContext) => {
  const { person } = context;
  const kitsu = context.kitsu();
  const [{ tasks, missing }, entityTypes, persons] = await Promise.all([
    kitsu.readSelection(),
    kitsu.tables.entityTypes(),
    kitsu.tables.persons(),
  ]);
  const zouPerson = persons.get(person.id ?? "");
  const facts = tasks.map((one) => readTaskInfo(one, { previews: new Map(), entityTypes, person, zouPerson }));
  return { facts, missing };
});

export const readRecorded = oncePerCall(async (context: ActionContext): Promise<RecordedFiles> => {
  if (!readFlamencoSettings(context).recorded) return { of: () => [], isHidden: false };
  const kitsu = context.kitsu();
  const { tasks } = await kitsu.readSelection();
  const shots = tasks.map(({ task: { id, entity_id } }) => ({ taskId: id, entityId: entity_id }));
  return readRecordedFiles(kitsu.zou, "working", shots);
});

export const readNote = oncePerCall((context: ActionContext) =>
  readReadiness(readFlamencoSettings(context), openManager(context)),
);

/** Starts what only a plan needs, while the answers are read. The plan reports what fails. */
export function startReading(context: ActionContext): void {
  for (const started of [readRecorded(context), readNote(context)]) started.catch(() => undefined);
}

/**
 * The job type that the person has chosen, and how Flamenco describes it if it is a studio's own.
 */
export const readJobType = oncePerCall(async (context: ActionContext): Promise<ChosenJobType> => {
  const { job_types } = readFlamencoSettings(context);
  const chosen = context.call.input?.job_type;
  const jobType = job_types.find(({ type }) => type === chosen) ?? job_types[0];
  if (jobType === undefined) throw new Error("FLAMENCO has a job type: its schema requires one");
  return { jobType, info: isSimpleRender(jobType) ? undefined : await openManager(context).jobType(jobType.type) };
});

type ChosenJobType = { jobType: JobTypeSetting; info: JobTypeInfo | undefined };
