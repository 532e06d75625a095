/** The toast of one long run, from its first answer to its last. */
import type { Reply } from "../contract.ts";
import { parseResponse } from "../contract.ts";
import * as m from "../gen/userscript-messages.ts";
import type { Diagnosis } from "./diagnose.ts";
import { getReply, giveUp } from "./diagnose.ts";
import { t } from "./i18n/index.ts";
import { createNotifyButtons } from "./notification.ts";
import { createControlButtons } from "./run-controls.ts";
import type { Content } from "./toast-content.ts";
import { createContent, createPendingContent, formatElapsed } from "./toast-content.ts";
import type { TrackedRun } from "./tracked-runs.ts";
import type { Update } from "./ui/toast-stack.ts";
import { showToast } from "./ui/toast-stack.ts";

/** How long the result of a control stays. */
const NOTE_MS = 10_000;
/** Screen readers announce progress at 25, 50 and 75 %, at most this often. */
const ANNOUNCE_MIN_MS = 10_000;

/**
 * - `answer`: the latest one, unparsed
 * - `showAnswer`: takes what `followRun` reports
 * - `tick`: called every second
 * - `stop`: stops following, if this tab does that
 * - `wasStored`: whether it was in the storage at the last tick
 */
export type RunToast = {
  tracked: TrackedRun;
  update: Update;
  content: Content;
  answer: string;
  showAnswer: (answer?: string) => void;
  tick: () => void;
  stop?: (() => undefined) | undefined;
  wasStored: boolean;
};

/**
 * @param existing the toast of the call that started the run
 * @param onEnd gets the run's last answer
 */
export function createRunToast(
  tracked: TrackedRun,
  existing: Update | undefined,
  onEnd: (runToast: RunToast, diagnosis: Diagnosis) => void,
): RunToast {
  const { name, socket, note: unresolvedText = "" } = tracked;
  // A call whose answer was lost.
  const isLost = socket === "";
  // Until it is known that the run is in progress, it is not shown as one line of the group.
  const content: Content = unresolvedText
    ? createContent(name, 0, { kind: "unresolved", cause: "", text: unresolvedText }, tracked.run)
    : { ...createPendingContent(name, ""), progress: { done: 0, total: 0 } };
  const update = existing ?? showToast(content);
  const runToast: RunToast = { tracked, update, content, answer: "", showAnswer, tick, wasStored: true };
  let diagnosis: Diagnosis | undefined;
  let note = "";
  let connectionProblem = "";
  let notedAt = 0;
  let isOver = false;
  let quarter = -1;
  let announcedAt = 0;
  if (unresolvedText) render(existing ? undefined : "");
  return runToast;

  function showAnswer(answer?: string): void {
    if (answer === undefined) {
      if (!diagnosis && isLost) return;
      connectionProblem = t(m.reconnecting);
      render("");
      return;
    }
    const next = answer ? parseResponse(200, "", answer) : concludeUnavailable();
    const { reply } = getReply(next);
    if (reply?.kind === "started") {
      diagnosis = next;
      connectionProblem = "";
      runToast.answer = answer;
      render(chooseAnnouncement(reply));
    } else if (!answer || reply || next.kind === "newer") {
      onEnd(runToast, next);
      isOver = true;
    }
  }

  function concludeUnavailable(): Diagnosis {
    return isLost ? giveUp() : { kind: "conclusion", text: t(m.runUnavailable) };
  }

  function render(announcement: string | undefined): void {
    const { run } = getReply(diagnosis);
    const current = diagnosis ? createContent(name, 200, diagnosis, tracked.run, true) : content;
    const lines = [
      connectionProblem,
      Date.now() - notedAt < NOTE_MS && note,
      current.text,
      isLost && diagnosis && formatElapsed(tracked.at),
    ];
    const ownButtons = isLost
      ? [{ label: t(m.stopChecking), onClick: () => onEnd(runToast, giveUp()) }]
      : createControlButtons(name, run, showNote);
    const buttons = [...ownButtons, ...createNotifyButtons(), ...(current.buttons ?? [])];
    runToast.content = { ...current, text: lines.filter(Boolean).join("\n"), buttons, announcement };
    runToast.update(runToast.content, announcement !== undefined);
  }

  /** Updates how long a looked-up run has been running: it shows no other progress. */
  function tick(): void {
    if (isLost && diagnosis && !isOver) render("");
  }

  /** Shows the result of a control. The run may have ended before that arrives. */
  function showNote(text: string): void {
    if (isOver) return;
    note = text;
    notedAt = Date.now();
    render(text);
  }

  /** undefined announces the whole toast, "" nothing. */
  function chooseAnnouncement(reply: Reply & { kind: "started" }): string | undefined {
    const { done = 0, total = 0 } = reply.progress ?? {};
    const reached = total && Math.floor((4 * done) / total);
    if (reached <= quarter || reached > 3 || Date.now() - announcedAt < ANNOUNCE_MIN_MS) return "";
    const announcement = quarter < 0 ? (existing ? undefined : "") : `${reply.title}: ${reached * 25} %`;
    quarter = reached;
    announcedAt = Date.now();
    return announcement;
  }
}
