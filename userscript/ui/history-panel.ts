/** The panel of the last runs. */

import { language, words } from "../i18n/index.ts";
import { personId } from "../kitsu-page.ts";
import type { PastRun } from "../past-runs.ts";
import { listRuns } from "../past-runs.ts";
import type { Content, Press } from "../toast-content.ts";
import { mayPress } from "../toast-content.ts";
import { h, icon } from "./element.ts";
import { patch } from "./patch.ts";
import { drawRow } from "./row.ts";
import { focused } from "./shadow-root.ts";
import { drawBody } from "./toast.ts";

export type Panel = { element: HTMLElement; draw: () => void };

/**
 * @param listWorks what is at work, on top
 * @param listPresses what can still be done with a run
 */
export function createHistory(
  title: string,
  listWorks: () => readonly { content: Content; update: (content: Content) => void }[],
  listPresses: (run: PastRun) => readonly Press[],
): Panel {
  const list = h("ul", { class: "scroll", tabindex: "0" });
  const element = h(
    "div",
    { class: "card panel", role: "group", "aria-label": title, tabindex: "-1" },
    h("div", { class: "row" }, icon("history"), h("p", { class: "title" }, title)),
    list,
  );
  let drawn = "";
  return { element, draw };

  /** Again at any time: what is the same stays, and so does the focus. */
  function draw(): void {
    const [works, runs] = [listWorks(), listRuns(personId())];
    const next = JSON.stringify([works.map(({ content }) => content), runs, runs.map(listPresses)]);
    if (next === drawn) return;
    drawn = next;
    const had = list.contains(focused()) ? focused() : null;
    const rows = [...works.map(drawWork), ...runs.map(drawRun)];
    patch(list, rows[0] ? rows : [drawRow("info", words().noHistory)]);
    if (!had || list.contains(had)) return;
    const same = [...list.querySelectorAll<HTMLElement>("button,a")].find(
      ({ textContent }) => textContent === had.textContent,
    );
    (same ?? element).focus();
  }

  function drawWork({ content, update }: ReturnType<typeof listWorks>[number]): HTMLElement {
    return drawRow(
      content.tone,
      ...drawBody({ ...content, outcomes: [], presses: [{ label: words().go, act: () => update(content) }] }),
    );
  }

  function drawRun(run: PastRun): HTMLElement {
    const name = `${run.name} · ${new Date(run.at).toLocaleString(language())}`;
    return drawRow(
      run.tone,
      ...drawBody({ ...run, name, presses: [...listPresses(run), ...run.presses.filter(mayPress)] }),
    );
  }
}
