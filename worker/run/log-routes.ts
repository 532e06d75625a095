// The HTTP routes of the log: as a page, as JSON, and as CSV.
import { checkLogAccess, mayReadLog } from "../access/log-access.ts";
import { renderLog } from "../pages/log-page.ts";
import { renderSignIn } from "../pages/sign-in-page.ts";
import type { RequestContext } from "../request/request-context.ts";
import { listRuns, type RunPage } from "../storage/list-runs.ts";
import { streamLogCsv } from "./log-csv.ts";
import { type LogQuery, readLogQuery, withCursor } from "./log-query.ts";
import { makeRowWriter, readTitles } from "./log-rows.ts";

/** The runs of a page, unless its address says how many. */
const PAGE_RUNS = 50;

/** `GET /runs`: the page, or the sign-in page. */
export async function serveLog(request: Request, context: RequestContext): Promise<Response> {
  const { settings, base, url } = context;
  if (settings.logToken !== undefined && !(await mayReadLog(request, context))) return renderSignIn(context);
  const { query, page } = await readPage(request, context);
  const older = page.cursor === undefined ? undefined : withCursor(url, page.cursor);
  const { limit = PAGE_RUNS } = query;
  return renderLog({ ...context, query, page, limit, older, base, titles: readTitles(settings) });
}

/** `GET /runs.json`: the runs of a page, and a link to the next one. */
export async function serveLogJson(request: Request, context: RequestContext): Promise<Response> {
  const { page } = await readPage(request, context);
  const { runs, cursor, searched, until } = page;
  const writeRow = makeRowWriter(context);
  const toIso = (at: number) => new Date(at).toISOString();
  return Response.json(
    {
      runs: runs.map((run) => ({ ...writeRow(run), at: toIso(run.at) })),
      cursor,
      searched,
      until: until && toIso(until),
    },
    {
      headers: {
        "cache-control": "no-store",
        ...(cursor !== undefined && { link: `<${withCursor(context.url, cursor)}>; rel="next"` }),
      },
    },
  );
}

/** `GET /runs.csv`: all runs that match. */
export async function serveLogCsv(request: Request, context: RequestContext): Promise<Response> {
  await checkLogAccess(request, context);
  return streamLogCsv(request, context);
}

async function readPage(request: Request, context: RequestContext): Promise<{ query: LogQuery; page: RunPage }> {
  await checkLogAccess(request, context);
  const query = readLogQuery(context.url);
  const { cursor, limit = PAGE_RUNS, ...filter } = query;
  return { query, page: await listRuns(context.env, filter, limit, { cursor, reader: context.reader }) };
}
