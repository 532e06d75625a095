/** The panel of the last runs. */

import * as m from "../../gen/userscript-messages.ts";
import { getLanguage, t } from "../i18n/index.ts";
import { readPersonId } from "../kitsu-page.ts";
import type { PastRun } from "../past-runs.ts";
import { listPastRuns } from "../past-runs.ts";
import type { Button, Content } from "../toast-content.ts";
import { mayShowButton } from "../toast-content.ts";
import { createElement, createIcon } from "./element.ts";
import { patch } from "./patch.ts";
import { renderRow } from "./row.ts";
import { getFocused } from "./shadow-root.ts";
import { renderBody } from "./toast.ts";

export type Panel = { element: HTMLElement; render: () => void };

/**
 * @param listActive the runs in progress, which come first
 * @param createButtons the buttons of a finished run
 */
export function createHistoryPanel(
  title: string,
  listActive: () => readonly { content: Content; update: (content: Content) => void }[],
  createButtons: (run: PastRun) => readonly Button[],
): Panel {
  const list = createElement("ul", { class: "scroll", tabindex: "0" });
  const element = createElement(
    "div",
    { class: "card panel", role: "group", "aria-label": title, tabindex: "-1" },
    createElement("div", { class: "row" }, createIcon("history"), createElement("p", { class: "title" }, title)),
    list,
  );
  let rendered = "";
  return { element, render };

  /** May be called at any time: unchanged rows and the focus stay. */
  function render(): void {
    const [active, runs] = [listActive(), listPastRuns(readPersonId())];
    const next = JSON.stringify([active.map(({ content }) => content), runs, runs.map(createButtons)]);
    if (next === rendered) return;
    rendered = next;
    const focusedBefore = list.contains(getFocused()) ? getFocused() : null;
    const rows = [...active.map(renderActiveRun), ...runs.map(renderPastRun)];
    patch(list, rows[0] ? rows : [renderRow("info", t(m.noRuns))]);
    if (!focusedBefore || list.contains(focusedBefore)) return;
    const same = [...list.querySelectorAll<HTMLElement>("button,a")].find(
      ({ textContent }) => textContent === focusedBefore.textContent,
    );
    (same ?? element).focus();
  }

  function renderActiveRun({ content, update }: ReturnType<typeof listActive>[number]): HTMLElement {
    return renderRow(
      content.tone,
      ...renderBody({ ...content, outcomes: [], buttons: [{ label: t(m.go), onClick: () => update(content) }] }),
    );
  }

  function renderPastRun(run: PastRun): HTMLElement {
    const name = `${run.name} · ${new Date(run.at).toLocaleString(getLanguage())}`;
    return renderRow(
      run.tone,
      ...renderBody({ ...run, name, buttons: [...createButtons(run), ...run.buttons.filter(mayShowButton)] }),
    );
  }
}
