// The log as a page: filters, runs, and a link to older runs.

import { sayTook } from "../format/labels.ts";
import type { Settings } from "../settings/settings.ts";
import { linkRun } from "../storage/run-links.ts";
import type { LoggedRun, RunFilter } from "../storage/run-log.ts";
import { RUN_STATES } from "../storage/run-record.ts";
import { type Content, html } from "./html.ts";
import { renderPage } from "./layout.ts";
import { formatMoment } from "./render-time.ts";

type LogPage = {
  /** the filters in use */
  query: RunFilter & { cursor?: string | undefined; limit?: number | undefined };
  runs: readonly LoggedRun[];
  /** the address of the next page */
  older: string | undefined;
  base: string;
  settings: Settings;
  /** titles of the actions, by id */
  titles: ReadonlyMap<string, string>;
};

export function renderLog(log: LogPage): Response {
  const { settings, query, runs, older, base } = log;
  return renderPage({
    title: "Log",
    basePath: settings.basePath,
    kitsuUrl: settings.kitsuUrls[0],
    isWide: true,
    body: html`<section>
<h1>Log</h1>
${renderFilter(log)}
${runs.length === 0 ? renderEmpty(log) : renderRuns(log)}
<p>
${older !== undefined && html`<a class="button" href="${older}">Older runs</a> `}
<a class="button" href="${base}/runs.csv${toQuery(query)}">CSV</a>
<a class="button" href="${base}/runs.json${toQuery(query)}">JSON</a>
</p>
</section>
${settings.logToken !== undefined && html`<form method="post" action="${settings.basePath}/runs/sign-out"><button>Sign out</button></form>`}`,
  });
}

function renderFilter({ query, titles, base }: LogPage): Content {
  const options = (all: readonly (readonly [value: string, label: string])[], chosen: string | undefined) =>
    html`<option value="">any</option>${all.map(([value, label]) => html`<option value="${value}"${value === chosen && html` selected`}>${label}</option>`)}`;
  // Runs of an action that no longer exists can still be found.
  const actions = new Map([
    ...titles,
    ...(query.action === undefined || titles.has(query.action) ? [] : [[query.action, query.action] as const]),
  ]);
  return html`<form class="filter" method="get">
<label>Action <select name="action">${options([...actions], query.action)}</select></label>
<label>Person (name, e-mail or id) <input name="person" value="${query.person}"></label>
<label>Project (name or id) <input name="project" value="${query.project}"></label>
<label>State <select name="state">${options(
    RUN_STATES.map((state) => [state, state]),
    query.state,
  )}</select></label>
<label>Day (UTC) <input type="date" name="day" value="${query.day}"></label>
<button class="primary">Filter</button> <a class="button" href="${base}/runs">All runs</a>
</form>`;
}

function renderRuns({ runs, base, titles }: LogPage): Content {
  return html`<div class="table whole" role="region" tabindex="0" aria-label="Runs, newest first">
<table>
<thead><tr><th scope="col">When (UTC)</th><th scope="col">Action</th><th scope="col">State</th><th scope="col">Result</th><th scope="col">Project</th><th scope="col" class="number">Tasks</th><th scope="col">Person</th><th scope="col">Trust</th><th scope="col" class="number">Took</th></tr></thead>
<tbody>
${runs.map((run) => {
  const { url } = linkRun(base, run.id, run.at);
  return html`<tr>
<td class="nowrap"><a href="${url}">${formatMoment(run.at)}</a></td>
<td>${titles.get(run.action) ?? run.action}</td><td><span class="tag ${run.state}">${run.state}</span></td><td dir="auto">${run.title}</td>
<td>${run.projects || run.project}</td><td class="number">${run.tasks > 0 ? html`<a href="${url}#tasks">${run.tasks}</a>` : run.tasks}</td>
<td>${run.name ? html`<span title="${run.email}">${run.name}</span>` : run.email || run.person || "unknown"}</td><td>${run.trust}</td><td class="number nowrap">${sayTook(run.tookMs)}</td>
</tr>
`;
})}
</tbody>
</table>
</div>`;
}

function renderEmpty({ query, older, settings }: LogPage): Content {
  if (older !== undefined)
    return html`<p>No match among the newest 10,000 runs. To search older ones, use <em>Older runs</em>.</p>`;
  if (toQuery(query) !== "") return html`<p>No runs match these filters.</p>`;
  return html`<p>No runs yet. Select tasks in <a href="${settings.kitsuUrls[0]}">Kitsu</a> and run a custom action.</p>`;
}

/** The filters as a query string, without the cursor, so starting at the newest run. */
function toQuery({ action, person, project, state, day }: RunFilter): string {
  const used = Object.entries({ action, person, project, state, day }).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
  return used.length === 0 ? "" : `?${new URLSearchParams(used)}`;
}
