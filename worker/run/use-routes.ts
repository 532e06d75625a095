// The HTTP routes of the statistics, for those who may read the log: a page, JSON and CSV.
import * as v from "valibot";
import { checkLogAccess, mayReadLog } from "../access/log-access.ts";
import { listActions } from "../actions/index.ts";
import { chooseCsvFormat, formatCsv } from "../format/csv.ts";
import { Failure, missingBinding } from "../format/failure.ts";
import { localize } from "../format/localize.ts";
import { message } from "../format/message.ts";
import { renderSignIn } from "../pages/sign-in-page.ts";
import { renderUse } from "../pages/use-page.ts";
import type { RequestContext } from "../request/request-context.ts";
import { throwUnreachable } from "../storage/run-log.ts";
import { getActionUse } from "../storage/use/action-use.ts";
import { joinRows, makeReport, type UseDocument } from "../storage/use/use-report.ts";
import { firstDay, toDay } from "../storage/use/use-tables.ts";

const PERIODS = ["7", "30", "90"] as const;

const Query = v.object({
  days: v.optional(v.picklist(PERIODS), "30"),
  action: v.optional(v.pipe(v.string(), v.maxLength(80)), ""),
});
type Query = v.InferOutput<typeof Query>;

const COLUMNS = [
  ...["day", "action", "actionTitle", "runs", "failed", "faults", "codes"],
  ...["tasks", "medianMs", "p95Ms", "retries", "undos"],
];

/** `GET /use`: the page, or the sign-in page. */
export async function serveUse(request: Request, context: RequestContext): Promise<Response> {
  if (context.settings.logToken !== undefined && !(await mayReadLog(request, context)))
    return renderSignIn(context, "use");
  await checkLogAccess(request, context);
  const query = readQuery(context);
  const { report, problem } = await readReport(query, context);
  return renderUse({ ...context, periods: PERIODS, query, report, problem, titles: listTitles(context) });
}

/** `GET /use.json` */
export async function serveUseJson(request: Request, context: RequestContext): Promise<Response> {
  await checkLogAccess(request, context);
  const { report } = await readReport(readQuery(context), context);
  return Response.json(report, { headers: { "cache-control": "no-store" } });
}

/** `GET /use.csv`: a header, then a row for each action and day on which it was used. */
export async function serveUseCsv(request: Request, context: RequestContext): Promise<Response> {
  await checkLogAccess(request, context);
  const titles = listTitles(context);
  const rows = joinRows(await readRows(readQuery(context), context, true)).map((row) => [
    ...[row.day, row.action, titles.get(row.action) ?? row.action, row.runs, row.failed, row.faults],
    Object.entries(row.codes)
      .map(([code, count]) => `${code} ${count}`)
      .join(" "),
    ...[row.tasks, row.medianMs ?? null, row.p95Ms ?? null, row.retries, row.undos],
  ]);
  const format = chooseCsvFormat(request.headers.get("accept-language"), context.reader.locale);
  return new Response(formatCsv([COLUMNS, ...rows], format), {
    headers: {
      "cache-control": "no-store",
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": 'attachment; filename="kitsu-actions-use.csv"',
    },
  });
}

function readQuery({ url }: RequestContext): Query {
  const given = [...url.searchParams].filter(([, value]) => value !== "");
  const parsed = v.safeParse(Query, Object.fromEntries(given));
  if (parsed.success) return parsed.output;
  const field = v.getDotPath(parsed.issues[0]) ?? "";
  throw new Failure("invalid-filter", {
    text:
      field === "days"
        ? message("run.filterNotState", { field, states: PERIODS })
        : message("run.filterTooLong", { field, limit: 80 }),
    advice: message("run.chooseOther"),
    field,
  });
}

const listTitles = ({ settings, reader }: RequestContext): ReadonlyMap<string, string> =>
  new Map(listActions(settings).map(({ id, title }) => [id, localize(title, reader)]));

async function readRows({ days, action }: Query, { env }: RequestContext, perDay: boolean) {
  const use = getActionUse(env);
  if (use === undefined) throw missingBinding("ACTION_USE", "ActionUse");
  return use.read({ from: firstDay(Number(days)), to: toDay(Date.now()), action, perDay }).catch(throwUnreachable);
}

async function readReport(
  query: Query,
  context: RequestContext,
): Promise<{ report: UseDocument; problem: string | undefined }> {
  const [total, perDay] = await Promise.all([readRows(query, context, false), readRows(query, context, true)]);
  const titles = listTitles(context);
  const wanted = query.action === "" ? titles : new Map([...titles].filter(([id]) => id === query.action));
  const period = { from: firstDay(Number(query.days)), to: toDay(Date.now()) };
  return { report: makeReport(wanted, { total, perDay, ...period }), problem: total.problem };
}
