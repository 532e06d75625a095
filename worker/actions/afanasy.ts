// Renders the selected shots on CGRU's Afanasy: one job a shot, sent once and followed to its end. What is run is the studio's own template; people
// choose one, and say frames and priority.
import type { Outcome } from "../../contract.ts";
import { type ActionContext, defineAction, type WatchContext } from "../action/action.ts";
import { readTaskFacts, type TaskFacts } from "../launch/template-variables.ts";
import { readPreviewFiles } from "../services/files.ts";
import type { AfanasySettings } from "../settings/afanasy-settings.ts";
import type { Settings } from "../settings/settings.ts";
import { openAfanasyFarm } from "./farm/afanasy-farm.ts";
import { type Answers, chooseBusy, chooseTemplate, makeForm } from "./farm/afanasy-form.ts";
import { AfanasyOrder, makeOrder } from "./farm/afanasy-submission.ts";
import { awaitFeedback, pollWithFeedback } from "./farm/feedback-run.ts";
import { carryOn, controlRun } from "./farm/render.ts";
import { confirmRender, nothingToRender } from "./farm/render-confirmation.ts";
import { sayCount } from "./farm/render-progress.ts";
import { makeRun, type RenderRun, readRun } from "./farm/render-run.ts";
import { reportGoing } from "./farm/render-summary.ts";
import { type Planned, planBusy, planMissing, takeTasks } from "./farm/task-conflicts.ts";

export const afanasy = defineAction({
  id: "afanasy",
  title: "Render with Afanasy",
  about: "Renders the selected shots on the farm, and follows each to its last frame.",
  modes: ["ajax", "form"],
  needsKitsu: true,
  entityTypes: ["shot"],
  roles: ["admin", "manager", "supervisor", "user", "vendor"],
  maxTasks: 500,
  submit: "Render",
  findMissingSetting: ({ afanasy: farm }) =>
    farm === undefined ? "Say in AFANASY where the farm is and what it renders: docs/afanasy.md shows how." : undefined,
  async input(context, answers) {
    const facts = await readFacts(context);
    const busy = await context.findConflicts(facts.map(({ taskId }) => taskId));
    return makeForm(readFarm(context.settings), facts, busy, answers.template);
  },
  plan: async (context) => (await planAll(context)).map(({ outcome }) => outcome),
  confirm: async (context) =>
    confirmRender(context, await planAll(context), chooseBusy(context.input, readFarm(context.settings))),
  async run(context) {
    const choice = chooseBusy(context.input, readFarm(context.settings));
    const { mine, joined, aside } = await takeTasks(context, await planAll(context), choice);
    if (mine.length + joined.length === 0) throw nothingToRender(aside);
    const run = makeRun(context.run.id, mine, aside, joined);
    context.continueWith(run);
    return reportGoing(run, "Afanasy", Date.now());
  },
  watch: async (watch, data) => {
    const run = readRun(AfanasyOrder, data);
    const farm = openFarm(watch, run);
    return pollWithFeedback(watch, run, farm, readFarm(watch.settings).tell, () => carryOn(watch, run, farm));
  },
  control: async (watch, data, what) => {
    const run = readRun(AfanasyOrder, data);
    const farm = openFarm(watch, run);
    return awaitFeedback(run, farm, readFarm(watch.settings).tell, await controlRun(watch, run, farm, what));
  },
});

const openFarm = ({ settings, signal }: WatchContext, { shots }: RenderRun<AfanasyOrder>) =>
  openAfanasyFarm(
    readFarm(settings),
    shots.flatMap(({ order }) => order?.job.user_name ?? []),
    signal,
  );

function readFarm({ afanasy: farm }: Settings): AfanasySettings {
  if (farm === undefined) throw new Error("This action is not offered without AFANASY");
  return farm;
}

async function readFacts(context: ActionContext): Promise<TaskFacts[]> {
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
  const { person } = context;
  return tasks.map((one) =>
    readTaskFacts(one, { previews, entityTypes, person, listed: persons.get(person.id ?? "") }),
  );
}

async function planAll(context: ActionContext & { input: Answers }): Promise<Planned<AfanasyOrder>[]> {
  const { input } = context;
  const farm = readFarm(context.settings);
  const template = chooseTemplate(farm, input.template);
  const facts = await readFacts(context);
  const choice = chooseBusy(input, farm);
  const busy = choice === "anyway" ? [] : await context.findConflicts(facts.map(({ taskId }) => taskId));
  const { missing } = await context.kitsu().readSelection();
  /** by what they would write: two tasks of one shot would write into each other's frames */
  const writers = new Map<string, string>();
  return [
    ...facts.map((one): Planned<AfanasyOrder> => {
      const base = { id: one.taskId, label: one.label };
      const made = makeOrder(one, { ...input, template, isPaused: input.paused }, farm);
      if ("problem" in made) return { outcome: { ...base, state: "skipped", reason: made.problem } };
      const writes = JSON.stringify(made.order.job.blocks.map(({ command, files }) => [command, files]));
      const before = writers.get(writes);
      if (before !== undefined) {
        return {
          outcome: {
            ...base,
            state: "skipped",
            reason: `It would write the same files as ${before}: the template does not tell them apart`,
          },
        };
      }
      writers.set(writes, one.label);
      const frames = `${made.text}: ${sayCount(made.frames)} ${made.frames === 1 ? "frame" : "frames"}`;
      const outcome: Outcome = { ...base, state: "planned", reason: frames };
      const ordered = {
        task: one.taskId,
        label: one.label,
        order: made.order,
        size: made.frames,
        print: JSON.stringify(made.order.job.blocks),
      };
      const other = busy.find(({ task }) => task === one.taskId);
      return other === undefined ? { outcome, ordered } : planBusy(outcome, ordered, other, choice);
    }),
    ...missing.map(planMissing),
  ];
}
