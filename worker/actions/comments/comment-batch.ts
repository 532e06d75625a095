// Writes the next comments of a run. An interruption never causes duplicates: a request is saved
// before it is sent, and its outcome is checked before the next one is sent.

import { type ActionRules, findDenial } from "../../action/authorize.ts";
import { Failure } from "../../format/failure.ts";
import { joinSentences, message } from "../../format/message.ts";
import { appendName, readBotAuthors } from "../../services/authors.ts";
import { explainCrash } from "../../services/comment-rights.ts";
import { countWritten, type NewComment, NOT_ACCEPTED, sendComments } from "../../services/comments.ts";
import type { Kitsu } from "../../services/kitsu.ts";
import { DELETED_OR_HIDDEN } from "../../services/missing-tasks.ts";
import type { SelectedTask, Selection } from "../../services/selection.ts";
import { findRoles, openTeams, type ReadTeam, readOwnAccount, readPerson } from "../../services/team.ts";
import type { Role } from "../../services/zou-objects.ts";
import { limitsOf, type Settings } from "../../settings/settings.ts";
import { planComments } from "./comment-plan.ts";
import { type CommentRun, isOver, listNextBatch, notTriedAfter, settleItem, skipRest } from "./comment-run.ts";

/**
 * Zou may still process a request after the connection is lost. Its outcome is final once this time
 * has passed and two checks in a row find the same number of comments.
 */
const SETTLE_MS = 30_000;
/** Stop after so many refusals in a row: Zou is likely to refuse the rest, too. */
const REFUSALS_MAX = 5;

/** Who comments, and their role in each project. */
type Writer = {
  person: { id?: string | undefined; departments: readonly string[] };
  roles: ReadonlyMap<string, Role | undefined>;
};

/** The selection with the rights of the person. */
export type Known = Pick<Selection, "tasks" | "missing"> & Writer;

export type BatchContext = {
  kitsu: Kitsu;
  /** who comments */
  person: { id?: string | undefined; name: string };
  settings: Pick<Settings, "limits">;
  rules: ActionRules;
  /** what this call has just read from Kitsu, so that its batches need not read it again */
  known?: Known | undefined;
  /** saves the run before something is sent */
  save(run: CommentRun): Promise<void>;
  /** the time in epoch milliseconds */
  now(): number;
};

/**
 * `unsettled`: the outcome of the last request is unknown and must be checked again in a few
 * seconds. Throws if Kitsu can't be reached or refuses the whole request.
 */
export async function writeNextBatch(context: BatchContext, run: CommentRun): Promise<"more" | "unsettled" | "over"> {
  if (run.sending !== undefined && !(await settleRequest(context, run, run.sending))) return "unsettled";
  if (run.isCanceled) skipRest(run, message("comment.canceled"));
  if (isOver(run)) return "over";
  const drafts = await draftComments(context, run);
  if (drafts.length > 0 && !(await sendDrafts(context, run, drafts))) return "unsettled";
  return isOver(run) ? "over" : "more";
}

type Draft = { selected: SelectedTask; comment: NewComment };

/** Plans against the current data and permissions in Kitsu. Skips tasks that no longer qualify. */
async function draftComments(context: BatchContext, run: CommentRun): Promise<Draft[]> {
  const { kitsu, settings, rules, known } = context;
  const items = listNextBatch(run);
  const ids = items.map(({ id }) => id);
  const projectIds = [...new Set(items.flatMap(({ project }) => project ?? []))];
  const isOwn = kitsu.zou.account === "person";
  const readTeam = known === undefined ? openTeams(kitsu.zou) : kitsu.readTeam;
  const [selection, statuses, projects, { person, roles }, authors] = await Promise.all([
    known ?? kitsu.readTasks(ids),
    // These say who may set which status.
    kitsu.tables.taskStatuses({ isCurrent: true }),
    kitsu.tables.projects({ isCurrent: true }),
    known ?? readWriter(context, projectIds, readTeam),
    isOwn ? undefined : readBotAuthors(kitsu, context.person.id, projectIds, readTeam),
  ]);
  const tasks = selection.tasks
    .filter(({ task }) => ids.includes(task.id))
    .map((one) => ({ ...one, project: projects.get(one.task.project_id) }));
  for (const id of selection.missing) settleItem(run, id, { state: "skipped", reason: DELETED_OR_HIDDEN });
  return planComments(tasks, run, statuses, { ...person, roles }).flatMap(
    ({ selected, statusId, change, refusal }): Draft[] => {
      const { id, project_id, last_comment_date: lastCommentDate } = selected.task;
      const denial = findDenial(selected, person, roles.get(project_id), rules, limitsOf(settings, rules.id));
      const reason = denial?.reason ?? refusal;
      settleItem(run, id, reason === undefined ? { state: "waiting", reason: change } : { state: "skipped", reason });
      if (reason !== undefined) return [];
      const personId = authors?.get(project_id);
      const text = isOwn || personId !== undefined ? run.text : appendName(run.text, context.person.name);
      return [{ selected, comment: { taskId: id, statusId, text, personId, lastCommentDate } }];
    },
  );
}

