// Prefills a form with the person's last answers to the same action. They stay in the browser.

const ANSWERS_KEY = "kitsu-actions:page-answers";
/** Longer values are texts for one occasion. */
const VALUE_MAX_CHARS = 500;

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

export function rememberAnswers(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-form]")) {
    const id = form.dataset.form ?? "";
    if (form.dataset.fresh !== undefined) prefill(form, load()[id] ?? {});
    form.addEventListener("submit", () => save(id, read(form)));
  }
}

function listControls(form: HTMLFormElement): Control[] {
  const controls = form.querySelectorAll<Control>("[name^='input.']:not([type=hidden], [data-forget])");
  return [...controls];
}

function prefill(form: HTMLFormElement, answers: Record<string, string[]>): void {
  for (const control of listControls(form)) {
    const values = answers[control.name];
    if (values === undefined) continue;
    if (control instanceof HTMLInputElement && control.type === "checkbox")
      control.checked = values.includes(control.value);
    else if (!(control instanceof HTMLSelectElement) || [...control.options].some(({ value }) => value === values[0]))
      control.value = values[0] ?? "";
  }
}

function read(form: HTMLFormElement): Record<string, string[]> {
  const answers: Record<string, string[]> = {};
  for (const control of listControls(form)) {
    const values = answers[control.name] ?? [];
    answers[control.name] = values;
    const isChosen = !(control instanceof HTMLInputElement && control.type === "checkbox" && !control.checked);
    if (isChosen && control.value.length <= VALUE_MAX_CHARS) values.push(control.value);
  }
  return answers;
}

/** Storage may be full, forbidden, or written by another version: then nothing is prefilled. */
function load(): Record<string, Record<string, string[]>> {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(ANSWERS_KEY) ?? "{}");
    return isAnswers(stored) ? stored : {};
  } catch {
    return {};
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
const isAnswers = (value: unknown): value is Record<string, Record<string, string[]>> =>
  isRecord(value) &&
  Object.values(value).every((form) => isRecord(form) && Object.values(form).every((list) => Array.isArray(list)));

function save(id: string, answers: Record<string, string[]>): void {
  try {
    localStorage.setItem(ANSWERS_KEY, JSON.stringify({ ...load(), [id]: answers }));
  } catch {
    // The form is sent anyway.
  }
}
