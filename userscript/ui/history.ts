/** The panel of the last runs. */

import type { PastRun } from "../history.ts";
import { listRuns } from "../history.ts";
import { personId } from "../kitsu.ts";
import type { Content, Press } from "../present.ts";
import { language, words } from "../words/index.ts";
import { h, icon } from "./h.ts";
import { drawRow } from "./row.ts";
import { drawBody } from "./toast.ts";

/**
 * @param works what is at work, on top
 * @param listPresses what can still be done with a run
 */
export function drawHistory(
  title: string,
  works: readonly { content: Content; update: (content: Content) => void }[],
  listPresses: (run: PastRun) => readonly Press[],
): HTMLElement {
  const runs = listRuns(personId());
  const rows = [...works.map(drawWork), ...runs.map(drawRun)];
  return h(
    "div",
    { class: "card panel", role: "group", "aria-label": title, tabindex: "-1" },
    h("div", { class: "row" }, icon("history"), h("p", { class: "title" }, title)),
    h("ul", { class: "scroll", tabindex: "0" }, ...(rows[0] ? rows : [drawRow("info", words().noHistory)])),
  );

  function drawWork({ content, update }: (typeof works)[number]): HTMLElement {
    return drawRow(
      content.tone,
      ...drawBody({ ...content, outcomes: [], presses: [{ label: words().go, act: () => update(content) }] }),
    );
  }

  function drawRun({ tone, ...run }: PastRun): HTMLElement {
    const name = `${run.name} · ${new Date(run.at).toLocaleString(language())}`;
    return drawRow(tone, ...drawBody({ ...run, name, presses: listPresses({ tone, ...run }) }));
  }
}
