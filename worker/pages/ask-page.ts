// A question as a page: a plain form that sends Kitsu's call again with the answers. Works without
// JavaScript.
import type { Ask, Field, InputValue } from "../../contract.ts";
import { listSome } from "../format/list.ts";
import { message } from "../format/message.ts";
import type { Call } from "../request/call.ts";
import { type Content, html, rich } from "./html.ts";
import { renderOutcomes, renderParagraphs } from "./reply-view.ts";

/**
 * @param call the call to send again
 * @param address where the form is sent
 * @param kitsuUrl where "Cancel" leads
 */
export function renderAsk(ask: Ask, call: Call | undefined, address: string, kitsuUrl: string): Content {
  const { title, text, fields, submit, dangerous, problem, tasks, outcomes, form, plan } = ask;
  const wrong = fields.find(({ error }) => error !== undefined);
  const shown = fields.filter(({ type }) => type !== "hidden");
  const first = wrong ?? shown[0];
  // Remembered answers are filled in only before the first submission.
  const isFresh = call?.input === undefined;
  return html`<form class="ask reply card" method="post" action="${address}" data-form="${form}"${isFresh && html` data-fresh`} novalidate>
<h1><span class="mark" aria-hidden="true">?</span>${title}</h1>
${renderParagraphs(text)}
${tasks !== undefined && !outcomes?.length && describeTasks(tasks)}
${problem !== undefined && html`<p class="problem" role="alert">${problem}</p>`}
${wrong !== undefined && html`<p class="problem" role="alert">${message("ask.correct")}</p>`}
${call !== undefined && Object.entries(callFields(call)).map(([name, value]) => renderHidden(name, value))}
${form !== undefined && renderHidden("form", form)}
${plan !== undefined && renderHidden("plan", plan)}
${Object.entries(call?.input ?? {}).map(([name, value]) => !fields.some((field) => field.name === name) && renderHidden(`input.${name}`, value))}
${fields.map((field) => (field.type === "hidden" ? renderHidden(inputName(field), field.value ?? "") : renderField(field, field === first)))}
${outcomes?.length ? renderOutcomes(outcomes, { fold: dangerous || outcomes.length <= OPEN_OUTCOMES_MAX ? "open" : "closed" }) : undefined}
<p class="submit"><button class="primary${dangerous && html` dangerous`}">${submit}</button>
${shown.length < fields.length && html`<button name="back" value="1">${message("ask.change")}</button>`}
<a class="button" href="${kitsuUrl}">${message("ask.cancel")}</a></p>
</form>`;
}

/** Shown until there is a plan, which lists each task. */
const describeTasks = ({ count, names }: NonNullable<Ask["tasks"]>): Content =>
  html`<p class="quiet">${
    names.length === 0
      ? message("ask.forTasks", { count })
      : rich("ask.forNamedTasks", { count, names: html`<span dir="auto">${listSome(names, count)}</span>` })
  }</p>`;

/** The fields of the call, named as Kitsu's form names them. */
export function callFields({
  person,
  project,
  path,
  server,
  selection,
  entityType,
}: Omit<Call, "dialect">): Record<string, string> {
  const fields = {
    personid: person.id,
    personemail: person.email,
    projectid: project,
    currentpath: path,
    currentserver: server,
    selection: selection.join(","),
    entitytype: entityType,
  };
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/** A longer list of tasks starts folded, unless the action is dangerous. */
const OPEN_OUTCOMES_MAX = 8;

const inputName = ({ name }: Field) => `input.${name}`;

/** A list starts with an empty value, because a browser would not send an empty list at all. */
export function renderHidden(name: string, value: InputValue): Content {
  const values = Array.isArray(value) ? ["", ...value] : [value === true ? "on" : value === false ? "" : value];
  return values.map((one) => html`<input type="hidden" name="${name}" value="${one}">\n`);
}

function renderField(field: Field, isFirst: boolean): Content {
  const { name, label, help, error, type, required, remember } = field;
  const id = `field-${name}`;
  const about = [help !== undefined && `help-${name}`, error !== undefined && `error-${name}`]
    .filter(Boolean)
    .join(" ");
  const forget = remember === false && html` data-forget`;
  const attributes = html` id="${id}" name="${inputName(field)}"${about && html` aria-describedby="${about}"`}${error !== undefined && html` aria-invalid="true"`}${required && html` aria-required="true"`}${isFirst && html` autofocus`}${forget}`;
  const notes = html`${help !== undefined && html`<p class="help" id="help-${name}">${help}</p>`}${error !== undefined && html`<p class="error" id="error-${name}">${error}</p>`}`;
  // Once something is chosen, the choice can't be emptied again.
  const requiredMark =
    required && !(isChoice(field) && isChosen(field)) && html` <span class="required" aria-hidden="true">*</span>`;
  if (type === "toggle") {
    return html`<div class="field">${renderHidden(inputName(field), "")}<label class="box"><input type="checkbox" value="on"${attributes}${field.value === true && html` checked`}> ${label}</label>${notes}</div>`;
  }
  if (type === "several-of") return renderSeveral(field, about, forget, notes, requiredMark);
  return html`<div class="field"><label for="${id}">${label}${requiredMark}</label>${renderControl(field, attributes)}${notes}</div>`;
}

function renderSeveral(field: Field, about: string, forget: Content, notes: Content, requiredMark: Content): Content {
  const chosen = [field.value].flat().map(String);
  return html`<fieldset class="field"${about && html` aria-describedby="${about}"`}${field.error !== undefined && html` aria-invalid="true"`}><legend>${field.label}${requiredMark}</legend>
${renderHidden(inputName(field), "")}
${field.options?.map(({ value, label }) => html`<label class="box"><input type="checkbox" name="${inputName(field)}" value="${value}"${chosen.includes(value) && html` checked`}${forget}> ${label}</label>`)}
${notes}</fieldset>`;
}

const isChoice = ({ type }: Field) => ["one-of", "person", "task-status"].includes(type);

const isChosen = ({ options, value }: Field) => value !== "" && options?.some((option) => option.value === value);

function renderControl(field: Field, attributes: Content): Content {
  const { type, options, placeholder, min, max, step, maxLength } = field;
  const value = field.value === undefined ? "" : String(field.value);
  const hint = html`${placeholder !== undefined && html` placeholder="${placeholder}"`}${maxLength !== undefined && html` maxlength="${maxLength}"`}`;
  const bounds = html`${min !== undefined && html` min="${min}"`}${max !== undefined && html` max="${max}"`}${step !== undefined && html` step="${step}"`}`;
  if (options !== undefined && isChoice(field)) {
    return html`<select${attributes}>${!isChosen(field) && html`<option value="">${message("ask.choose")}</option>`}${options.map((option) => html`<option value="${option.value}"${option.value === value && html` selected`}>${option.label}</option>`)}</select>`;
  }
  if (type === "long-text") return html`<textarea rows="5"${attributes}${hint}>\n${value}</textarea>`;
  if (type === "date") return html`<input type="date" value="${value}"${attributes}${bounds}>`;
  // Not type="number": browsers submit an invalid number as an empty value, so it would be lost.
  if (type === "number") return html`<input type="text" inputmode="decimal" value="${value}"${attributes}${hint}>`;
  return html`<input type="text" value="${value}"${attributes}${hint}>`;
}
