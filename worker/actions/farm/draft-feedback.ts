// The comments that tell how renders ended: in whose name, and with which status.
import { readBotAuthors, signText } from "../../services/authors.ts";
import { refuseComment, refuseRetake, refuseStatus } from "../../services/comment-rights.ts";
import type { NewComment } from "../../services/comments.ts";
import type { Kitsu } from "../../services/kitsu.ts";
import type { Picture } from "../../services/previews.ts";
import type { SelectedTask } from "../../services/selection.ts";
import { readPerson, readRole } from "../../services/team.ts";
import type { Role, TaskStatus, ZouPerson } from "../../services/zou-objects.ts";
import {
  chooseStatus,
  type FeedbackSettings,
  KEEP,
  type RenderEnd,
  writeFeedback,
} from "../../settings/feedback-settings.ts";

/** `picture` is asked once its comment is there; that there is none, or none can be had, is no trouble. */
export type ShotFeedback = RenderEnd & { task: string; picture?: (() => Promise<Picture | undefined>) | undefined };

export type FeedbackContext = {
  /** with the bot's account */
  kitsu: Kitsu;
  /** who rendered */
  person: { id?: string | undefined; name: string };
  run: { url: string };
  /** "Flamenco" */
  farm: string;
  tell: FeedbackSettings;
  /** when nothing more is begun, in epoch milliseconds */
  until: number;
};

/** `note` says what of it is not as the studio wanted. */
export type FeedbackDraft = { comment: NewComment; note: string | undefined };

export async function draftComments(
  { kitsu, person, run, farm, tell }: FeedbackContext,
  tasks: readonly SelectedTask[],
  endings: readonly ShotFeedback[],
): Promise<FeedbackDraft[]> {
  if (tasks.length === 0) return [];
  const { zou, tables } = kitsu;
  const projectIds = [...new Set(tasks.map(({ task }) => task.project_id))];
  const [statuses, known] = await Promise.all([
    tables.taskStatuses(),
    person.id === undefined ? undefined : readPerson(zou, person.id),
  ]);
  const [authors, roles] = await Promise.all([
    readBotAuthors(zou, known?.id, projectIds),
    Promise.all(projectIds.map(async (id) => [id, known && (await readRole(zou, known, id))] as const)).then(
      (all) => new Map(all),
    ),
  ]);
  return tasks.flatMap((one): FeedbackDraft[] => {
    const ending = endings.find(({ task }) => task === one.task.id);
    if (ending === undefined) return [];
    const { id: taskId, project_id, task_status_id, last_comment_date: lastCommentDate } = one.task;
    const personId = authors.get(project_id);
    const text = writeFeedback(ending, farm, run);
    const wanted = chooseStatus(tell, ending.state, ending.isStalled) ?? KEEP;
    const status = wanted === KEEP ? one.taskStatus : findStatus(statuses, wanted);
    const refusal = wanted === KEEP ? undefined : refuse(one, status, known, roles.get(project_id));
    return [
      {
        comment: {
          taskId,
          statusId: status === undefined || refusal !== undefined ? task_status_id : status.id,
          text: personId === undefined ? signText(text, person.name) : text,
          personId,
          lastCommentDate,
        },
        note: refusal === undefined ? undefined : `Its status was kept: ${refusal}.`,
      },
    ];
  });
}

const findStatus = (statuses: ReadonlyMap<string, TaskStatus>, name: string) =>
  [...statuses.values()].find(
    ({ short_name, archived }) => !archived && short_name.toLowerCase() === name.toLowerCase(),
  );

/** Nobody sets a status by rendering that they could not set by hand. */
function refuse(
  one: SelectedTask,
  status: TaskStatus | undefined,
  person: ZouPerson | undefined,
  role: Role | undefined,
) {
  if (status === undefined) return "Kitsu has no status of that name";
  const used = one.project?.task_statuses ?? [];
  if (used.length > 0 && !used.includes(status.id)) return `the project does not use ${status.name}`;
  const who = { id: person?.id, role, departments: person?.departments ?? [] };
  return refuseComment(one, who) ?? refuseStatus(status, role, one.project) ?? refuseRetake(one, status, role);
}
