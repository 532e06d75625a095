// `GET /runs.csv`: all runs that match, as they are read. If the file ends before the log does, its
// last row says where it continues.
import { chooseCsvFormat, formatCsv } from "../format/csv.ts";
import { formatSortable } from "../format/locale-formats.ts";
import { localize } from "../format/localize.ts";
import { message } from "../format/message.ts";
import { streamText } from "../format/stream-text.ts";
import type { RequestContext } from "../request/request-context.ts";
import { toSearch } from "../storage/list-runs.ts";
import { formatPosition, type Position, parsePosition, type SearchResult, searchRuns } from "../storage/search-runs.ts";
import { readLogQuery, withCursor } from "./log-query.ts";
import { makeRowWriter } from "./log-rows.ts";

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

/** How many lists of 1,000 runs a file costs at most. KV allows 1,000 operations for a request. */
const LISTS_MAX = 200;

/** A header, then one row per run. Times are those of the reader, as spreadsheets read them. */
export async function streamLogCsv(request: Request, context: RequestContext): Promise<Response> {
  const rows = writeRows(request, context);
  // What fails before the first row fails the request.
  const first = await rows.next();
  return new Response(streamText(first, rows), {
    headers: {
      "cache-control": "no-store",
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": 'attachment; filename="kitsu-actions-runs.csv"',
    },
  });
}

/** Each part is a text with the runs of one list. */
async function* writeRows(request: Request, context: RequestContext): AsyncGenerator<string, void> {
  const { url, env, reader } = context;
  const { cursor, limit = Number.POSITIVE_INFINITY, ...filter } = readLogQuery(url);
  const format = chooseCsvFormat(request.headers.get("accept-language"), reader.locale);
  const writeRow = makeRowWriter(context);
  const search = toSearch(filter, reader);
  const read = (from: Position | undefined, runs: number) => searchRuns(env, search, from, { runs, lists: 1 });
  let left = limit;
  let result = await read(cursor === undefined ? undefined : parsePosition(cursor), left);
  let head: readonly (readonly string[])[] = [COLUMNS];
  for (let lists = 1; ; lists += 1) {
    const { found, next } = result;
    const rows = found.map(({ run }) => {
      const row = writeRow(run);
      return COLUMNS.map((column) => (column === "at" ? formatSortable(row.at, reader) : row[column]));
    });
    yield formatCsv([...head, ...rows], { ...format, ...(head.length === 0 && { byteOrderMark: "" }) });
    head = [];
    left -= found.length;
    if (next === undefined) return;
    const further: SearchResult | undefined =
      left > 0 && lists < LISTS_MAX ? await read(next, left).catch(() => undefined) : undefined;
    if (further === undefined) {
      const note = { title: localize(message("log.continues"), reader), url: withCursor(url, formatPosition(next)) };
      const row = COLUMNS.map((column) => (column === "title" || column === "url" ? note[column] : ""));
      yield formatCsv([row], { ...format, byteOrderMark: "" });
      return;
    }
    result = further;
  }
}
