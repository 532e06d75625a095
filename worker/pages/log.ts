// The log of all runs: as a page, as JSON, as CSV, and the page that opens it.
import { csvFormatRows } from "d3-dsv";
import * as v from "valibot";
import { listActions } from "../actions/index.ts";
import { Failure } from "../failure.ts";
import { type LoggedRun, listRuns, RUN_STATES, type RunFilter, type RunPage, runAt } from "../journal.ts";
import { checkLogAccess, mayReadLog } from "../log-access.ts";
import type { Scene } from "../scene.ts";
import type { Settings } from "../settings.ts";
import { type Content, html } from "./html.ts";
import { renderPage } from "./layout.ts";

const PAGE_RUNS = 50;
const FILE_RUNS = 1_000;

const COLUMNS = ["at", "id", "action", "state", "title", "person", "email", "project", "tasks", "status", "tookMs", "url"] as const;

const given = <S extends v.GenericSchema<string>>(schema: S) =>
  v.optional(
    v.union([
      v.pipe(
        v.literal(""),
        v.transform(() => undefined),
      ),
      schema,
    ]),
  );
const Query = v.object({
  action: given(v.pipe(v.string(), v.maxLength(80))),
  person: given(v.pipe(v.string(), v.maxLength(254))),
  project: given(v.pipe(v.string(), v.toLowerCase(), v.uuid("must be the id of a project"))),
  state: given(v.picklist(RUN_STATES, `must be one of ${RUN_STATES.join(", ")}`)),
  day: given(v.pipe(v.string(), v.isoDate("must be a day like 2026-11-23"))),
  cursor: given(v.pipe(v.string(), v.maxLength(1_000))),
  limit: v.optional(v.pipe(v.string(), v.transform(Number), v.integer("must be a number"), v.minValue(1), v.maxValue(FILE_RUNS))),
});
type Query = v.InferOutput<typeof Query>;

/** `/runs.json`: `{runs, cursor}`; the next page is linked to as well. */
export async function serveLogJson(request: Request, scene: Scene): Promise<Response> {
  const page = await readPage(request, scene, PAGE_RUNS);
  return Response.json(
    { runs: page.runs.map((run) => toRow(run, scene.base)), cursor: page.cursor },
    { headers: fileHeaders(request, page) },
  );
}

/** `/runs.csv`: a header line, then a line per run. Cells that a spreadsheet would take for a formula are defused. */
export async function serveLogCsv(request: Request, scene: Scene): Promise<Response> {
  const page = await readPage(request, scene, FILE_RUNS);
  const rows = page.runs.map((run) => {
    const row = toRow(run, scene.base);
    return COLUMNS.map((column) => defuse(row[column]));
  });
  return new Response(`${csvFormatRows([[...COLUMNS], ...rows])}\n`, {
    headers: {
      ...fileHeaders(request, page),
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": 'attachment; filename="kitsu-actions-runs.csv"',
    },
  });
}

/** `/runs`: the page. Without the right to read it, the page that asks for the token. */
export async function serveLog(request: Request, scene: Scene): Promise<Response> {
  const { settings, base } = scene;
  if (settings.logToken !== undefined && !(await mayReadLog(request, settings))) return serveSignIn(settings);
  const query = readQuery(request);
  const page = await readPage(request, scene, PAGE_RUNS);
  return renderPage({
    title: "Log",
    basePath: settings.basePath,
    kitsuUrl: settings.kitsuUrls[0],
    body: html`<section>
<h1>Log</h1>
${renderFilter(query, settings)}
${page.runs.length === 0 ? renderEmpty(query, page, settings) : renderRuns(page.runs, base)}
<p>
${page.cursor !== undefined && html`<a class="button" href="${nextUrl(request, page.cursor)}">Older runs</a> `}
<a class="button" href="${fileUrl(request, settings, "csv")}">CSV</a>
<a class="button" href="${fileUrl(request, settings, "json")}">JSON</a>
</p>
</section>
${settings.logToken !== undefined && html`<form method="post" action="${settings.basePath}/runs/sign-out"><button>Sign out</button></form>`}`,
  });
}

function serveSignIn(settings: Settings): Response {
  return renderPage({
    title: "Sign in",
    status: 401,
    basePath: settings.basePath,
    kitsuUrl: settings.kitsuUrls[0],
    body: html`<section>
<h1>Sign in to read the log</h1>
<p>The log says who did what and when. It opens with the token that this server was given as LOG_TOKEN; your pipeline TD has it.</p>
<form class="filter" method="post" action="${settings.basePath}/runs/sign-in">
<label>Token <input type="password" name="token" required autocomplete="current-password"></label>
<button class="primary">Sign in</button>
</form>
</section>`,
  });
}

