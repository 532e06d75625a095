// Renders a reply on a page. All of it may come from outside, so everything is escaped text.
import type { Chart, Link, Outcome, Progress, Reply, Table } from "../../contract.ts";
import { countOutcomes, formatProgress, formatState } from "../format/labels.ts";
import { formatNumber } from "../format/locale-formats.ts";
import { message, type Text } from "../format/message.ts";
import { retriedOutcomes } from "../storage/run-links.ts";
import { renderChart } from "./chart.ts";
import { renderEffect } from "./effect-buttons.ts";
import { type Content, html } from "./html.ts";

const SYMBOLS = { success: "✓", info: "i", warning: "!", failed: "✕", ask: "?", started: "…" } as const;

/**
 * @param kitsuUrl the studio's Kitsu, for links to its pages
 * @param isPast the run is in the log, so reading it must not start a program
 */
export function renderReply(reply: Reply, kitsuUrl = "", isPast = false): Content {
  const look = reply.kind === "done" ? reply.severity : reply.kind;
  return html`<section class="reply ${look}">
<h1><span class="mark" aria-hidden="true">${SYMBOLS[look]}</span>${reply.title}</h1>
${reply.kind === "started" ? html`<p class="text" dir="auto">${reply.text}</p>` : renderParagraphs(reply.text)}
${reply.kind === "failed" && reply.advice !== undefined && html`<p class="advice">${reply.advice}</p>`}
${reply.kind === "failed" && reply.retry && retriedOutcomes(reply).length === 0 && html`<p>${message("page.mayWorkLater")}</p>`}
${reply.kind === "ask" && html`<p>${message("page.notAnswered")}</p>`}
${reply.kind === "started" && reply.progress && renderProgress(reply.progress)}
${reply.kind === "started" && reply.picture !== undefined && html`<p><img class="picture" src="${reply.picture}" alt="${message("page.latestPicture")}"></p>`}
${"effects" in reply && reply.effects?.length ? html`<div class="effects">${reply.effects.map((effect) => renderEffect(effect, kitsuUrl, isPast))}</div>` : undefined}
${"outcomes" in reply && reply.outcomes?.length ? renderOutcomes(reply.outcomes, { isOver: reply.kind === "done" }) : undefined}
${reply.links?.length ? html`<ul class="links">${reply.links.map((link) => html`<li>${renderLink(link)}</li>`)}</ul>` : undefined}
${reply.kind === "done" && renderFigures(reply.charts ?? [], reply.tables ?? [])}
${"document" in reply && reply.document !== undefined && renderDocument(reply.title, reply.document)}
</section>`;
}

/**
 * "9 done, 1 skipped, 3 failed", followed by every task, failed ones first.
 * @param fold makes the list foldable, and keeps its order
 * @param isOver the run has ended
 */
export function renderOutcomes(
  outcomes: readonly Outcome[],
  { fold, isOver = false }: { fold?: "open" | "closed"; isOver?: boolean } = {},
): Content {
  const groups = (["failed", "running", "waiting", "skipped", "planned", "done"] as const).map((state) =>
    outcomes.filter((one) => one.state === state),
  );
  // A plan keeps its order: tasks that changed since the last confirmation come first.
  const rows = (fold ? outcomes : groups.flat()).map(
    ({ id, state, label, reason, link, progress }) =>
      html`<li class="${state}" data-task="${id}"><span class="state">${formatState(state, isOver)}</span> <span class="label" dir="auto">${label}</span>${(reason || progress) && html` <span class="reason" dir="auto">${reason}</span>`}${progress && renderProgress(progress)}${link && html` ${renderLink(link)}`}</li>`,
  );
  if (fold)
    return html`<details class="fold"${fold === "open" && html` open`}><summary>${countOutcomes(outcomes)}</summary><ul class="outcomes">${rows}</ul></details>`;
  return html`<h2>${countOutcomes(outcomes, isOver)}</h2>
<ul class="outcomes">
${rows}
</ul>`;
}

const renderProgress = (progress: Progress): Content =>
  html`<span class="progress"><progress max="${progress.total}" value="${progress.done}"></progress> <span data-progress>${formatProgress(progress)}</span></span>`;

const renderLink = ({ label, url }: Link): Content => html`<a href="${url}" rel="noreferrer">${label}</a>`;

/**
 * Puts each chart above the table with the same title. A chart without such a table goes before the
 * next chart that has one.
 */
