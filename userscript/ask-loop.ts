/** What an action asks before it runs: question by question, until an answer is none. */

import type { Ask, Field, Input } from "../contract.ts";
import { recall, remember } from "./answer-memory.ts";
import type { Diagnosis, Unread } from "./diagnose.ts";
import { findReply, understand } from "./diagnose.ts";
import { words } from "./i18n/index.ts";
import { addOpenCall } from "./past-runs.ts";
import { quietly } from "./realm.ts";
import type { Offer } from "./run-actions.ts";
import type { Tone } from "./toast-content.ts";
import { pend } from "./toast-content.ts";
import type { Question } from "./ui/dialog.ts";
import { closeDialog, openDialog, tellDialog } from "./ui/dialog.ts";
import type { Update } from "./ui/toast-stack.ts";
import { takeBack } from "./unanswered-calls.ts";
import type { Received } from "./xhr-hook.ts";

/**
 * A call and the toast it has.
 * - `again`: sends the same once more, with more in it, as another attempt; a reload forgets how
 * - `isLost`: its answer was, and what is known of it was looked up
 * - `offer`: what it was made of, if it repeats an earlier run
 */
export type Call = Unread & {
  name: string;
  person: string;
  update: Update;
  again?: (more: object, attempt: string) => Promise<Received>;
  isLost?: boolean;
  offer?: Offer;
};

/** @param end gets the answer that is no question */
export function converse(
  call: Call & Required<Pick<Call, "again">>,
  first: Ask,
  end: (last: Pick<Call, "attempt" | "isLost">, status: number, heard: Diagnosis) => void,
): void {
  const { name, person, update, again } = call;
  const said = words();
  const steps: Ask[] = [];
  const question: Question = { name, ask: first, values: {}, submit, back: undefined, close };
  let isUnderWay = false;
  ask(first);

  function ask(next: Ask): void {
    // What is wrong is asked again, and is no step further.
    if (next.problem || next.fields.some(({ error }) => error)) steps.pop();
    steps.push(next);
    show();
  }

  function show(): void {
    question.ask = steps.at(-1) ?? first;
    question.back = steps.length > 1 ? back : undefined;
    fillIn(question, recall(person, name));
    if (!tellDialog(question, false)) letAnswer("pending", said.awaiting, said.answer);
    openDialog(question);
  }

  function letAnswer(tone: Tone, text: string, label = said.answerAgain): void {
    update({ tone, title: name, text, presses: [{ label, act: show }], stays: true });
  }

  function back(): void {
    steps.pop();
    show();
  }

  function close(): void {
    if (isUnderWay) update(pend(name, said.sending));
    else letAnswer("info", said.nothingDone);
  }

  function submit(): void {
    if (isUnderWay) return;
    isUnderWay = true;
    tellDialog(question, true);
    quietly(send);
  }

  async function send(): Promise<void> {
    const attempt = makeAttempt();
    const sent = { ...call, at: Date.now(), attempt, wasOffline: !navigator.onLine };
    addOpenCall(sent);
    const { form, plan } = question.ask;
    const fields = steps.flatMap((step) => step.fields);
    const received = await again({ input: collect(fields, question), form, plan }, attempt);
    const understood = understand(received, sent);
    const isLost = understood instanceof Promise;
    const heard = await understood;
    const next = findQuestion(heard);
    takeBack(call.run);
    isUnderWay = false;
    // A question that was only looked up is one without its words.
    if (next && !isLost) ask(next);
    else if (next || typeof heard === "string") {
      const problem = typeof heard === "string" ? heard : said.runAgain;
      if (!tellDialog(question, false, problem)) letAnswer("warning", problem);
    } else {
      const chosen = fields.filter((field) => field.type !== "hidden" && field.remember !== false);
      remember(person, name, collect(chosen, question));
      closeDialog(question);
      end({ attempt, isLost }, received.status, heard);
    }
  }
}

/** Tells the answers to one run apart: eight hexadecimal digits. */
function makeAttempt(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(4)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** What was asked, if that was the answer. */
export function findQuestion(heard: Diagnosis): Ask | undefined {
  const { reply } = findReply(heard);
  return reply?.kind === "ask" ? reply : undefined;
}

/** The person's own words first, then what they chose last time, then what the action proposes. */
function fillIn({ ask, values }: Question, last: Input): void {
  for (const { name, type, options, value, remember: isKept = true } of ask.fields) {
    const isThere = (one: unknown) => one === "" || !options || options.some((option) => option.value === one);
    const proposed = type === "hidden" ? [value] : [values[name], isKept ? last[name] : undefined, value];
    values[name] = proposed.find((one) => one !== undefined && [one].flat().every(isThere)) ?? "";
  }
}

/** An answer to every field, empty or not. */
function collect(fields: readonly Field[], { values }: Question): Input {
  return Object.fromEntries(fields.map(({ name }) => [name, values[name] ?? ""]));
}