async function readPage(request: Request, { env, settings }: Scene, limit: number): Promise<RunPage> {
  await checkLogAccess(request, settings);
  const { cursor, limit: asked, ...filter } = readQuery(request);
  return listRuns(env, filter, asked ?? limit, cursor);
}

function readQuery(request: Request): Query {
  const parsed = v.safeParse(Query, Object.fromEntries(new URL(request.url).searchParams));
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw new Failure("invalid-filter", {
    text: `The filter ${v.getDotPath(issue) ?? ""} ${issue.message}.`,
    advice: "Go back and choose another one.",
    field: v.getDotPath(issue) ?? undefined,
  });
}

/** A spreadsheet runs what begins like a formula, and anyone may put one into a title. */
const defuse = (cell: string | number) => (typeof cell === "string" && /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : String(cell));

const toRow = ({ at, ...run }: LoggedRun, base: string) => ({
  ...run,
  at: new Date(at).toISOString(),
  url: runAt(base, run.id, at).url,
});

function renderFilter({ action, person, project, state, day }: RunFilter, settings: Settings): Content {
  const options = (values: readonly string[], chosen: string | undefined) =>
    html`<option value="">any</option>${values.map((value) => html`<option value="${value}"${value === chosen && html` selected`}>${value}</option>`)}`;
  const ids = listActions(settings).map(({ id }) => id);
  return html`<form class="filter" method="get">
<label>Action <select name="action">${options([...new Set([...ids, ...(action ? [action] : [])])], action)}</select></label>
<label>Person (id or e-mail) <input name="person" value="${person}"></label>
<label>Project (id) <input name="project" value="${project}"></label>
<label>State <select name="state">${options(RUN_STATES, state)}</select></label>
<label>Day (UTC) <input type="date" name="day" value="${day}"></label>
<button class="primary">Filter</button> <a class="button" href="${settings.basePath}/runs">All runs</a>
</form>`;
}

function renderRuns(runs: readonly LoggedRun[], base: string): Content {
  return html`<div class="table" role="region" tabindex="0" aria-label="Runs, newest first">
<table>
<thead><tr><th scope="col">When (UTC)</th><th scope="col">Action</th><th scope="col">State</th><th scope="col">What was said</th><th scope="col">Person</th><th scope="col" class="number">Tasks</th><th scope="col" class="number">Took</th></tr></thead>
<tbody>
${runs.map(
  (run) => html`<tr>
<td class="nowrap"><a href="${runAt(base, run.id, run.at).url}">${new Date(run.at).toISOString().slice(0, 19).replace("T", " ")}</a></td>
<td>${run.action}</td><td><span class="tag ${run.state}">${run.state}</span></td><td dir="auto">${run.title}</td>
<td>${run.email || run.person || "unknown"}</td><td class="number">${run.tasks}</td><td class="number nowrap">${run.tookMs} ms</td>
</tr>
`,
)}
</tbody>
</table>
</div>`;
}

function renderEmpty(query: Query, { cursor }: RunPage, { kitsuUrls }: Settings): Content {
  if (cursor !== undefined) return html`<p>No such run among the newest 10,000. Look further with <em>Older runs</em>.</p>`;
  if (Object.values(query).some((value) => value !== undefined)) return html`<p>No run is like that.</p>`;
  return html`<p>Nothing was run yet. Select tasks in <a href="${kitsuUrls[0]}">Kitsu</a> and run a custom action: it will be here.</p>`;
}

function nextUrl(request: Request, cursor: string): string {
  const url = new URL(request.url);
  url.searchParams.set("cursor", cursor);
  return url.href;
}

function fileUrl(request: Request, { basePath }: Settings, extension: string): string {
  const { searchParams } = new URL(request.url);
  searchParams.delete("cursor");
  return `${basePath}/runs.${extension}${searchParams.size > 0 ? `?${searchParams}` : ""}`;
}

const fileHeaders = (request: Request, { cursor }: RunPage): Record<string, string> => ({
  "cache-control": "no-store",
  ...(cursor !== undefined && { link: `<${nextUrl(request, cursor)}>; rel="next"` }),
});
