/** Many runs at work are one quiet list, and not a pile of toasts. */
import { words } from "../i18n/index.ts";
import { h } from "./element.ts";

const title = h("p", { class: "name" });
export const group = h("div", { class: "card group", role: "group" }, title);

/** The list holds those that are at work, as soon as there are two; gives the others. */
export function gather<T extends { element: HTMLElement; isWork: boolean }>(entries: readonly T[]): T[] {
  const works = entries.filter(({ isWork }) => isWork);
  const rows = works[1] ? works : [];
  group.hidden = !rows[0];
  title.textContent = group.ariaLabel = words().atWork(rows.length);
  for (const { element } of rows) if (!group.contains(element)) group.append(element);
  const others = entries.filter((entry) => !rows.includes(entry));
  for (const { element } of others) if (group.contains(element)) group.after(element);
  return others;
}
