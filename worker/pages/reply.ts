// A Reply as a page shows it. Everything in a reply may come from outside, so everything is text.
import type { Chart, Effect, Link, Outcome, Reply, Table } from "../../contract.ts";
import { renderChart } from "./chart.ts";
import { type Content, html } from "./html.ts";

const MARKS = { success: "✓", info: "i", warning: "!", failed: "✕", ask: "?", started: "…" } as const;

export function renderReply(reply: Reply): Content {
  const look = reply.kind === "done" ? reply.severity : reply.kind;
  return html`<section class="reply ${look}">
<h1><span class="mark" aria-hidden="true">${MARKS[look]}</span>${reply.title}</h1>
${paragraphs(reply.text)}
${reply.kind === "failed" && reply.advice !== undefined && html`<p class="advice">${reply.advice}</p>`}
${reply.kind === "failed" && reply.retry && html`<p>The same call may work later: run it again from Kitsu.</p>`}
${reply.kind === "ask" && html`<p>This needs an answer first, and this page can't ask yet: ${reply.fields.map(({ label }) => label).join(", ")}.</p>`}
${reply.kind === "started" && reply.progress && html`<p><progress max="${reply.progress.total}" value="${reply.progress.done}"></progress> ${reply.progress.text ?? `${reply.progress.done} of ${reply.progress.total}`}</p>`}
${"outcomes" in reply && reply.outcomes?.length ? renderOutcomes(reply.outcomes) : undefined}
${"effects" in reply && reply.effects?.length ? html`<div class="effects">${reply.effects.map(renderEffect)}</div>` : undefined}
${reply.links?.length ? html`<ul class="links">${reply.links.map((link) => html`<li>${renderLink(link)}</li>`)}</ul>` : undefined}
${reply.kind === "done" && renderFigures(reply.charts ?? [], reply.tables ?? [])}
${"document" in reply && reply.document !== undefined && renderDocument(reply.title, reply.document)}
</section>`;
}

/** "9 done, 1 skipped, 3 failed", with every task below it, the failed ones first. */
function renderOutcomes(outcomes: readonly Outcome[]): Content {
  const byState = (state: Outcome["state"]) => outcomes.filter((outcome) => outcome.state === state);
  const groups = [byState("failed"), byState("skipped"), byState("done")];
  return html`<h2>${countOutcomes(outcomes)}</h2>
<ul class="outcomes">
${groups
  .flat()
  .map(
    ({ state, label, reason, link }) =>
      html`<li class="${state}"><span class="state">${state}</span> <span class="label" dir="auto">${label}</span>${reason && html` <span class="reason" dir="auto">${reason}</span>`}${link && html` ${renderLink(link)}`}</li>`,
  )}
</ul>`;
}

export function countOutcomes(outcomes: readonly Outcome[]): string {
  const counts = (["done", "skipped", "failed"] as const).map(
    (state) => [outcomes.filter((one) => one.state === state).length, state] as const,
  );
  return counts
    .filter(([count]) => count > 0)
    .map(([count, state]) => `${count} ${state}`)
    .join(", ");
}

function renderEffect(effect: Effect): Content {
  switch (effect.kind) {
    case "open":
      return html`<a class="button primary" href="${effect.url}" rel="noreferrer">${effect.label ?? "Open"}</a> `;
    case "download":
      return html`<a class="button" href="${effect.url}" download="${effect.name}" rel="noreferrer">${effect.label ?? `Download ${effect.name}`}</a> `;
    case "copy":
      return renderCopy(effect.text, effect.label ?? "Copy");
  }
}

/** Without JavaScript the text itself is there to select; a long one is folded. */
function renderCopy(text: string, label: string): Content {
  const button = html`<button type="button" data-copy="${text}" hidden>${label}</button>`;
  if (text.length <= LINE_LENGTH && !text.includes("\n"))
    return html`<span class="copy"><code dir="auto">${text}</code> ${button}</span> `;
  return html`<span class="copy folded">${button} <details><summary>Show the text</summary><pre dir="auto">${text}</pre></details></span> `;
}

const LINE_LENGTH = 100;

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
  return [tables.map((table) => [over.get(table.title ?? ""), renderTable(table)]), alone];
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

export function renderTable({ title, columns, rows }: Table): Content {
  return html`<div class="table" role="region" tabindex="0" aria-label="${title ?? columns.join(", ")}">
<table>
${title && html`<caption>${title}</caption>`}
${renderRows(columns, rows)}
</table>
</div>`;
}

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
    return html`<td><a href="${cell}" rel="noreferrer">${cell.length > ADDRESS_SHOWN ? `${cell.slice(0, ADDRESS_SHOWN)}…` : cell}</a>`;
  return html`<td${DAY.test(cell ?? "") && html` class="nowrap"`}>${cell}`;
}

/** How much of an address is shown. */
const ADDRESS_SHOWN = 40;
/** A cell that is an address and nothing else is a link. Other schemes than these stay text. */
const ADDRESS = /^https?:\/\/[^\s@]+$/;
const DAY = /^\d{4}-\d\d-\d\d$/;

/** A page of the studio's server, without scripts, forms, or our origin: it is the studio's, but it came through a call anyone can make. */
function renderDocument(title: string, source: string): Content {
  return html`<iframe class="document" title="${title}" sandbox="allow-popups allow-popups-to-escape-sandbox" srcdoc="${source}"></iframe>`;
}

function paragraphs(text: string | undefined): Content {
  return text?.split(/\n{2,}/).map((paragraph) => html`<p class="text" dir="auto">${paragraph}</p>`);
}
