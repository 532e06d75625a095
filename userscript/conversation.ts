/** What an action asks before it runs: question by question, until an answer is none. */

import type { Ask, Field, Input } from "../contract.ts";
import { recall, remember } from "./answers.ts";
import type { Diagnosis, Unread } from "./diagnose.ts";
import { findReply, understand } from "./diagnose.ts";
import { addOpenCall, removeOpenCall } from "./history.ts";
import type { Received } from "./hook.ts";
import type { Offer } from "./offers.ts";
import type { Tone } from "./present.ts";
import { pend } from "./present.ts";
import { quietly } from "./realm.ts";
import type { Question } from "./ui/dialog.ts";
import { closeDialog, openDialog, tellDialog } from "./ui/dialog.ts";
import type { Update } from "./ui/stack.ts";
import { words } from "./words/index.ts";

/**
 * A call and the toast it has.
 * - `again`: sends the same once more, with more in it; a reload forgets how
 * - `offer`: what it was made of, if it repeats an earlier run
 */
export type Call = Unread & {
  name: string;
  person: string;
  update: Update;
  again?: (more: object) => Promise<Received>;
  offer?: Offer;
};

/** @param end gets the answer that is no question */
export function converse(
  call: Call & Required<Pick<Call, "again">>,
  first: Ask,
  end: (status: number, heard: Diagnosis) => void,
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
    update({ tone, title: name, text, presses: [{ label, act: show }] });
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
    const at = Date.now();
    addOpenCall(call);
    const { form, plan } = question.ask;
    const fields = steps.flatMap((step) => step.fields);
    const received = await again({ input: collect(fields, question), form, plan });
    const heard = await understand(received, { ...call, at });
    const next = findQuestion(heard);
    removeOpenCall(call.run);
    isUnderWay = false;
    if (next && received.status) {
      ask(next);
    } else if (next || typeof heard === "string") {
      // The log knows of the question alone: what became of the answer, nobody does.
      const problem = typeof heard === "string" ? heard : said.lost;
      if (!tellDialog(question, false, problem)) letAnswer("warning", problem);
    } else {
      const chosen = fields.filter((field) => field.type !== "hidden" && field.remember !== false);
      remember(person, name, collect(chosen, question));
      closeDialog(question);
      end(received.status, heard);
    }
  }
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
