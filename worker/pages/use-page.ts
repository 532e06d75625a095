// The use of the actions as a page: which are used, slow, failing or unused.
import { formatAgo, formatDuration, formatNumber } from "../format/locale-formats.ts";
import { localize } from "../format/localize.ts";
import { message, type Text } from "../format/message.ts";
import type { Reader } from "../format/reader.ts";
import type { ActionReport, UseDocument } from "../storage/use/use-report.ts";
import { USE_DAYS } from "../storage/use/use-tables.ts";
import { renderChart } from "./chart.ts";
import { type Content, type ForReader, html, rich } from "./html.ts";
import { type PageContext, renderPage } from "./layout.ts";
import { renderLogNavigation } from "./log-navigation.ts";

type UsePage = PageContext & {
  base: string;
  periods: readonly string[];
  query: { days: string; action: string };
  report: UseDocument;
  /** why the chat did not take the last message */
  problem: string | undefined;
  /** of the actions in the catalogue, by id */
  titles: ReadonlyMap<string, string>;
};

export function renderUse(page: UsePage): Response {
  const { settings, base, query, report, problem } = page;
  const used = report.actions.filter(({ runs, undos }) => runs + undos > 0);
  const suffix = `?${new URLSearchParams(query.action === "" ? { days: query.days } : query)}`;
  return renderPage({
    ...page,
    title: message("use.title"),
    kitsuUrl: settings.kitsuUrls[0],
    isWide: true,
    body: html`${renderLogNavigation(settings.basePath, "use")}
<section>
<h1>${message("use.title")}</h1>
${renderFilter(page)}
${problem !== undefined && html`<p class="problem">${message("use.chatProblem", { problem })}</p>`}
${renderNotices(report)}
${used.length === 0 ? renderEmpty(page) : html`${renderTable(used, base)}${renderRest(report.actions)}${renderCharts(used, page)}`}
<p class="quiet">${message("use.about", { since: report.since.slice(0, 10) })}</p>
<p><a class="button" href="${base}/use.csv${suffix}">${message("log.csv")}</a> <a class="button" href="${base}/use.json${suffix}">${message("log.json")}</a></p>
</section>`,
  });
}

function renderFilter({ periods, query, titles }: UsePage): Content {
  const option = (value: string, label: Text, chosen: string) =>
    html`<option value="${value}"${value === chosen && html` selected`}>${label}</option>`;
  const actions = query.action === "" || titles.has(query.action) ? titles : [...titles, [query.action, query.action]];
  return html`<form class="filter" method="get">
<label>${message("log.action")} <select name="action">${option("", message("log.any"), query.action)}${[...actions].map(([id = "", title = ""]) => option(id, title, query.action))}</select></label>
<label>${message("use.period")} <select name="days">${periods.map((days) => option(days, message("use.lastDays", { count: Number(days) }), query.days))}</select></label>
<button class="primary">${message("log.filter")}</button>
</form>`;
}

const listTitles = (actions: readonly ActionReport[]) => actions.map(({ title }) => title);

/** What is unstable, and what nobody needs. */
function renderNotices({ actions }: UseDocument): Content {
  const unstable = listTitles(actions.filter((action) => action.unstable));
  const unused = listTitles(actions.filter((action) => action.unused));
  return html`${unstable.length > 0 && html`<p class="outdated">${message("chat.unstable", { actions: unstable })}</p>`}
${unused.length > 0 && html`<p class="quiet">${message("use.notUsed", { days: USE_DAYS, actions: unused })}</p>`}`;
}

/** Folded: an action that nobody ran this month may be for the end of the production. */
function renderRest(actions: readonly ActionReport[]): Content {
  const rest = listTitles(actions.filter(({ runs, undos }) => runs + undos === 0));
  if (rest.length === 0) return undefined;
  return html`<details class="quiet"><summary>${message("use.noRuns", { count: rest.length })}</summary><p>${message("shared.list", { names: rest })}</p></details>`;
}

const renderEmpty = ({ report, settings }: UsePage): Content =>
  report.actions.some(({ last }) => last !== undefined)
    ? html`<p>${message("log.noMatch")}</p>`
    : html`<p>${rich("log.empty", { kitsu: html`<a href="${settings.kitsuUrls[0]}">Kitsu</a>` })}</p>`;

const HEADINGS: readonly [heading: Text, isNumber?: true][] = [
  [message("log.action")],
  [message("use.runs"), true],
  [message("log.stateFailed"), true],
  [message("use.codes")],
  [message("log.tasks"), true],
  [message("use.median"), true],
  [message("use.slow"), true],
  [message("use.retries"), true],
  [message("use.undos"), true],
  [message("use.last")],
];

const CODES_MAX = 4;

function renderTable(actions: readonly ActionReport[], base: string): Content {
  const duration = (ms: number | undefined): Content =>
    html`<td class="number nowrap">${ms !== undefined && ((reader: Reader) => formatDuration(Number(ms.toPrecision(2)), reader))}</td>`;
  return html`<div class="table whole" role="region" tabindex="0" aria-label="${message("use.title")}">
<table>
<thead><tr>${HEADINGS.map(([heading, isNumber]) => html`<th scope="col"${isNumber && html` class="number"`}>${heading}</th>`)}</tr></thead>
<tbody>
${actions.map(
  (one) => html`<tr>
<td class="roomy"><a href="${base}/runs?${String(new URLSearchParams({ action: one.action }))}">${one.title}</a>${one.unstable && html` <span class="tag warning">${message("use.unstable")}</span>`}</td>
${renderNumber(one.runs)}<td class="number nowrap">${one.failed > 0 ? message("use.share", { failed: one.failed, percent: Math.round((100 * one.failed) / one.runs) }) : show(0)}</td>
<td>${renderCodes(one, base)}</td>
${renderNumber(one.tasks)}${duration(one.medianMs)}${duration(one.p95Ms)}${renderNumber(one.retries)}${renderNumber(one.undos)}
<td class="roomy">${renderLast(one)}</td>
</tr>
`,
)}
</tbody>
</table>
</div>`;
}

