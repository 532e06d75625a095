/**
 * The questions of an action before it runs: one dialog after the other, until the answer is not a
 * question.
 */

import type { Ask, Field, Input } from "../contract.ts";
import * as m from "../gen/userscript-messages.ts";
import { recallAnswers, rememberAnswers } from "./answer-memory.ts";
import type { DiagnosedCall, Diagnosis } from "./diagnose.ts";
import { diagnose, getReply, recordSending } from "./diagnose.ts";
import { t } from "./i18n/index.ts";
import { addOpenCall } from "./past-runs.ts";
import { ignoreErrors } from "./realm.ts";
import type { RunAction } from "./run-actions.ts";
import { randomHex } from "./run-url.ts";
import type { Tone } from "./toast-content.ts";
import { createPendingContent } from "./toast-content.ts";
import type { Question } from "./ui/dialog.ts";
import { closeDialog, openDialog, updateDialog } from "./ui/dialog.ts";
import type { Update } from "./ui/toast-stack.ts";
import { closeCall } from "./unanswered-calls.ts";
import type { RawResponse } from "./xhr-hook.ts";

/**
 * A call and its toast.
 * - `resend`: sends it again as another attempt, with additional members; unknown after a reload
 * - `isLookedUp`: its answer was lost, and the run was looked up
 * - `action`: the retry or undo that made this call
 */
export type Call = DiagnosedCall & {
  name: string;
  person: string;
  update: Update;
  resend?: (more: object, attempt: string) => Promise<RawResponse>;
  isLookedUp?: boolean;
  action?: RunAction;
};

/** @param onEnd gets the answer that is not a question */
export function askUntilAnswered(
  call: Call & Required<Pick<Call, "resend">>,
  first: Ask,
  onEnd: (last: Pick<Call, "attempt" | "isLookedUp">, status: number, diagnosis: Diagnosis) => void,
): void {
  const { name, person, update, resend } = call;
  const steps: Ask[] = [];
  const question: Question = { name, ask: first, values: {}, submit, back: undefined, close };
  let isSending = false;
  ask(first);

  function ask(next: Ask): void {
    // An answer with a problem repeats the current step.
    if (next.problem || next.fields.some(({ error }) => error)) steps.pop();
    steps.push(next);
    show();
  }

  function show(): void {
    question.ask = steps.at(-1) ?? first;
    question.back = steps.length > 1 ? back : undefined;
    prefill(question, recallAnswers(person, name));
    if (!updateDialog(question, false)) offerAnswer("pending", t(m.waitingForAnswer), t(m.answer));
    openDialog(question);
  }

  function offerAnswer(tone: Tone, text: string, label = t(m.answerAgain)): void {
    update({ tone, title: name, text, buttons: [{ label, onClick: show }], isSticky: true });
  }

  function back(): void {
    steps.pop();
    show();
  }

  function close(): void {
    if (isSending) update(createPendingContent(name, t(m.sending)));
    else offerAnswer("info", t(m.nothingDone));
  }

  function submit(): void {
    if (isSending) return;
    isSending = true;
    updateDialog(question, true);
    ignoreErrors(send);
  }

  async function send(): Promise<void> {
    // Distinguishes the answers to one run.
    const attempt = randomHex(4);
    const sent = { ...call, ...recordSending(), attempt };
    addOpenCall(sent);
    const { form, plan } = question.ask;
    const fields = steps.flatMap((step) => step.fields);
    const received = await resend({ input: collectAnswers(fields, question), form, plan }, attempt);
    const pendingDiagnosis = diagnose(received, sent);
    const isLookedUp = pendingDiagnosis instanceof Promise;
    const diagnosis = await pendingDiagnosis;
    const next = findQuestion(diagnosis);
    closeCall(call.run);
    isSending = false;
    // A question that was looked up comes without its text and fields, so it can't be asked.
    if (next && !isLookedUp) ask(next);
    else if (next || diagnosis.kind === "conclusion") {
      const problem = diagnosis.kind === "conclusion" ? diagnosis.text : t(m.runAgain);
      if (!updateDialog(question, false, problem)) offerAnswer("warning", problem);
    } else {
      const remembered = fields.filter((field) => field.type !== "hidden" && field.remember !== false);
      rememberAnswers(person, name, collectAnswers(remembered, question));
      closeDialog(question);
      onEnd({ attempt, isLookedUp }, received.status, diagnosis);
    }
  }
}

export function findQuestion(diagnosis: Diagnosis): Ask | undefined {
  const { reply } = getReply(diagnosis);
  return reply?.kind === "ask" ? reply : undefined;
}

/** Prefers what the person has typed, then their last answer, then what the action proposes. */
function prefill({ ask, values }: Question, last: Input): void {
  for (const { name, type, options, value, remember: isRemembered = true } of ask.fields) {
    const isOffered = (candidate: unknown) =>
      candidate === "" || !options || options.some((option) => option.value === candidate);
    const proposed = type === "hidden" ? [value] : [values[name], isRemembered ? last[name] : undefined, value];
    values[name] = proposed.find((candidate) => candidate !== undefined && [candidate].flat().every(isOffered)) ?? "";
  }
}

/** An answer to every field, empty or not. */
function collectAnswers(fields: readonly Field[], { values }: Question): Input {
  return Object.fromEntries(fields.map(({ name }) => [name, values[name] ?? ""]));
}
