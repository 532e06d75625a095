/** The dialog that shows an action's question. */

import type { Ask, Input } from "../../contract.ts";
import * as m from "../../gen/userscript-messages.ts";
import { formatList, t } from "../i18n/index.ts";
import { isSameTitle } from "../toast-content.ts";
import { renderLinkOrText } from "./button.ts";
import { createElement } from "./element.ts";
import { readFields, renderField } from "./field.ts";
import { dialog, openModal } from "./shadow-root.ts";
import { renderPlan } from "./table.ts";
import { renderText } from "./text.ts";

/**
 * - `name`: the action's name
 * - `values`: the answers by the names of their fields, kept up to date by the dialog
 * - `close`: called after Escape and Cancel
 */
export type Question = {
  name: string;
  ask: Ask;
  values: Input;
  submit: () => void;
  back: (() => void) | undefined;
  close: () => void;
};

let current: Question | undefined;
const problem = createElement("p", { class: "error", role: "alert" });
const submit = createElement("button", {});
// Only the action validates, so that problems are always shown in the same way.
const form = createElement("form", { novalidate: true, submit: onSubmit });
dialog.append(form);
dialog.addEventListener("close", onClose);

/** Opens the dialog, or renders it again. Does nothing while it is open for another question. */
export function openDialog(question: Question): void {
  if (current && current !== question) return;
  current = question;
  const first = render(question);
  openModal(dialog);
  first.focus();
}

/**
 * Shows that the answer is being sent, or what was wrong with it. Returns false if the dialog
 * belongs to another question.
 */
export function updateDialog(question: Question, isBusy: boolean, error = ""): boolean {
  if (current !== question) return false;
  problem.textContent = error;
  // Not `disabled`, which would lose the focus.
  submit.ariaDisabled = String(isBusy);
  submit.textContent = isBusy ? t(m.sending) : question.ask.submit;
  return true;
}

export function closeDialog(question: Question): void {
  if (current !== question) return;
  current = undefined;
  dialog.close();
}

/**
 * Returns what gets the focus: the first invalid field, else the first field; if the action is
 * dangerous, Cancel.
 */
function render(question: Question): HTMLElement {
  const { name, ask, values, back } = question;
  const { title, text, links = [], outcomes = [], fields, dangerous = false, tasks } = ask;
  const about = tasks ? describeTasks(tasks) : "";
  const cancel = createElement("button", { type: "button", click: () => dialog.close() }, t(m.cancel));
  submit.className = dangerous ? "submit dangerous" : "submit";
  form.replaceChildren(
    renderText({ class: "name" }, isSameTitle(title, name) ? "" : name),
    renderText({ class: "title", id: "asked" }, title),
    renderText({ id: "asked-text" }, text),
    outcomes.length ? renderPlan(outcomes, dangerous) : renderText({ class: "about", id: "asked-about" }, about),
    ...links.map(renderLinkOrText),
    problem,
    ...fields.map((field, at) =>
      field.type === "hidden" ? "" : renderField(field, values[field.name], `field-${at}`),
    ),
    createElement(
      "div",
      { class: "bar" },
      back && createElement("button", { type: "button", click: () => saveAnswersThen(back) }, t(m.back)),
      cancel,
      submit,
    ),
  );
  updateDialog(question, false, ask.problem);
  const find = (selector: string) => form.querySelector<HTMLElement>(selector);
  return find("[aria-invalid]") ?? (dangerous ? cancel : (find("input,select,textarea") ?? submit));
}

function describeTasks({ count, names }: NonNullable<Ask["tasks"]>): string {
  const about = t(m.forTasks, { count });
  if (!names[0]) return about;
  const rest = count - names.length;
  const named = [...names, ...(rest > 0 ? [t(m.more, { count: rest })] : [])];
  return t(m.forNamedTasks, { tasks: about, names: formatList(named) });
}

/** Saves what was typed, then calls back. */
function saveAnswersThen(callback: () => void): void {
  if (current) Object.assign(current.values, readFields(form, current.ask.fields));
  callback();
}

function onSubmit(event: Event): void {
  event.preventDefault();
  if (current) saveAnswersThen(current.submit);
}

/** The event comes late: the dialog may be open again by then. */
function onClose(): void {
  if (dialog.open || !current) return;
  const { close } = current;
  saveAnswersThen(close);
  current = undefined;
}
