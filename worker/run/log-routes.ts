// The HTTP routes of the log: as a page, as JSON, and as CSV.
import * as v from "valibot";
import { checkLogAccess, mayReadLog } from "../access/log-access.ts";
import { listActions } from "../actions/index.ts";
import { Failure } from "../failure.ts";
import { chooseCsvFormat, formatCsv } from "../format/csv.ts";
import { renderLog } from "../pages/log-page.ts";
import { formatMoment } from "../pages/render-time.ts";
import { renderSignIn } from "../pages/sign-in-page.ts";
import type { RequestContext } from "../request/request-context.ts";
import type { Settings } from "../settings/settings.ts";
import { linkRun } from "../storage/run-links.ts";
import { type LoggedRun, listRuns, type RunPage } from "../storage/run-log.ts";
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
    v.union([
      v.pipe(
        v.literal(""),
        v.transform(() => undefined),
      ),
      schema,
    ]),
  );
const text = (most: number) => v.pipe(v.string(), v.maxLength(most, `must have at most ${most} characters`));

const Query = v.object({
  action: filter(text(80)),
  person: filter(text(254)),
  project: filter(text(200)),
  state: filter(v.picklist(RUN_STATES, `must be one of ${RUN_STATES.join(", ")}`)),
  day: filter(v.pipe(v.string(), v.isoDate("must be a day like 2026-11-23"))),
  cursor: filter(text(1_000)),
  limit: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^\d{1,6}$/, "must be a whole number"),
      v.transform(Number),
      v.minValue(1, "must be at least 1"),
      v.maxValue(FILE_RUNS, `must be at most ${FILE_RUNS}`),
    ),
  ),
});
export type Query = v.InferOutput<typeof Query>;

/** `GET /runs`: the page, or the sign-in page. */
export async function serveLog(request: Request, context: RequestContext): Promise<Response> {
  const { settings, base } = context;
  if (settings.logToken !== undefined && !(await mayReadLog(request, context))) return renderSignIn(settings);
  const { query, page } = await readPage(request, context, PAGE_RUNS);
  const older = page.cursor === undefined ? undefined : nextUrl(request, page.cursor);
  return renderLog({ query, runs: page.runs, older, base, settings, titles: readTitles(settings) });
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

/** `GET /runs.csv`: a header, then one row per run. Times are in UTC, as spreadsheets read them. */
export async function serveLogCsv(request: Request, context: RequestContext): Promise<Response> {
  const { page } = await readPage(request, context, FILE_RUNS);
  const rows = listRows(page, context).map((row) =>
    COLUMNS.map((column) => (column === "at" ? formatMoment(row.at) : row[column])),
  );
  return new Response(formatCsv([COLUMNS, ...rows], chooseCsvFormat(request.headers.get("accept-language"))), {
    headers: {
      ...fileHeaders(request, page),
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": 'attachment; filename="kitsu-actions-runs.csv"',
    },
  });
}

async function readPage(
  request: Request,
  context: RequestContext,
  byDefault: number,
): Promise<{ query: Query; page: RunPage }> {
  await checkLogAccess(request, context);
  const query = readQuery(request);
  const { cursor, limit = byDefault, ...filters } = query;
  return { query, page: await listRuns(context.env, filters, limit, cursor) };
}

function readQuery(request: Request): Query {
  const parsed = v.safeParse(Query, Object.fromEntries(new URL(request.url).searchParams));
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  const field = v.getDotPath(issue) ?? undefined;
  throw new Failure("invalid-filter", {
    text: `The filter ${field} ${issue.message}.`,
    advice: "Go back and choose another one.",
    field,
  });
}

/** The current titles of the actions, by id. */
const readTitles = (settings: Settings): ReadonlyMap<string, string> =>
  new Map(listActions(settings).map(({ id, title }) => [id, title]));

function listRows(
  { runs }: RunPage,
  { settings, base }: RequestContext,
): (LoggedRun & { actionTitle: string; url: string })[] {
  const titles = readTitles(settings);
  return runs.map((run) => ({
    ...run,
    actionTitle: titles.get(run.action) ?? run.action,
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
