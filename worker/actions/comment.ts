// Comments on the selected tasks and sets their status, which in Kitsu is one and the same thing. Nothing takes a comment back that people were
// told of: Zou can delete it, but neither the status before nor the notifications come back so. There is no undo.
import * as v from "valibot";
import type { Outcome, Reply } from "../../contract.ts";
import { defineAction, type Given } from "../action.ts";
import { Failure } from "../failure.ts";
import { type Authors, readBotAuthors, signText } from "../services/authors.ts";
import { explainBreak, refuseComment, refuseRetake, refuseStatus } from "../services/comment-rights.ts";
import { type NewComment, tryComments } from "../services/comments.ts";
import type { SelectedTask } from "../services/kitsu.ts";
import { taskPath } from "../services/kitsu-pages.ts";
import type { Role, TaskStatus } from "../services/zou-objects.ts";

/** In place of a status. */
const KEEP = "keep";
const TEXT_MAX_CHARS = 5_000;
/** What is left of the action's time when nothing more is begun, for the answer. */
const REST_MS = 5_000;

export const comment = defineAction({
  id: "comment",
  title: "Comment and set status",
  about: "Writes a comment on the selected tasks, and sets their status.",
  modes: ["ajax", "form"],
  needsKitsu: true,
  tasksMost: 500,
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
      v.description("Whoever is named with @ is notified, as in Kitsu. Hashtags have no effect."),
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
  plan: async (given) => (await planAll(given)).map(({ outcome }) => outcome),
  async confirm(given, planned) {
    const count = planned.filter(({ state }) => state === "planned").length;
    if (count === 0) throw nothingToDo(planned);
    const { missing, projectIds } = await given.kitsu().readSelection();
    if (count === 1 && planned.length === 1 && missing.length === 0) return undefined;
    const { status, text } = given.input;
    const tasks = `${countTasks(count)}${projectIds.length > 1 ? ` of ${projectIds.length} projects` : ""}`;
    const name = await nameStatus(given, status);
    return {
      title:
        name === undefined
          ? `Comment on ${tasks}?`
          : `${text === "" ? "Set" : "Comment on"} ${tasks}${text === "" ? "" : ", and set them"} to ${name}?`,
      text: text === "" ? "Without a comment." : `“${text.length > 300 ? `${text.slice(0, 300)}…` : text}”`,
      submit: text === "" ? "Set the status" : "Comment",
    };
  },
  async run(given) {
    const until = Date.now() + given.settings.actionTimeLimitMs - REST_MS;
    const planned = await planAll(given);
    const { missing } = await given.kitsu().readSelection();
    const gone = missing.map((id): Outcome => ({ id, label: id, state: "skipped", reason: "Deleted or not visible" }));
    const wanted = planned.filter(({ outcome }) => outcome.state === "planned");
    if (wanted.length === 0) throw nothingToDo([...planned.map(({ outcome }) => outcome), ...gone]);
    const authors = await readAuthors(given);
    const comments = wanted.map(({ one: { task }, statusId }): NewComment => {
      const personId = authors.get(task.project_id);
      return { taskId: task.id, statusId, text: sayWho(given, personId), personId, lastCommentDate: task.last_comment_date };
    });
    const fates = await tryComments(given.kitsu().zou, comments, until);
    const kitsuUrl = given.settings.kitsuUrls[0] ?? "";
    const outcomes = planned.map(({ one, outcome }): Outcome => {
      const link = { label: "Open in Kitsu", url: kitsuUrl + taskPath(one) };
      const fate = fates.get(outcome.id);
      if (fate === undefined) return { ...outcome, link };
      if (fate.state === "written") return { ...outcome, state: "done", link };
      if (fate.state === "untried") return { ...outcome, state: "skipped", reason: fate.reason, retry: true, link };
      return { ...outcome, state: "failed", reason: [fate.reason, explainBreak(one)].filter(Boolean).join(" "), link };
    });
    return report(given.input.text, await nameStatus(given, given.input.status), [...outcomes, ...gone]);
  },
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

type Planned = { one: SelectedTask; statusId: string; outcome: Outcome };

async function planAll(given: Answered): Promise<Planned[]> {
  const { tasks, projectIds } = await given.kitsu().readSelection();
  const statuses = await given.kitsu().tables.taskStatuses();
  const roles = new Map(await Promise.all(projectIds.map(async (id) => [id, await given.roleIn(id)] as const)));
  return tasks.map((one) => {
    const status = given.input.status === KEEP ? one.taskStatus : statuses.get(given.input.status);
    const refused = refuse(given, one, status, roles.get(one.task.project_id));
    const [before, after] = [one.taskStatus?.name ?? "unknown", status?.name ?? "unknown"];
    const statusId = status?.id ?? one.task.task_status_id;
    const change = statusId === one.task.task_status_id ? `Stays ${before}` : `${before} → ${after}`;
    const state = refused === undefined ? "planned" : "skipped";
    return { one, statusId, outcome: { id: one.task.id, label: one.label, state, reason: refused ?? change } };
  });
}

function refuse(given: Answered, one: SelectedTask, status: TaskStatus | undefined, role: Role | undefined): string | undefined {
  const { id, departments } = given.person;
  if (given.input.text === "" && status?.id === one.task.task_status_id) return `Is ${status.name} already`;
  return (
    refuseComment(one, { id, role, departments }) ?? refuseStatus(status, role, one.project) ?? refuseRetake(one, status, role)
  );
}

/** With a session it is the person who writes. */
async function readAuthors({ kitsu, person }: Given): Promise<Authors> {
  if (person.token !== undefined) return new Map();
  return readBotAuthors(kitsu().zou, person.id, (await kitsu().readSelection()).projectIds);
}

const sayWho = ({ input: { text }, person }: Answered, personId: string | undefined): string =>
  person.token !== undefined || personId !== undefined ? text : signText(text, person.name);

async function nameStatus({ kitsu }: Given, id: string): Promise<string | undefined> {
  return id === KEEP ? undefined : (await kitsu().tables.taskStatuses()).get(id)?.name;
}

const countTasks = (count: number) => (count === 1 ? "1 task" : `${count} tasks`);

function nothingToDo(outcomes: readonly Outcome[]): Failure {
  return new Failure("nothing-to-do", {
    text: `None of the selected tasks can be commented on: ${outcomes[0]?.reason ?? "they are gone"}.`,
    outcomes: [...outcomes],
  });
}

function report(text: string, status: string | undefined, outcomes: Outcome[]): Reply {
  const done = outcomes.filter(({ state }) => state === "done").length;
  if (done === 0) {
    const reason = outcomes.find(({ state }) => state === "failed")?.reason;
    const retry = outcomes.some((outcome) => outcome.retry) || undefined;
    return { kind: "failed", code: "kitsu-refused", title: "No comment was written", text: reason, retry, outcomes };
  }
  return {
    kind: "done",
    severity: done === outcomes.length ? "success" : "warning",
    title: text === "" ? `Set ${countTasks(done)} to ${status}` : `Commented on ${countTasks(done)}`,
    text: status === undefined || text === "" ? undefined : `${done === 1 ? "It is" : "They are"} ${status} now.`,
    outcomes,
  };
}
