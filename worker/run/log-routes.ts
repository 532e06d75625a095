// The HTTP routes of the log: as a page, as JSON, and as CSV.
import * as v from "valibot";
import { checkLogAccess, mayReadLog } from "../access/log-access.ts";
import { listActions } from "../actions/index.ts";
import { chooseCsvFormat, formatCsv } from "../format/csv.ts";
import { Failure } from "../format/failure.ts";
import { formatSortable } from "../format/locale-formats.ts";
import { localize } from "../format/localize.ts";
import { message, type Text } from "../format/message.ts";
import { renderLog } from "../pages/log-page.ts";
import { renderSignIn } from "../pages/sign-in-page.ts";
import type { RequestContext } from "../request/request-context.ts";
import type { Settings } from "../settings/settings.ts";
import { listRuns, type RunPage } from "../storage/list-runs.ts";
import { linkRun } from "../storage/run-links.ts";
import type { LoggedRun } from "../storage/run-log.ts";
import { RUN_STATES } from "../storage/run-record.ts";

const PAGE_RUNS = 50;
const FILE_RUNS = 1_000;

const COLUMNS = [
  "at",
  "id",
  "action",
  "actionTitle",
  "state",
  "title",
  "person",
  "name",
  "email",
  "project",
  "projects",
  "tasks",
  "trust",
  "status",
  "tookMs",
  "url",
] as const;

/** A filter as forms send it. An unused filter is empty. */
const filter = <S extends v.GenericSchema<string>>(schema: S) =>
  v.optional(
    v.pipe(
      v.string(),
      v.transform((value) => value || undefined),
      v.optional(schema),
    ),
  );
const text = (most: number) => v.pipe(v.string(), v.maxLength(most));

const Query = v.object({
  action: filter(text(80)),
  person: filter(text(254)),
  project: filter(text(200)),
  state: filter(v.picklist(RUN_STATES)),
  day: filter(v.pipe(v.string(), v.isoDate())),
  cursor: filter(text(1_000)),
  limit: v.optional(
    v.pipe(v.string(), v.regex(/^\d{1,6}$/), v.transform(Number), v.minValue(1), v.maxValue(FILE_RUNS)),
  ),
});
export type Query = v.InferOutput<typeof Query>;

/** `GET /runs`: the page, or the sign-in page. */
export async function serveLog(request: Request, context: RequestContext): Promise<Response> {
  const { settings, base } = context;
  if (settings.logToken !== undefined && !(await mayReadLog(request, context))) return renderSignIn(context);
  const { query, page } = await readPage(request, context, PAGE_RUNS);
  const older = page.cursor === undefined ? undefined : nextUrl(request, page.cursor);
  return renderLog({ ...context, query, runs: page.runs, older, base, titles: readTitles(settings) });
}

/** `GET /runs.json`: `{runs, cursor}`, and a link to the next page. */
export async function serveLogJson(request: Request, context: RequestContext): Promise<Response> {
  const { page } = await readPage(request, context, PAGE_RUNS);
  const runs = listRows(page, context).map((row, index) => ({
    ...row,
    at: new Date(page.runs[index]?.at ?? 0).toISOString(),
  }));
  return Response.json({ runs, cursor: page.cursor }, { headers: fileHeaders(request, page) });
}

/**
 * `GET /runs.csv`: a header, then one row per run. Times are those of the reader's time zone, as
 * spreadsheets read them.
 */
export async function serveLogCsv(request: Request, context: RequestContext): Promise<Response> {
  const { page } = await readPage(request, context, FILE_RUNS);
  const rows = listRows(page, context).map((row) =>
    COLUMNS.map((column) => (column === "at" ? formatSortable(row.at, context.reader) : row[column])),
  );
  return new Response(
    formatCsv([COLUMNS, ...rows], chooseCsvFormat(request.headers.get("accept-language"), context.reader.locale)),
    {
      headers: {
        ...fileHeaders(request, page),
        "content-type": "text/csv; charset=utf-8",
        "content-disposition": 'attachment; filename="kitsu-actions-runs.csv"',
      },
    },
  );
}

async function readPage(
  request: Request,
  context: RequestContext,
  byDefault: number,
): Promise<{ query: Query; page: RunPage }> {
  await checkLogAccess(request, context);
  const query = readQuery(request);
  const { cursor, limit = byDefault, ...filters } = query;
  const { timeZone } = context.reader;
  return { query, page: await listRuns(context.env, filters, limit, { cursor, timeZone }) };
}

function readQuery(request: Request): Query {
  const parsed = v.safeParse(Query, Object.fromEntries(new URL(request.url).searchParams));
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  const field = v.getDotPath(issue) ?? "";
  throw new Failure("invalid-filter", {
    text: describeIssue(field, issue),
    advice: message("run.chooseOther"),
    field,
  });
}

function describeIssue(field: string, { type, requirement }: v.BaseIssue<unknown>): Text {
  switch (type) {
    case "max_length":
      return message("run.filterTooLong", { field, limit: Number(requirement) });
    case "picklist":
      return message("run.filterNotState", { field, states: RUN_STATES });
    case "iso_date":
      return message("run.filterNotDay", { field });
    case "regex":
      return message("run.filterNotNumber", { field });
    case "min_value":
      return message("run.filterTooLow", { field, limit: Number(requirement) });
    case "max_value":
      return message("run.filterTooHigh", { field, limit: Number(requirement) });
    default:
      return message("run.filterUnclear", { field });
  }
}

/** The current titles of the actions, by id. */
const readTitles = (settings: Settings): ReadonlyMap<string, Text> =>
  new Map(listActions(settings).map(({ id, title }) => [id, title]));

function listRows(
  { runs }: RunPage,
  { settings, base, reader }: RequestContext,
): (Omit<LoggedRun, "title"> & { title: string; actionTitle: string; url: string })[] {
  const titles = readTitles(settings);
  return runs.map((run) => ({
    ...run,
    title: localize(run.title, reader),
    actionTitle: localize(titles.get(run.action) ?? run.action, reader),
    url: linkRun(base, run.id, run.at).url,
  }));
}

const fileHeaders = (request: Request, { cursor }: RunPage): Record<string, string> => ({
  "cache-control": "no-store",
  ...(cursor !== undefined && { link: `<${nextUrl(request, cursor)}>; rel="next"` }),
});

function nextUrl(request: Request, cursor: string): string {
  const url = new URL(request.url);
  url.searchParams.set("cursor", cursor);
  return url.href;
}
