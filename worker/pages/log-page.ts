// The log as a page: filters, runs, and a link to older runs.
import { formatDuration, formatNumber } from "../format/locale-formats.ts";
import { message, type Text } from "../format/message.ts";
import { labelTrust } from "../settings/trust.ts";
import { linkRun } from "../storage/run-links.ts";
import type { LoggedRun, RunFilter } from "../storage/run-log.ts";
import { RUN_STATES } from "../storage/run-record.ts";
import { type Content, html, rich } from "./html.ts";
import { type PageContext, renderPage } from "./layout.ts";
import { renderLogNavigation } from "./log-navigation.ts";
import { renderTime, renderZone } from "./render-time.ts";
import { RUN_STATE_LABELS } from "./run-labels.ts";

type LogPage = PageContext & {
  /** the filters in use */
  query: RunFilter & { cursor?: string | undefined; limit?: number | undefined };
  runs: readonly LoggedRun[];
  /** the address of the next page */
  older: string | undefined;
  base: string;
  /** titles of the actions, by id */
  titles: ReadonlyMap<string, Text>;
};

export function renderLog(log: LogPage): Response {
  const { settings, query, runs, older, base } = log;
  return renderPage({
    ...log,
    title: message("page.log"),
    kitsuUrl: settings.kitsuUrls[0],
    isWide: true,
    body: html`${renderLogNavigation(settings.basePath, "runs")}
<section>
<h1>${message("page.log")}</h1>
${renderFilter(log)}
${
  runs.length === 0
    ? renderEmpty(log)
    : html`${renderRuns(log)}
${renderZone()}`
}
<p>
${older !== undefined && html`<a class="button" href="${older}">${message("log.older")}</a> `}
<a class="button" href="${base}/runs.csv${toQuery(query)}">${message("log.csv")}</a>
<a class="button" href="${base}/runs.json${toQuery(query)}">${message("log.json")}</a>
</p>
</section>
${settings.logToken !== undefined && html`<form method="post" action="${settings.basePath}/runs/sign-out"><button>${message("log.signOut")}</button></form>`}`,
  });
}

function renderFilter({ query, titles, base, reader }: LogPage): Content {
  const options = (all: readonly (readonly [value: string, label: Text])[], chosen: string | undefined) =>
    html`<option value="">${message("log.any")}</option>${all.map(([value, label]) => html`<option value="${value}"${value === chosen && html` selected`}>${label}</option>`)}`;
  // Runs of an action that no longer exists can still be found.
  const actions = new Map([
    ...titles,
    ...(query.action === undefined || titles.has(query.action) ? [] : [[query.action, query.action] as const]),
  ]);
  return html`<form class="filter" method="get">
<label>${message("log.action")} <select name="action">${options([...actions], query.action)}</select></label>
<label>${message("log.personFilter")} <input name="person" value="${query.person}"></label>
<label>${message("log.projectFilter")} <input name="project" value="${query.project}"></label>
<label>${message("log.state")} <select name="state">${options(
    RUN_STATES.map((state) => [state, RUN_STATE_LABELS[state]]),
    query.state,
  )}</select></label>
<label>${message("log.day", { zone: reader.timeZone })} <input type="date" name="day" value="${query.day}"></label>
<button class="primary">${message("log.filter")}</button> <a class="button" href="${base}/runs">${message("log.allRuns")}</a>
</form>`;
}

const HEADINGS: readonly [heading: Text, isNumber?: true][] = [
  [message("log.when")],
  [message("log.action")],
  [message("log.state")],
  [message("log.result")],
  [message("log.project")],
  [message("log.tasks"), true],
  [message("log.person")],
  [message("log.trust")],
  [message("log.took"), true],
];

function renderRuns({ runs, base, titles }: LogPage): Content {
  return html`<div class="table whole" role="region" tabindex="0" aria-label="${message("log.runs")}">
<table>
<thead><tr>${HEADINGS.map(([heading, isNumber]) => html`<th scope="col"${isNumber && html` class="number"`}>${heading}</th>`)}</tr></thead>
<tbody>
${runs.map((run) => {
  const { url } = linkRun(base, run.id, run.at);
  return html`<tr>
<td class="nowrap"><a href="${url}">${renderTime(run.at, true)}</a></td>
<td>${titles.get(run.action) ?? run.action}</td><td><span class="tag ${run.state}">${RUN_STATE_LABELS[run.state]}</span></td><td dir="auto">${run.title}</td>
<td>${run.projects || run.project}</td><td class="number">${run.tasks > 0 ? html`<a href="${url}#tasks">${(reader) => formatNumber(run.tasks, reader)}</a>` : run.tasks}</td>
<td>${run.name ? html`<span title="${run.email}">${run.name}</span>` : run.email || run.person || message("log.unknownPerson")}</td><td>${labelTrust(run.trust)}</td><td class="number nowrap">${(reader) => formatDuration(run.tookMs, reader)}</td>
</tr>
`;
})}
</tbody>
</table>
</div>`;
}

/** Of a filtered page: 10 lists of 1,000 keys (storage/list-runs.ts). */
const SEARCHED_MAX = 10_000;

function renderEmpty({ query, older, settings }: LogPage): Content {
  if (older !== undefined)
    return html`<p>${message("log.noMatchYet", { count: SEARCHED_MAX })} ${rich("log.searchOlder", { button: html`<em>${message("log.older")}</em>` })}</p>`;
  if (toQuery(query) !== "") return html`<p>${message("log.noMatch")}</p>`;
  return html`<p>${rich("log.empty", { kitsu: html`<a href="${settings.kitsuUrls[0]}">Kitsu</a>` })}</p>`;
}

/** The filters as a query string, without the cursor, so starting at the newest run. */
function toQuery({ action, person, project, state, day }: RunFilter): string {
  const used = Object.entries({ action, person, project, state, day }).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
  return used.length === 0 ? "" : `?${new URLSearchParams(used)}`;
}