const renderNumber = (value: number): Content => html`<td class="number">${show(value)}</td>`;

/** Each leads to the failed runs in the log. */
function renderCodes({ action, codes }: ActionReport, base: string): Content {
  const all = Object.entries(codes);
  const url = `${base}/runs?${new URLSearchParams({ action, state: "failed" })}`;
  const links = all
    .slice(0, CODES_MAX)
    .map(
      ([code, count], at) =>
        html`${at > 0 && ", "}<a class="nowrap" href="${url}">${message("use.code", { code, count })}</a>`,
    );
  return html`${links}${all.length > CODES_MAX && ", …"}`;
}

function renderLast({ last }: ActionReport): Content {
  if (last === undefined) return undefined;
  const ago: ForReader = (reader) => html`<time datetime="${last.at}">${formatAgo(Date.parse(last.at), reader)}</time>`;
  return last.name === "" ? ago : rich("use.lastBy", { ago, name: last.name });
}

const show =
  (value: number): ForReader =>
  (reader) =>
    formatNumber(value, reader);

/** Readable in light and dark. */
const FAILED_COLOR = "#e0526a";
const WEEK = 7;
const ACTIONS_MAX = 12;
/** Two fit side by side. */
const WIDTH = 520;

type Part = { day: string; runs: number; failed: number };

function renderCharts(actions: readonly ActionReport[], { report, reader }: UsePage): Content {
  const words = (text: Text) => localize(text, reader);
  const series = (parts: readonly Omit<Part, "day">[]) => [
    { name: words(message("log.stateDone")), values: parts.map(({ runs, failed }) => runs - failed) },
    { name: words(message("log.stateFailed")), color: FAILED_COLOR, values: parts.map(({ failed }) => failed) },
  ];
  const days = listDays(actions, report);
  const isLong = days.length > 5 * WEEK;
  const parts = isLong ? joinWeeks(days) : days;
  const overTime = {
    kind: "columns" as const,
    title: words(message(isLong ? "use.perWeek" : "use.perDay")),
    labels: parts.map(({ day }) => writeShortDay(day, reader)),
    series: series(parts),
  };
  const shown = actions.filter(({ runs }) => runs > 0).slice(0, ACTIONS_MAX);
  const perAction = {
    kind: "stack" as const,
    title: words(message("use.perAction")),
    labels: shown.map(({ title }) => title),
    series: series(shown),
  };
  const label = isLong ? message("use.period") : message("log.day", { zone: "UTC" });
  return html`<div class="charts"><div>${renderChart(overTime, "time", WIDTH)}${renderParts(parts, label)}</div>${shown.length > 1 && renderChart(perAction, "actions", WIDTH)}</div>`;
}

/** The columns as a table. Per action, the page has one already. */
const renderParts = (parts: readonly Part[], label: Text): Content =>
  html`<details><summary>${message("use.asTable")}</summary><div class="table whole"><table>
<thead><tr><th scope="col">${label}</th>${[message("use.runs"), message("log.stateFailed")].map((heading) => html`<th scope="col" class="number">${heading}</th>`)}</tr></thead>
<tbody>${parts.toReversed().map(({ day, runs, failed }) => html`<tr><td>${message("shared.day", { day })}</td>${[runs, failed].map(renderNumber)}</tr>\n`)}</tbody>
</table></div></details>`;

const addUp = (day: string, all: readonly Part[]): Part =>
  all.reduce((sum, { runs, failed }) => ({ day, runs: sum.runs + runs, failed: sum.failed + failed }), {
    day,
    runs: 0,
    failed: 0,
  });

/** The days of the period, without those before counting began. */
function listDays(actions: readonly ActionReport[], { from, to, since }: UseDocument): Part[] {
  const used = Map.groupBy(
    actions.flatMap(({ days }) => days),
    ({ day }) => day,
  );
  // A run that began before may have been counted later.
  const first = [since.slice(0, 10), ...used.keys()].toSorted()[0] ?? from;
  const parts: Part[] = [];
  for (let at = Date.parse(first > from ? first : from); at <= Date.parse(to); at += 86_400_000) {
    const day = new Date(at).toISOString().slice(0, 10);
    parts.push(addUp(day, used.get(day) ?? []));
  }
  return parts;
}

/** The last week ends with the last day, and the first may be shorter. */
function joinWeeks(days: readonly Part[]): Part[] {
  const weeks = Map.groupBy(days, (_, at) => Math.floor((days.length - 1 - at) / WEEK));
  return [...weeks.values()].map((week) => addUp(week[0]?.day ?? "", week));
}

const writeShortDay = (day: string, { locale }: Reader) =>
  new Date(day).toLocaleDateString(locale, { month: "short", day: "numeric", timeZone: "UTC" });
