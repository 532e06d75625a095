// The log as a page: filters, runs, and a link to older runs.
import * as v from "valibot";
import { formatDay, formatDuration, formatNumber } from "../format/locale-formats.ts";
import { message, type Text } from "../format/message.ts";
import { labelTrust } from "../settings/trust.ts";
import type { RunPage } from "../storage/list-runs.ts";
import type { RunFilter } from "../storage/run-filter.ts";
import { linkRun } from "../storage/run-links.ts";
import type { LoggedRun } from "../storage/run-log.ts";
import { RUN_STATES } from "../storage/run-record.ts";
import { type Content, html, rich } from "./html.ts";
import { type PageContext, renderPage } from "./layout.ts";
import { renderLogNavigation } from "./log-navigation.ts";
import { renderTime, renderZone } from "./render-time.ts";
import { RUN_STATE_LABELS } from "./run-labels.ts";

type LogPage = PageContext & {
  /** the filters in use */
  query: RunFilter & { cursor?: string | undefined; limit?: number | undefined };
  page: RunPage;
  /** the most runs of a page */
  limit: number;
  /** the address of the next page */
  older: string | undefined;
  base: string;
  /** titles of the actions, by id */
  titles: ReadonlyMap<string, Text>;
};

export function renderLog(log: LogPage): Response {
  const { settings, query, page, limit, base } = log;
  return renderPage({
    ...log,
    title: message("page.log"),
    kitsuUrl: settings.kitsuUrls[0],
    isWide: true,
    body: html`${renderLogNavigation(settings.basePath, "runs")}
<section>
<h1>${message("page.log")}</h1>
${renderFilter(log)}
<div data-found="${limit}">${
      page.runs.length > 0 &&
      html`${renderRuns(log)}
${renderZone()}`
    }</div>
<div data-more role="status">${renderMore(log)}</div>
<p>
<a class="button" href="${base}/runs.csv${toQuery(query)}">${message("log.csv")}</a>
<a class="button" href="${base}/runs.json${toQuery(query)}">${message("log.json")}</a>
<a class="button" href="${base}/runs/person${toQuery({ person: isPersonKey(query.person) ? query.person : undefined })}">${message("log.personData")}</a>
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
<label>${message("log.titleFilter")} <input name="title" value="${query.title}"></label>
<label>${message("log.state")} <select name="state">${options(
    RUN_STATES.map((state) => [state, RUN_STATE_LABELS[state]]),
    query.state,
  )}</select></label>
<label>${message("log.day", { zone: reader.timeZone })} <input type="date" name="day" value="${query.day}"></label>
<span><button class="primary">${message("log.filter")}</button>${toQuery(query) !== "" && html` <a class="button" href="${base}/runs">${message("log.allRuns")}</a>`}</span>
</form>
${query.day !== undefined && renderDayLinks({ ...query, day: query.day }, base)}`;
}

/** The day before and after. Pages follow each other, but each day is found at once. */
function renderDayLinks(query: RunFilter & { day: string }, base: string): Content {
  const [year = 0, month = 0, date = 0] = query.day.split("-").map(Number);
  const add = (days: number) => new Date(Date.UTC(year, month - 1, date + days)).toISOString().slice(0, 10);
  return html`<p>${[-1, 1].map((days) => {
    const day = add(days);
    return html`<a class="button" href="${base}/runs${toQuery({ ...query, day })}">${(reader) => formatDay(day, reader)}</a> `;
  })}</p>`;
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

function renderRuns({ page: { runs }, base, titles }: LogPage): Content {
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
<td>${renderPerson(run, base)}</td><td>${labelTrust(run.trust)}</td><td class="number nowrap">${(reader) => formatDuration(run.tookMs, reader)}</td>
</tr>
`;
})}
</tbody>
</table>
</div>`;
}

/** Leads to all runs of the person, and with the id in the filter, to the page about their data. */
function renderPerson({ name, email, person, erased }: LoggedRun, base: string): Content {
  if (erased) return message("log.erasedPerson");
  const [shown, key] = [name || email || person || message("log.unknownPerson"), person || email];
  const label = html`<span title="${[email, person].filter(Boolean).join("\n")}">${shown}</span>`;
  return key ? html`<a href="${base}/runs${toQuery({ person: key })}">${label}</a>` : label;
}

const isPersonKey = (person = "") => person.includes("@") || v.UUID_REGEX.test(person);

/** What follows the runs. The page's script searches further, until the page is full. */
function renderMore({ page, limit, query, older, settings }: LogPage): Content {
  const { runs, searched, until } = page;
  const progress =
    searched !== undefined &&
    until !== undefined &&
    rich("log.searched", { count: searched, until: renderTime(until, true) });
  if (older !== undefined && searched !== undefined && runs.length < limit)
    return html`<p>${progress}
<a class="button" href="${older}" data-further="${searched}" data-stop="${message("log.stop")}">${message("log.searchFurther")}</a></p>`;
  if (older !== undefined) return html`<p><a class="button" href="${older}">${message("log.older")}</a></p>`;
  // Pages before this one may have matches.
  if (query.cursor !== undefined) return html`<p>${progress} ${message("log.noMore")}</p>`;
  if (runs.length > 0) return undefined;
  if (toQuery(query) !== "") return html`<p>${message("log.noMatch")}</p>`;
  return html`<p>${rich("log.empty", { kitsu: html`<a href="${settings.kitsuUrls[0]}">Kitsu</a>` })}</p>`;
}

/** The filters as a query string, without the cursor, so starting at the newest run. */
function toQuery({ action, person, project, title, state, day }: RunFilter): string {
  const used = Object.entries({ action, person, project, title, state, day }).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
  return used.length === 0 ? "" : `?${new URLSearchParams(used)}`;
}
