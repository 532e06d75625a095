// Renders the selected shots with CGRU's Afanasy: one job per shot, submitted once and followed to
// its end. The commands are in the studio's templates; people choose a template, frames and a
// priority.
import { type ActionContext, defineAction, type WatchContext } from "../action/action.ts";
import { oncePerCall } from "../action/once-per-call.ts";
import { message } from "../format/message.ts";
import type { Outcome } from "../format/reply.ts";
import { readTaskInfo, type TaskInfo } from "../launch/template-variables.ts";
import { readPreviewFiles } from "../services/files.ts";
import type { AfanasySettings } from "../settings/afanasy-settings.ts";
import type { Settings } from "../settings/settings.ts";
import { openAfanasyFarm } from "./farm/afanasy-farm.ts";
import { type AfanasyAnswers, chooseTemplate, makeForm, readConflictChoice } from "./farm/afanasy-form.ts";
import { AfanasySubmission, makeSubmission } from "./farm/afanasy-submission.ts";
import { controlRender, pollRender } from "./farm/render.ts";
import { confirmRender, nothingToRender } from "./farm/render-confirmation.ts";
import { makeRun, type NewShot, type RenderRun, readRun } from "./farm/render-run.ts";
import { summarizeRunning } from "./farm/render-summary.ts";
import { claimTasks, type PlannedShot, planConflict, planMissing, readConflicts } from "./farm/task-conflicts.ts";

export const afanasy = defineAction({
  id: "afanasy",
  title: message("afanasy.title"),
  about: message("afanasy.about"),
  modes: ["ajax", "form"],
  needsKitsu: true,
  entityTypes: ["shot"],
  roles: ["admin", "manager", "supervisor", "user", "vendor"],
  maxTasks: 500,
  submit: message("render.render"),
  findMissingSetting: (settings) => (settings.afanasy === undefined ? message("afanasy.notSetUp") : undefined),
  async input(context, answers) {
    const [facts, conflicts] = await Promise.all([readFacts(context), readConflicts(context)]);
    return makeForm(readAfanasySettings(context.settings), facts, conflicts, answers.template);
  },
  plan: async (context) => (await planShots(context)).map(({ outcome }) => outcome),
  async confirm(context) {
    const choice = readConflictChoice(context.input, readAfanasySettings(context.settings));
    return confirmRender(context, await planShots(context), choice);
  },
  async run(context) {
    const choice = readConflictChoice(context.input, readAfanasySettings(context.settings));
    const { newShots, followed, skipped } = await claimTasks(context, await planShots(context), choice);
    if (newShots.length + followed.length === 0) throw nothingToRender(skipped);
    const run = makeRun(context.run.id, newShots, skipped, followed);
    // Also while the farm can't be reached from the beginning.
    context.continueWith(run, { controls: ["cancel"] });
    return summarizeRunning(run, "Afanasy", Date.now());
  },
  watch: async (watch, data) => {
    const run = readRun(AfanasySubmission, data);
    return pollRender(watch, run, openFarm(watch, run), readAfanasySettings(watch.settings).tell);
  },
  control: async (watch, data, command) => {
    const run = readRun(AfanasySubmission, data);
    return controlRender(watch, run, openFarm(watch, run), readAfanasySettings(watch.settings).tell, command);
  },
});

const openFarm = ({ settings, signal }: WatchContext, { shots }: RenderRun<AfanasySubmission>) =>
  openAfanasyFarm(
    readAfanasySettings(settings),
    shots.flatMap(({ submission }) => submission?.job.user_name ?? []),
    signal,
  );

function readAfanasySettings({ afanasy: settings }: Settings): AfanasySettings {
  if (settings === undefined) throw new Error("This action is not offered without AFANASY");
  return settings;
}

const readFacts = oncePerCall(async (context: ActionContext): Promise<TaskInfo[]> => {
  const { person } = context;
  const kitsu = context.kitsu();
  const { tasks } = await kitsu.readSelection();
  const [previews, entityTypes, persons] = await Promise.all([
    readPreviewFiles(
      kitsu.zou,
      tasks.flatMap(({ task }) => task.last_preview_file_id ?? []),
    ),
    kitsu.tables.entityTypes(),
    kitsu.tables.persons(),
  ]);
  return tasks.map((one) =>
    readTaskInfo(one, { previews, entityTypes, person, zouPerson: persons.get(person.id ?? "") }),
  );
});

type PlanContext = ActionContext & { input: AfanasyAnswers };

const planShots = oncePerCall(async (context: PlanContext): Promise<PlannedShot<AfanasySubmission>[]> => {
  const { input } = context;
  const settings = readAfanasySettings(context.settings);
  const template = chooseTemplate(settings, input.template);
  const choice = readConflictChoice(input, settings);
  const [facts, conflicts, { missing }] = await Promise.all([
    readFacts(context),
    choice === "anyway" ? [] : readConflicts(context),
    context.kitsu().readSelection(),
  ]);
  /**
   * The first shot to write certain files: two tasks of one shot would overwrite each other's
   * frames.
   */
  const writers = new Map<string, string>();
  return [
    ...facts.map((one): PlannedShot<AfanasySubmission> => {
      const base = { id: one.taskId, label: one.label };
      const made = makeSubmission(one, { ...input, template, isPaused: input.paused }, settings);
      if ("problem" in made) return { outcome: { ...base, state: "skipped", reason: made.problem } };
      const { submission, frames } = made;
      const files = JSON.stringify(submission.job.blocks.map((block) => [block.command, block.files]));
      const writer = writers.get(files);
      if (writer !== undefined) {
        const reason = message("afanasy.sameFiles", { label: writer });
        return { outcome: { ...base, state: "skipped", reason } };
      }
      writers.set(files, one.label);
      const reason = message("afanasy.plan", { ranges: made.text, count: frames });
      const outcome: Outcome = { ...base, state: "planned", reason };
      const fingerprint = JSON.stringify(submission.job.blocks);
      const newShot: NewShot<AfanasySubmission> = {
        ...{ task: one.taskId, label: one.label, submission, size: frames, fingerprint },
      };
      const conflict = conflicts.find(({ task }) => task === one.taskId);
      return conflict === undefined ? { outcome, newShot } : planConflict(outcome, newShot, conflict, choice);
    }),
    ...missing.map(planMissing),
  ];
});
