// A Reply as a page shows it. Everything in a reply may come from outside, so everything is text.
import type { Chart, Link, Outcome, Progress, Reply, Table } from "../../contract.ts";
import { countOutcomes, sayProgress, sayState } from "../format/labels.ts";
import { retriedOutcomes } from "../storage/run-links.ts";
import { renderChart } from "./chart.ts";
import { renderEffect } from "./effect-buttons.ts";
import { type Content, html } from "./html.ts";

const SYMBOLS = { success: "✓", info: "i", warning: "!", failed: "✕", ask: "?", started: "…" } as const;

/**
 * @param kitsuUrl the studio's Kitsu, for what leads to a page of it
 * @param isPast somebody reads what came of a run: no program is started by that
 */
export function renderReply(reply: Reply, kitsuUrl = "", isPast = false): Content {
  const look = reply.kind === "done" ? reply.severity : reply.kind;
  return html`<section class="reply ${look}">
<h1><span class="mark" aria-hidden="true">${SYMBOLS[look]}</span>${reply.title}</h1>
${reply.kind === "started" ? html`<p class="text" dir="auto">${reply.text}</p>` : renderParagraphs(reply.text)}
${reply.kind === "failed" && reply.advice !== undefined && html`<p class="advice">${reply.advice}</p>`}
${reply.kind === "failed" && reply.retry && retriedOutcomes(reply).length === 0 && html`<p>The same call may work later: run it again from Kitsu.</p>`}
${reply.kind === "ask" && html`<p>This was not answered.</p>`}
${reply.kind === "started" && reply.progress && renderProgress(reply.progress)}
${reply.kind === "started" && reply.picture !== undefined && html`<p><img class="picture" src="${reply.picture}" alt="The newest picture"></p>`}
${"effects" in reply && reply.effects?.length ? html`<div class="effects">${reply.effects.map((effect) => renderEffect(effect, kitsuUrl, isPast))}</div>` : undefined}
${"outcomes" in reply && reply.outcomes?.length ? renderOutcomes(reply.outcomes, { isOver: reply.kind === "done" }) : undefined}
${reply.links?.length ? html`<ul class="links">${reply.links.map((link) => html`<li>${renderLink(link)}</li>`)}</ul>` : undefined}
${reply.kind === "done" && renderFigures(reply.charts ?? [], reply.tables ?? [])}
${"document" in reply && reply.document !== undefined && renderDocument(reply.title, reply.document)}
</section>`;
}

/**
 * "9 done, 1 skipped, 3 failed", with every task below it, the failed ones first.
 * @param fold the list is there to look into, and not what the page is about
 * @param isOver the run has ended
 */
export function renderOutcomes(
  outcomes: readonly Outcome[],
  { fold, isOver = false }: { fold?: "open" | "closed"; isOver?: boolean } = {},
): Content {
  const groups = (["failed", "running", "waiting", "skipped", "planned", "done"] as const).map((state) =>
    outcomes.filter((one) => one.state === state),
  );
  // The order of what was not done yet is the worker's: what changed stands first.
  const rows = (fold ? outcomes : groups.flat()).map(
    ({ id, state, label, reason, link, progress }) =>
      html`<li class="${state}" data-task="${id}"><span class="state">${sayState(state, isOver)}</span> <span class="label" dir="auto">${label}</span>${(reason || progress) && html` <span class="reason" dir="auto">${reason}</span>`}${progress && renderProgress(progress)}${link && html` ${renderLink(link)}`}</li>`,
  );
  if (fold)
    return html`<details class="fold"${fold === "open" && html` open`}><summary>${countOutcomes(outcomes)}</summary><ul class="outcomes">${rows}</ul></details>`;
  return html`<h2>${countOutcomes(outcomes, isOver)}</h2>
<ul class="outcomes">
${rows}
</ul>`;
}

const renderProgress = (progress: Progress): Content =>
  html`<span class="progress"><progress max="${progress.total}" value="${progress.done}"></progress> <span data-progress>${sayProgress(progress)}</span></span>`;

export const renderLink = ({ label, url }: Link): Content => html`<a href="${url}" rel="noreferrer">${label}</a>`;

