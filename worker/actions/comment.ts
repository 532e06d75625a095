// Comments on the selected tasks and sets their status, which in Kitsu is one and the same thing. Nothing takes a comment back that people were
// told of: Zou can delete it, but neither the status before nor the notifications come back so. There is no undo.
import * as v from "valibot";
import type { Outcome } from "../../contract.ts";
import { defineAction, type Given } from "../action/action.ts";
import { Failure } from "../failure.ts";
import { countTasks } from "../format/list.ts";
import { readPace } from "../services/comment-pace.ts";
import { refuseStatus } from "../services/comment-rights.ts";
import { taskPath } from "../services/kitsu-pages.ts";
import type { TaskStatus } from "../services/zou-objects.ts";
import { type Planned, planComments } from "./comments/comment-plan.ts";
import { type Item, KEEP } from "./comments/comment-run.ts";
import { beginComments, cancelComments, carryOnComments } from "./comments/comment-watch.ts";
import { findUnheard, sayUnheard } from "./comments/mentions.ts";

const TEXT_MAX_CHARS = 5_000;

const RULES = { id: "comment", title: "Comment and set status" };

export const comment = defineAction({
  ...RULES,
  about: "Writes a comment on the selected tasks, and sets their status.",
  modes: ["ajax", "form"],
  needsKitsu: true,
  submit: "Comment",
  async input(given) {
    const statuses = await listStatuses(given);
    const labels = Object.fromEntries(statuses.map(({ id, name }) => [id, name]));
    const status = v.pipe(
      v.picklist([KEEP, ...statuses.map(({ id }) => id)]),
      v.title("Status"),
      v.metadata({
        type: "task-status",
        labels: { [KEEP]: "Keep each task's status", ...labels },
        colors: Object.fromEntries(statuses.map(({ id, color }) => [id, color])),
        remember: false,
      }),
    );
    const text = v.pipe(
      v.string(),
      v.transform((written) => written.replaceAll("\r\n", "\n").trim()),
      v.maxLength(TEXT_MAX_CHARS),
      v.title("Comment"),
      v.description("Whoever is named with @ and their full name is notified, as in Kitsu. Hashtags have no effect."),
      v.metadata({ type: "long-text", remember: false }),
    );
    return v.pipe(
      v.object({ status: v.optional(status, KEEP), text }),
      v.forward(
        v.partialCheck(
          [["status"], ["text"]],
          ({ status, text }) => status !== KEEP || text !== "",
          "Write something, or choose a status",
        ),
        ["text"],
      ),
    );
  },
  plan: async (given) => (await planAll(given)).map(toOutcome),
  async confirm(given, planned) {
    const count = planned.filter(({ state }) => state === "planned").length;
    if (count === 0) throw nothingToDo(planned);
    const { missing, projectIds } = await given.kitsu().readSelection();
    const { status, text } = given.input;
    const unheard = sayUnheard(await findUnheard(text, given.kitsu(), projectIds));
    if (count === 1 && planned.length === 1 && missing.length === 0 && unheard === undefined) return undefined;
    const tasks = `${countTasks(count)}${projectIds.length > 1 ? ` of ${projectIds.length} projects` : ""}`;
    const name = await nameStatus(given, status);
    return {
      title:
        name === undefined
          ? `Comment on ${tasks}?`
          : `${text === "" ? "Set" : "Comment on"} ${tasks}${text === "" ? "" : ", and set them"} to ${name}?`,
      text: [text === "" ? "Without a comment." : `“${text.length > 300 ? `${text.slice(0, 300)}…` : text}”`, unheard]
        .filter(Boolean)
        .join("\n\n"),
      submit: text === "" ? "Set the status" : "Comment",
      seconds: (count * (await readPace(given.settings.kitsuApi))) / 1_000,
    };
  },
  async run(given) {
    const began = Date.now();
    const planned = await planAll(given);
    const { missing } = await given.kitsu().readSelection();
    const items = [
      ...planned.map((one): Item => {
        const { id, label, reason } = toOutcome(one);
        const state = one.refusal === undefined ? "waiting" : "skipped";
        return { id, label, project: one.one.task.project_id, path: taskPath(one.one), state, reason };
      }),
      ...missing.map((id): Item => ({ id, label: id, state: "skipped", reason: "Deleted or not visible" })),
    ];
    if (planned.every(({ refusal }) => refusal !== undefined)) throw nothingToDo(items);
    const { status, text } = given.input;
    const [statusName, paceMs] = await Promise.all([nameStatus(given, status), readPace(given.settings.kitsuApi)]);
    const run = { status, statusName, text, items, paceMs, isMeasured: false, refusals: 0, isCanceled: false };
    return beginComments(given, RULES, run, began);
  },
  watch: (watch, data) => carryOnComments(watch, RULES, data),
  control: cancelComments,
});

type Answered = Given & { input: { status: string; text: string } };

/** The statuses this person may use in every project concerned, in Kitsu's order. */
async function listStatuses(given: Given): Promise<TaskStatus[]> {
  const { tasks, projectIds } = await given.kitsu().readSelection();
  const projects = await given.kitsu().tables.projects();
  const roles = await Promise.all(projectIds.map(async (id) => ({ project: projects.get(id), role: await given.roleIn(id) })));
  const used = tasks.map(({ project }) => project?.task_statuses ?? []).filter((ids) => ids.length > 0);
  const isForConcepts = tasks.every(({ entity }) => entity?.type === "Concept");
  const all = [...(await given.kitsu().tables.taskStatuses()).values()];
  return all
    .filter(({ archived, for_concept }) => !archived && for_concept === isForConcepts)
    .filter(
      (status) =>
        roles.every(({ role, project }) => refuseStatus(status, role, project) === undefined) &&
        used.every((ids) => ids.includes(status.id)),
    )
    .sort((a, b) => (a.priority ?? 0) - (b.priority ?? 0));
}

async function planAll(given: Answered): Promise<Planned[]> {
  const { tasks, projectIds } = await given.kitsu().readSelection();
  const statuses = await given.kitsu().tables.taskStatuses();
  const roles = new Map(await Promise.all(projectIds.map(async (id) => [id, await given.roleIn(id)] as const)));
  return planComments(tasks, given.input, statuses, { ...given.person, roles });
}

const toOutcome = ({ one, change, refusal }: Planned): Outcome => ({
  id: one.task.id,
  label: one.label,
  state: refusal === undefined ? "planned" : "skipped",
  reason: refusal ?? change,
});

async function nameStatus({ kitsu }: Given, id: string): Promise<string | undefined> {
  return id === KEEP ? undefined : (await kitsu().tables.taskStatuses()).get(id)?.name;
}

function nothingToDo(outcomes: readonly Pick<Outcome, "id" | "label" | "reason">[]): Failure {
  return new Failure("nothing-to-do", {
    text: `None of the selected tasks can be commented on: ${outcomes[0]?.reason ?? "they are gone"}.`,
    outcomes: outcomes.map((one) => ({ ...one, state: "skipped" })),
  });
}