/**
 * The person's current data in Kitsu, and their roles. They write with their own session, or the
 * bot does.
 */
async function readWriter(
  { kitsu: { zou }, person: { id, name } }: BatchContext,
  projectIds: readonly string[],
  readTeam: ReadTeam,
): Promise<Writer> {
  const person = zou.account === "person" ? await readOwnAccount(zou) : await readPerson(zou, id ?? "");
  if (!person?.active) throw new Failure("person-not-accepted", { text: message("comment.noLongerActive", { name }) });
  return { person, roles: await findRoles(person, projectIds, readTeam) };
}

/** Whether the outcome is known. */
async function sendDrafts(
  { kitsu: { zou }, now, save }: BatchContext,
  run: CommentRun,
  drafts: readonly Draft[],
): Promise<boolean> {
  const comments = drafts.map(({ comment }) => comment);
  const at = now();
  run.sending = { at, comments };
  await save(run);
  const sent = await sendComments(zou, comments);
  if (sent.state === "unknown") {
    // It may have taken too long: send fewer next time.
    Object.assign(run, { paceMs: Math.max(2 * run.paceMs, (now() - at) / comments.length), isMeasured: true });
    return false;
  }
  if (sent.state === "untouched") {
    run.sending = undefined;
    await save(run);
    throw sent.failure;
  }
  if (sent.state === "refused") {
    const count = await countWritten(zou, comments, at);
    markWritten(run, comments.slice(0, count));
    markRefused(run, drafts[count]?.selected, count, sent.failure);
  } else {
    recordAnswer(run, comments, sent.written, now() - at);
  }
  run.sending = undefined;
  return true;
}

function recordAnswer(
  run: CommentRun,
  comments: readonly NewComment[],
  written: ReadonlySet<string>,
  tookMs: number,
): void {
  const measured = tookMs / comments.length;
  Object.assign(run, {
    paceMs: run.isMeasured ? (run.paceMs + measured) / 2 : measured,
    isMeasured: true,
    refusals: 0,
  });
  const isTaken = ({ taskId }: NewComment) => written.has(taskId);
  markWritten(run, comments.filter(isTaken));
  for (const { taskId } of comments.filter((one) => !isTaken(one))) {
    settleItem(run, taskId, { state: "failed", reason: NOT_ACCEPTED });
  }
}

function markWritten(run: CommentRun, comments: readonly NewComment[]): void {
  for (const { taskId } of comments) {
    const change = run.items.find(({ id }) => id === taskId)?.reason;
    settleItem(run, taskId, { state: "done", reason: change });
  }
}

/** The first unwritten comment is the refused one; those after it wait for the next request. */
function markRefused(
  run: CommentRun,
  refused: SelectedTask | undefined,
  written: number,
  { reply: { text, title } }: Failure,
): void {
  run.refusals = written > 0 ? 1 : run.refusals + 1;
  if (refused === undefined) return;
  const reason = text ?? title;
  const details = joinSentences([reason, explainCrash(refused)]);
  settleItem(run, refused.task.id, { state: "failed", reason: details });
  if (run.refusals >= REFUSALS_MAX) skipRest(run, notTriedAfter(reason));
}

/**
 * Checks which comments of an unanswered request were written. Returns whether that is final; the
 * comments that were not written then wait to be sent again.
 */
async function settleRequest(
  { kitsu: { zou }, now }: BatchContext,
  run: CommentRun,
  sending: NonNullable<CommentRun["sending"]>,
) {
  const { at, comments, writtenCount } = sending;
  const count = await countWritten(zou, comments, at);
  const isFinal = count === comments.length || (now() - at >= SETTLE_MS && count === writtenCount);
  if (!isFinal) {
    sending.writtenCount = count;
    return false;
  }
  markWritten(run, comments.slice(0, count));
  run.sending = undefined;
  return true;
}