function renderFigures(charts: readonly Chart[], tables: readonly Table[]): Content {
  if (charts.length === 0 && tables.length > OPEN_TABLES_MAX) return renderFolded(tables);
  let pending: Content[] = [];
  const byTable = new Map<string, Content[]>();
  for (const [index, chart] of charts.entries()) {
    pending.push(renderChart(chart, `chart-${index + 1}`));
    if (!tables.some(({ title }) => title === chart.title)) continue;
    byTable.set(chart.title, [...(byTable.get(chart.title) ?? []), ...pending]);
    pending = [];
  }
  return [
    tables.map((table) => {
      const above = byTable.get(table.title ?? "");
      return [above, renderTable(table, above !== undefined)];
    }),
    pending,
  ];
}

/** With more tables only the first is open, and the others can be searched. */
const OPEN_TABLES_MAX = 8;

function renderFolded([first, ...others]: readonly Table[]): Content {
  return [
    first && renderTable(first),
    html`<label class="find" hidden>${message("page.searchTables", { count: others.length })} <input type="search" data-find></label>`,
    others.map(
      (table) =>
        html`<details class="fold"><summary>${nameTable(table)}</summary><table>${renderRows(table.columns, table.rows)}</table></details>\n`,
    ),
  ];
}

/** With columns of ours, whose names are in the reader's language later. */
type ShownTable = Omit<Table, "columns"> & { columns: readonly Text[] };

const nameTable = ({ title, columns }: Pick<ShownTable, "title" | "columns">): Text =>
  title ?? message("shared.list", { names: columns });

/** @param isTitled the chart above already shows the title, so only screen readers get it */
export function renderTable({ title, columns, rows }: ShownTable, isTitled = false): Content {
  return html`<div class="table${rows.length <= SHORT_ROWS_MAX && html` short`}" role="region" tabindex="0" aria-label="${nameTable({ title, columns })}">
<table>
${title && html`<caption><span${isTitled && html` class="unseen"`}>${title}</span></caption>`}
${renderRows(columns, rows)}
</table>
</div>`;
}

/** Up to this number of rows, a table is not split across printed pages. */
const SHORT_ROWS_MAX = 12;

/** Omits optional end tags: with thousands of rows they would be a fifth of the page. */
function renderRows(columns: ShownTable["columns"], rows: Table["rows"]): Content {
  const numeric = columns.map((_, index) => isNumeric(rows.map((row) => row[index] ?? null)));
  return html`<thead><tr>${columns.map((column, index) => html`<th scope="col"${numeric[index] && html` class="number"`}>${column}`)}
<tbody>
${rows.map((row) => html`<tr>${row.map((cell) => renderCell(cell))}\n`)}`;
}

/** Only numbers and gaps, and at least one number. */
const isNumeric = (cells: readonly (string | number | null)[]) =>
  cells.some((cell) => typeof cell === "number") && cells.every((cell) => typeof cell !== "string");

function renderCell(cell: string | number | null): Content {
  if (typeof cell === "number")
    return html`<td class="number" data-value="${cell}">${(reader) => formatNumber(cell, reader)}`;
  if (cell !== null && ADDRESS.test(cell))
    return html`<td><a href="${cell}" rel="noreferrer">${cell.length > ADDRESS_MAX_CHARS ? `${cell.slice(0, ADDRESS_MAX_CHARS)}…` : cell}</a>`;
  if (cell !== null && UNBROKEN.test(cell)) return html`<td class="long">${breakLong(cell)}`;
  if (cell !== null && DAY.test(cell))
    return html`<td class="nowrap" data-day="${cell}">${message("shared.day", { day: cell })}`;
  return html`<td>${cell}`;
}

/** Prefers line breaks after punctuation to breaks within a word. */
const breakLong = (text: string): Content =>
  text.split(/(?<=[,;/&?])/).map((part, at) => [at > 0 && html`<wbr>`, part]);

/** Longer addresses are shortened. */
const ADDRESS_MAX_CHARS = 40;
/** A cell that is only an http(s) address becomes a link. */
const ADDRESS = /^https?:\/\/[^\s@]+$/;
/** Text without spaces may break anywhere, or the table would be wider than the page. */
const UNBROKEN = /\S{48}/;
const DAY = /^\d{4}-\d\d-\d\d$/;

/**
 * A document of the studio's server, in a sandbox without scripts, forms and access to our origin:
 * anyone can make the call that returned it.
 */
function renderDocument(title: string, source: string): Content {
  return html`<iframe class="document" title="${title}" sandbox="allow-popups allow-popups-to-escape-sandbox" srcdoc="${source}"></iframe>`;
}

export function renderParagraphs(text: string | undefined): Content {
  return text?.split(/\n{2,}/).map((paragraph) => html`<p class="text" dir="auto">${paragraph}</p>`);
}
