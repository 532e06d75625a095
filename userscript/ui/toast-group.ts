/** Several runs in progress share one card instead of a pile of toasts. */
import * as m from "../../gen/userscript-messages.ts";
import { t } from "../i18n/index.ts";
import { createElement } from "./element.ts";

const title = createElement("p", { class: "name" });
export const group = createElement("div", { class: "card group", role: "group" }, title);

/** Groups the active runs if there are at least two. Returns the other entries. */
export function groupActiveRuns<T extends { element: HTMLElement; isActive: boolean }>(entries: readonly T[]): T[] {
  const active = entries.filter(({ isActive }) => isActive);
  const rows = active[1] ? active : [];
  group.hidden = !rows[0];
  title.textContent = group.ariaLabel = t(m.runsInProgress, { runs: rows.length });
  for (const { element } of rows) if (!group.contains(element)) group.append(element);
  const others = entries.filter((entry) => !rows.includes(entry));
  for (const { element } of others) if (group.contains(element)) group.after(element);
  return others;
}