/** Every chart stands over the table of its title, which has its numbers; one without a table stands before the next chart that has one. */
function renderFigures(charts: readonly Chart[], tables: readonly Table[]): Content {
  if (charts.length === 0 && tables.length > OPEN_TABLES_MAX) return renderFolded(tables);
  let alone: Content[] = [];
  const over = new Map<string, Content[]>();
  for (const [index, chart] of charts.entries()) {
    alone.push(renderChart(chart, `chart-${index + 1}`));
    if (!tables.some(({ title }) => title === chart.title)) continue;
    over.set(chart.title, [...(over.get(chart.title) ?? []), ...alone]);
    alone = [];
  }
  return [
    tables.map((table) => {
      const above = over.get(table.title ?? "");
      return [above, renderTable(table, above !== undefined)];
    }),
    alone,
  ];
}

/** With more tables than these only the first is open, and the others can be searched. */
const OPEN_TABLES_MAX = 8;

function renderFolded([first, ...others]: readonly Table[]): Content {
  return [
    first && renderTable(first),
    html`<label class="find" hidden>Find in the ${others.length} tables below <input type="search" data-find></label>`,
    others.map(
      (table) =>
        html`<details class="fold"><summary>${table.title ?? table.columns.join(", ")}</summary><table>${renderRows(table.columns, table.rows)}</table></details>\n`,
    ),
  ];
}

/** @param isTitled its title stands above it already, over the chart of the same numbers */
export function renderTable({ title, columns, rows }: Table, isTitled = false): Content {
  return html`<div class="table${rows.length <= SHORT_ROWS_MAX && html` short`}" role="region" tabindex="0" aria-label="${title ?? columns.join(", ")}">
<table>
${title && html`<caption><span${isTitled && html` class="unseen"`}>${title}</span></caption>`}
${renderRows(columns, rows)}
</table>
</div>`;
}

/** A table of no more rows is not divided between two sheets of paper. */
const SHORT_ROWS_MAX = 12;

/** Without the end tags that HTML does not need: of thousands of rows they are a fifth of the page. */
function renderRows(columns: Table["columns"], rows: Table["rows"]): Content {
  const numeric = columns.map((_, index) => isNumeric(rows.map((row) => row[index] ?? null)));
  return html`<thead><tr>${columns.map((column, index) => html`<th scope="col"${numeric[index] && html` class="number"`}>${column}`)}
<tbody>
${rows.map((row) => html`<tr>${row.map((cell) => renderCell(cell))}\n`)}`;
}

/** Numbers, and perhaps gaps between them. */
const isNumeric = (cells: readonly (string | number | null)[]) =>
  cells.some((cell) => typeof cell === "number") && cells.every((cell) => typeof cell !== "string");

function renderCell(cell: string | number | null): Content {
  if (typeof cell === "number") return html`<td class="number">${cell}`;
  if (cell !== null && ADDRESS.test(cell))
    return html`<td><a href="${cell}" rel="noreferrer">${cell.length > ADDRESS_MAX_CHARS ? `${cell.slice(0, ADDRESS_MAX_CHARS)}…` : cell}</a>`;
  if (cell !== null && UNBROKEN.test(cell)) return html`<td class="long">${breakLong(cell)}`;
  return html`<td${DAY.test(cell ?? "") && html` class="nowrap"`}>${cell}`;
}

/** Behind a comma rather than within a word. */
const breakLong = (text: string): Content =>
  text.split(/(?<=[,;/&?])/).map((part, at) => [at > 0 && html`<wbr>`, part]);

/** How much of an address is shown. */
const ADDRESS_MAX_CHARS = 40;
/** A cell that is an address and nothing else is a link. Other schemes than these stay text. */
const ADDRESS = /^https?:\/\/[^\s@]+$/;
/** Not a word: such a one may be broken anywhere, or the table would be wider than the page. */
const UNBROKEN = /\S{48}/;
const DAY = /^\d{4}-\d\d-\d\d$/;

/** A page of the studio's server, without scripts, forms, or our origin: it is the studio's, but it came through a call anyone can make. */
function renderDocument(title: string, source: string): Content {
  return html`<iframe class="document" title="${title}" sandbox="allow-popups allow-popups-to-escape-sandbox" srcdoc="${source}"></iframe>`;
}

export function renderParagraphs(text: string | undefined): Content {
  return text?.split(/\n{2,}/).map((paragraph) => html`<p class="text" dir="auto">${paragraph}</p>`);
}
