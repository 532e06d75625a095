/** The one dialog: what an action asks, and what to press. */

import type { Ask, Input } from "../../contract.ts";
import { words } from "../i18n/index.ts";
import { repeats } from "../toast-content.ts";
import { drawLinkOrText } from "./button.ts";
import { h } from "./element.ts";
import { drawField, readFields } from "./field.ts";
import { dialog, openModally } from "./shadow-root.ts";
import { drawPlan } from "./table.ts";
import { drawText } from "./text.ts";

/**
 * - `name`: the action's
 * - `values`: by the names of the fields; the dialog keeps it up to date
 * - `close`: told of Escape and Cancel
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
const problem = h("p", { class: "error", role: "alert" });
const submit = h("button", {});
// What is wrong is said by the action alone, in one place and in one way.
const form = h("form", { novalidate: true, submit: onSubmit });
dialog.append(form);
dialog.addEventListener("close", onClose);

/** Opens it, or draws it anew. While it is there for another question, it stays that one's. */
export function openDialog(question: Question): void {
  if (current && current !== question) return;
  current = question;
  const first = draw(question);
  openModally(dialog);
  first.focus();
}

/** Says that an answer is under way, or what went wrong with it. False: the dialog is not this question's. */
export function tellDialog(question: Question, isBusy: boolean, wrong = ""): boolean {
  if (current !== question) return false;
  problem.textContent = wrong;
  // Not disabled, which would lose the focus.
  submit.ariaDisabled = String(isBusy);
  submit.textContent = isBusy ? words().sending : question.ask.submit;
  return true;
}

export function closeDialog(question: Question): void {
  if (current !== question) return;
  current = undefined;
  dialog.close();
}

/** Gives what gets the focus: what is wrong, else the first field; where that is dangerous, not what does it. */
function draw(question: Question): HTMLElement {
  const { name, ask, values, back } = question;
  const { title, text, links = [], outcomes = [], fields, dangerous = false, tasks } = ask;
  const about = tasks ? words().about(tasks.count, tasks.names) : "";
  const said = words();
  const cancel = h("button", { type: "button", click: () => dialog.close() }, said.cancel);
  submit.className = dangerous ? "submit dangerous" : "submit";
  form.replaceChildren(
    drawText({ class: "name" }, repeats(title, name) ? "" : name),
    drawText({ class: "title", id: "asked" }, title),
    drawText({ id: "asked-text" }, text),
    outcomes.length ? drawPlan(outcomes, dangerous) : drawText({ class: "about", id: "asked-about" }, about),
    ...links.map(drawLinkOrText),
    problem,
    ...fields.map((field, at) => (field.type === "hidden" ? "" : drawField(field, values[field.name], `field-${at}`))),
    h(
      "div",
      { class: "bar" },
      back && h("button", { type: "button", click: () => tell(back) }, said.back),
      cancel,
      submit,
    ),
  );
  tellDialog(question, false, ask.problem);
  const find = (selector: string) => form.querySelector<HTMLElement>(selector);
  return find("[aria-invalid]") ?? (dangerous ? cancel : (find("input,select,textarea") ?? submit));
}

/** @param hear is told after what was typed is known */
function tell(hear: () => void): void {
  if (current) Object.assign(current.values, readFields(form, current.ask.fields));
  hear();
}

function onSubmit(event: Event): void {
  event.preventDefault();
  if (current) tell(current.submit);
}

/** Told late: by then it may be open again. */
function onClose(): void {
  if (dialog.open || !current) return;
  const { close } = current;
  tell(close);
  current = undefined;
}
