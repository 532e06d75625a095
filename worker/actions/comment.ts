// Comments on the selected tasks and sets their status, which is one operation in Kitsu.
// There is no undo: Zou can delete a comment, but that neither restores the previous status nor
// recalls the notifications.
import * as v from "valibot";
import { type ActionContext, defineAction } from "../action/action.ts";
import { Failure } from "../format/failure.ts";
import { joinParagraphs, type Message, type MessageKey, message } from "../format/message.ts";
import type { Outcome } from "../format/reply.ts";
import { readPace } from "../services/comment-pace.ts";
import { refuseStatus } from "../services/comment-rights.ts";
import { taskPath } from "../services/kitsu-pages.ts";
import { skipMissing } from "../services/missing-tasks.ts";
import type { TaskStatus } from "../services/zou-objects.ts";
import { type Planned, planComments } from "./comments/comment-plan.ts";
import { type Item, KEEP } from "./comments/comment-run.ts";
import { cancelComments, continueComments, startComments } from "./comments/comment-watch.ts";
import { describeUnmatchedMentions, findUnmatchedMentions } from "./comments/mentions.ts";

const TEXT_MAX_CHARS = 5_000;
/** Of the comment, in the confirmation. */
const QUOTE_MAX_CHARS = 300;
const NO_ANSWER: MessageKey = "comment.enterTextOrStatus";

const RULES = { id: "comment", title: message("comment.title") };

export const comment = defineAction({
  ...RULES,
  about: message("comment.about"),
  modes: ["ajax", "form"],
  needsKitsu: true,
  submit: message("comment.submit"),
  async input(context) {
    const statuses = await listStatuses(context);
    const labels = Object.fromEntries(statuses.map(({ id, name }) => [id, name]));
    const status = v.pipe(
      v.picklist([KEEP, ...statuses.map(({ id }) => id)]),
      v.metadata({
        type: "task-status",
        title: message("comment.status"),
        labels: { [KEEP]: message("comment.keepStatus"), ...labels },
        colors: Object.fromEntries(statuses.map(({ id, color }) => [id, color])),
        remember: false,
      }),
    );
    const text = v.pipe(
      v.string(),
      v.transform((written) => written.replaceAll("\r\n", "\n").trim()),
      v.maxLength(TEXT_MAX_CHARS),
      v.metadata({
        type: "long-text",
        title: message("comment.text"),
        help: message("comment.textHelp"),
        remember: false,
      }),
    );
    return v.pipe(
      v.object({ status: v.optional(status, KEEP), text }),
      v.forward(
        v.partialCheck([["status"], ["text"]], ({ status, text }) => status !== KEEP || text !== "", NO_ANSWER),
        ["text"],
      ),
    );
  },
  plan: async (context) => (await planAll(context)).map(toOutcome),
  async confirm(context, planned) {
    const count = planned.filter(({ state }) => state === "planned").length;
    if (count === 0) throw nothingToDo(planned);
    const { missing, projectIds } = await context.kitsu().readSelection();
    const { status, text } = context.input;
    const warning = describeUnmatchedMentions(await findUnmatchedMentions(text, context.kitsu(), projectIds));
    if (count === 1 && planned.length === 1 && missing.length === 0 && warning === undefined) return undefined;
    const name = await getStatusName(context, status);
    const quoted = text.length > QUOTE_MAX_CHARS ? `${text.slice(0, QUOTE_MAX_CHARS)}…` : text;
    return {
      title: askToComment(text, name, { count, projects: projectIds.length }),
      text: joinParagraphs([
        text === "" ? message("comment.noneAdded") : message("comment.quote", { text: quoted }),
        warning,
      ]),
      submit: message(text === "" ? "comment.setStatus" : "comment.submit"),
      seconds: (count * readPace(context.settings.kitsuApi)) / 1_000,
    };
  },
  async run(context) {
    const began = Date.now();
    const planned = await planAll(context);
    const { tasks, missing, projectIds } = await context.kitsu().readSelection();
    const items = [
      ...planned.map((one): Item => {
        const { id, label, reason } = toOutcome(one);
        const state = one.refusal === undefined ? "waiting" : "skipped";
        return { id, label, project: one.selected.task.project_id, path: taskPath(one.selected), state, reason };
      }),
      ...missing.map(skipMissing),
    ];
    if (planned.every(({ refusal }) => refusal !== undefined)) throw nothingToDo(items);
    const { status, text } = context.input;
    const statusName = await getStatusName(context, status);
    const paceMs = readPace(context.settings.kitsuApi);
    const run = { status, statusName, text, items, paceMs, isMeasured: false, refusals: 0, isCanceled: false };
    const known = { tasks, missing: [], person: context.person, roles: await readRoles(context, projectIds) };
    return startComments(context, RULES, run, known, began);
  },
  watch: (watch, data) => continueComments(watch, RULES, data),
  control: cancelComments,
});

function askToComment(text: string, status: string | undefined, counts: { count: number; projects: number }): Message {
  if (status === undefined) return message("comment.confirmComment", counts);
  return message(text === "" ? "comment.confirmStatus" : "comment.confirmBoth", { ...counts, status });
}

type Answered = ActionContext & { input: { status: string; text: string } };

/** The statuses that the person may use in every selected project, in Kitsu's order. */
async function listStatuses(context: ActionContext): Promise<TaskStatus[]> {
  const { tasks, projectIds } = await context.kitsu().readSelection();
  const projects = await context.kitsu().tables.projects();
  const roles = await Promise.all(
    projectIds.map(async (id) => ({ project: projects.get(id), role: await context.roleIn(id) })),
  );
  const used = tasks.map(({ project }) => project?.task_statuses ?? []).filter((ids) => ids.length > 0);
  const isForConcepts = tasks.every(({ entity }) => entity?.type === "Concept");
  const all = [...(await context.kitsu().tables.taskStatuses()).values()];
  return all
    .filter(({ archived, for_concept }) => !archived && for_concept === isForConcepts)
    .filter(
      (status) =>
        roles.every(({ role, project }) => refuseStatus(status, role, project) === undefined) &&
        used.every((ids) => ids.includes(status.id)),
    )
    .sort((a, b) => (a.priority ?? 0) - (b.priority ?? 0));
}

async function planAll(context: Answered): Promise<Planned[]> {
  const { tasks, projectIds } = await context.kitsu().readSelection();
  const statuses = await context.kitsu().tables.taskStatuses();
  const roles = await readRoles(context, projectIds);
  return planComments(tasks, context.input, statuses, { ...context.person, roles });
}

const readRoles = async ({ roleIn }: ActionContext, projectIds: readonly string[]) =>
  new Map(await Promise.all(projectIds.map(async (id) => [id, await roleIn(id)] as const)));

const toOutcome = ({ selected, change, refusal }: Planned): Outcome => ({
  id: selected.task.id,
  label: selected.label,
  state: refusal === undefined ? "planned" : "skipped",
  reason: refusal ?? change,
});

async function getStatusName({ kitsu }: ActionContext, id: string): Promise<string | undefined> {
  return id === KEEP ? undefined : (await kitsu().tables.taskStatuses()).get(id)?.name;
}

function nothingToDo(outcomes: readonly Pick<Outcome, "id" | "label" | "reason">[]): Failure {
  const [{ reason } = {}] = outcomes;
  return new Failure("nothing-to-do", {
    text: reason === undefined ? message("comment.noneExists") : message("comment.noneCommentable", { reason }),
    outcomes: outcomes.map((one) => ({ ...one, state: "skipped" })),
  });
}
