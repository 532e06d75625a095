// Drafts the comments on finished renders: the text, the author and the status.
import { message, type Text } from "../../format/message.ts";
import { appendName, readBotAuthors } from "../../services/authors.ts";
import { refuseComment, refuseRetake, refuseStatus } from "../../services/comment-rights.ts";
import type { NewComment } from "../../services/comments.ts";
import type { Kitsu } from "../../services/kitsu.ts";
import type { Picture } from "../../services/previews.ts";
import type { SelectedTask } from "../../services/selection.ts";
import { findRoles, openTeams, readPerson } from "../../services/team.ts";
import type { Role, TaskStatus, ZouPerson } from "../../services/zou-objects.ts";
import {
  chooseStatus,
  type FeedbackSettings,
  formatFeedback,
  KEEP_STATUS,
  type RenderResult,
} from "../../settings/feedback-settings.ts";
import { formatParagraph } from "./render-summary.ts";

/** `picture` is called once the comment exists. A missing picture is not an error. */
export type ShotFeedback = RenderResult & { task: string; picture?: (() => Promise<Picture | undefined>) | undefined };

export type FeedbackContext = {
  /** with the bot's account */
  kitsu: Kitsu;
  /** who started the render */
  person: { id?: string | undefined; name: string };
  run: { url: string };
  /** "Flamenco" */
  farm: string;
  /** puts a text into the language of the person */
  localize: (text: Text) => string;
  feedback: FeedbackSettings;
  /** nothing new is started after this time, in epoch milliseconds */
  until: number;
};

/** `note` says what differs from the studio's setting. */
export type FeedbackDraft = { comment: NewComment; note: Text | undefined };

export async function draftComments(
  { kitsu, person, run, farm, localize, feedback }: FeedbackContext,
  tasks: readonly SelectedTask[],
  shots: readonly ShotFeedback[],
): Promise<FeedbackDraft[]> {
  if (tasks.length === 0) return [];
  const { zou, tables } = kitsu;
  const projectIds = [...new Set(tasks.map(({ task }) => task.project_id))];
  const [statuses, projects, zouPerson] = await Promise.all([
    // These say who may set which status.
    tables.taskStatuses({ isCurrent: true }),
    tables.projects({ isCurrent: true }),
    person.id === undefined ? undefined : readPerson(zou, person.id),
  ]);
  const readTeam = openTeams(zou);
  const [authors, roles] = await Promise.all([
    readBotAuthors(kitsu, zouPerson?.id, projectIds, readTeam),
    findRoles(zouPerson ?? {}, projectIds, readTeam),
  ]);
  return tasks.flatMap((listed): FeedbackDraft[] => {
    const one = { ...listed, project: projects.get(listed.task.project_id) };
    const shot = shots.find(({ task }) => task === one.task.id);
    if (shot === undefined) return [];
    const { id: taskId, project_id, task_status_id, last_comment_date: lastCommentDate } = one.task;
    const personId = authors.get(project_id);
    const text = formatFeedback(shot, farm, run, localize);
    const wanted = chooseStatus(feedback, shot.state, shot.isStalled) ?? KEEP_STATUS;
    const status = wanted === KEEP_STATUS ? one.taskStatus : findStatus(statuses, wanted);
    const refusal =
      wanted === KEEP_STATUS ? undefined : refuseStatusChange(one, status, zouPerson, roles.get(project_id));
    return [
      {
        comment: {
          taskId,
          statusId: status === undefined || refusal !== undefined ? task_status_id : status.id,
          text: personId === undefined ? appendName(text, person.name) : text,
          personId,
          lastCommentDate,
        },
        note: refusal && formatParagraph([message("render.statusUnchanged", { reason: refusal })]),
      },
    ];
  });
}

const findStatus = (statuses: ReadonlyMap<string, TaskStatus>, name: string) =>
  [...statuses.values()].find(
    ({ short_name, archived }) => !archived && short_name.toLowerCase() === name.toLowerCase(),
  );

/** Rendering must not set a status that the person could not set by hand. */
function refuseStatusChange(
  one: SelectedTask,
  status: TaskStatus | undefined,
  person: ZouPerson | undefined,
  role: Role | undefined,
): Text | undefined {
  if (status === undefined) return message("render.statusUnknown");
  const used = one.project?.task_statuses ?? [];
  if (used.length > 0 && !used.includes(status.id)) return message("render.statusUnused", { status: status.name });
  const who = { id: person?.id, role, departments: person?.departments ?? [] };
  return refuseComment(one, who) ?? refuseStatus(status, role, one.project) ?? refuseRetake(one, status, role);
}
