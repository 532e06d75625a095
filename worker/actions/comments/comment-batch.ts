// Writes the next few comments of a run. Nothing is written twice, whenever it is cut off: what is sent is saved before, and what became of it is
// looked for before anything else is sent.

import { type ActionRules, findDenial } from "../../action/authorize.ts";
import { Failure } from "../../failure.ts";
import { readBotAuthors, signText } from "../../services/authors.ts";
import { explainBreak } from "../../services/comment-rights.ts";
import { countWritten, type NewComment, NOT_TAKEN, sendComments } from "../../services/comments.ts";
import type { Kitsu } from "../../services/kitsu.ts";
import type { SelectedTask } from "../../services/selection.ts";
import { readPerson, readRole, readSelf } from "../../services/team.ts";
import type { Settings } from "../../settings/settings.ts";
import { planComments } from "./comment-plan.ts";
import { type CommentRun, isOver, leaveRest, listNext, settleItem } from "./comment-run.ts";

/** Zou may be at work on a request that nobody waits for any more: so long after it was sent, and until nothing more comes of it. */
const SETTLE_MS = 30_000;
/** What refuses this often in a row, with nothing written between, refuses all. */
const REFUSALS_MAX = 5;

export type Desk = {
  kitsu: Kitsu;
  /** who comments */
  person: { id?: string | undefined; name: string };
  settings: Pick<Settings, "limits">;
  rules: ActionRules;
  /** keeps the run as it is */
  save(run: CommentRun): Promise<void>;
  /** the time in epoch milliseconds */
  now(): number;
};

/** `unsettled`: what was sent last is looked for again in some seconds. Throws where Kitsu can't be asked, or refuses everything. */
export async function writeNext(desk: Desk, run: CommentRun): Promise<"more" | "unsettled" | "over"> {
  if (run.sending !== undefined && !(await settle(desk, run, run.sending))) return "unsettled";
  if (run.isCanceled) leaveRest(run, "Canceled");
  if (isOver(run)) return "over";
  const drafts = await draft(desk, run);
  if (drafts.length > 0 && !(await send(desk, run, drafts))) return "unsettled";
  return isOver(run) ? "over" : "more";
}

type Draft = { one: SelectedTask; comment: NewComment };

/** As Kitsu has the tasks, and lets the person write, now. What is not possible any more is settled. */
async function draft(desk: Desk, run: CommentRun): Promise<Draft[]> {
  const { kitsu, settings, rules } = desk;
  const ids = listNext(run).map(({ id }) => id);
  const [{ tasks, missing, projectIds }, statuses, person] = await Promise.all([
    kitsu.readTasks(ids),
    kitsu.tables.taskStatuses(),
    readWriter(desk),
  ]);
  for (const id of missing) settleItem(run, id, { state: "skipped", reason: "Deleted or not visible" });
  const isOwn = kitsu.zou.account === "person";
  const [roles, authors] = await Promise.all([
    Promise.all(projectIds.map(async (id) => [id, await readRole(kitsu.zou, person, id)] as const)).then(
      (all) => new Map(all),
    ),
    isOwn ? undefined : readBotAuthors(kitsu.zou, person.id, projectIds),
  ]);
  return planComments(tasks, run, statuses, { ...person, roles }).flatMap(
    ({ one, statusId, change, refusal }): Draft[] => {
      const { id, project_id, last_comment_date: lastCommentDate } = one.task;
      const gate = findDenial(one, person, roles.get(project_id), rules, settings.limits.get(rules.id) ?? {});
      const reason = gate?.reason ?? refusal;
      settleItem(run, id, reason === undefined ? { state: "waiting", reason: change } : { state: "skipped", reason });
      if (reason !== undefined) return [];
      const personId = authors?.get(project_id);
      const text = isOwn || personId !== undefined ? run.text : signText(run.text, desk.person.name);
      return [{ one, comment: { taskId: id, statusId, text, personId, lastCommentDate } }];
    },
  );
}

/** With a session it is the person who writes, else the bot for them. */
async function readWriter({ kitsu: { zou }, person: { id, name } }: Desk) {
  const person = zou.account === "person" ? await readSelf(zou) : await readPerson(zou, id ?? "");
  if (person?.active) return person;
  throw new Failure("person-not-accepted", { text: `${name} is no longer active in Kitsu.` });
}

/** Whether it is known what became of them. */
async function send({ kitsu: { zou }, now, save }: Desk, run: CommentRun, drafts: readonly Draft[]): Promise<boolean> {
  const comments = drafts.map(({ comment }) => comment);
  const at = now();
  run.sending = { at, comments };
  await save(run);
  const sent = await sendComments(zou, comments);
  if (sent.state === "unknown") {
    // It took too long, perhaps: fewer next time.
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
    takeWritten(run, comments.slice(0, count));
    refuseOne(run, drafts[count]?.one, count, sent.failure);
  } else {
    takeAnswer(run, comments, sent.written, now() - at);
  }
  run.sending = undefined;
  return true;
}

function takeAnswer(
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
  takeWritten(run, comments.filter(isTaken));
  for (const { taskId } of comments.filter((one) => !isTaken(one))) {
    settleItem(run, taskId, { state: "failed", reason: NOT_TAKEN });
  }
}

function takeWritten(run: CommentRun, comments: readonly NewComment[]): void {
  for (const { taskId } of comments) {
    const change = run.items.find(({ id }) => id === taskId)?.reason;
    settleItem(run, taskId, { state: "done", reason: change });
  }
}

/** The first that was not written is the one that was refused; those behind it wait for the next request. */
function refuseOne(
  run: CommentRun,
  one: SelectedTask | undefined,
  written: number,
  { reply: { text, title } }: Failure,
): void {
  run.refusals = written > 0 ? 1 : run.refusals + 1;
  if (one === undefined) return;
  const reason = text ?? title;
  settleItem(run, one.task.id, { state: "failed", reason: [reason, explainBreak(one)].filter(Boolean).join(" ") });
  if (run.refusals >= REFUSALS_MAX) leaveRest(run, `Not tried, after this: ${reason}`);
}

/** Looks what became of a request whose answer is not known. Whether that is certain: then the others wait to be sent again. */
async function settle({ kitsu: { zou }, now }: Desk, run: CommentRun, sending: NonNullable<CommentRun["sending"]>) {
  const { at, comments, seen } = sending;
  const count = await countWritten(zou, comments, at);
  const isCertain = count === comments.length || (now() - at >= SETTLE_MS && count === seen);
  if (!isCertain) {
    sending.seen = count;
    return false;
  }
  takeWritten(run, comments.slice(0, count));
  run.sending = undefined;
  return true;
}
