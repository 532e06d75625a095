// What is to be had of the log by HTTP: pages of it, as a page, JSON or CSV, and single runs.
import { csvFormatRows } from "d3-dsv";
import * as v from "valibot";
import type { Reply } from "../contract.ts";
import { listActions } from "./actions/index.ts";
import { answerJson, wantsPage } from "./answer.ts";
import { Failure } from "./failure.ts";
import { readFollowed } from "./follow.ts";
import { type LoggedRun, listRuns, type RunPage } from "./journal.ts";
import { checkLogAccess, mayReadLog } from "./log-access.ts";
import { findNow } from "./meet-run.ts";
import { renderGoing } from "./pages/going.ts";
import { renderLog } from "./pages/log.ts";
import { renderRun, renderRunState } from "./pages/run.ts";
import { renderSignIn } from "./pages/sign-in.ts";
import { countOutcomes } from "./pages/words.ts";
import { type Recorded, RUN_STATES } from "./record.ts";
import { offerAgain, readTime, runAt } from "./run.ts";
import type { Scene } from "./scene.ts";
import type { Settings } from "./settings.ts";

const PAGE_RUNS = 50;
const FILE_RUNS = 1_000;

const COLUMNS = [
  "at",
  "id",
  "action",
  "state",
  "title",
  "person",
  "email",
  "project",
  "tasks",
  "trust",
  "status",
  "tookMs",
  "url",
] as const;

/** A filter as forms send it: empty where it is not used. */
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

const Query = v.object({
  action: filter(v.pipe(v.string(), v.maxLength(80))),
  person: filter(v.pipe(v.string(), v.maxLength(254))),
  project: filter(v.pipe(v.string(), v.toLowerCase(), v.uuid("must be the id of a project"))),
  state: filter(v.picklist(RUN_STATES, `must be one of ${RUN_STATES.join(", ")}`)),
  day: filter(v.pipe(v.string(), v.isoDate("must be a day like 2026-11-23"))),
  cursor: filter(v.pipe(v.string(), v.maxLength(1_000))),
  limit: v.optional(v.pipe(v.string(), v.transform(Number), v.integer("must be a number"), v.minValue(1), v.maxValue(FILE_RUNS))),
});
export type Query = v.InferOutput<typeof Query>;

/** `/runs`: the page. Without the right to read it, the page that asks for the token. */
export async function serveLog(request: Request, scene: Scene): Promise<Response> {
  const { settings, base } = scene;
  if (settings.logToken !== undefined && !(await mayReadLog(request, settings))) return renderSignIn(settings);
  const { query, page } = await readPage(request, scene, PAGE_RUNS);
  const older = page.cursor === undefined ? undefined : nextUrl(request, page.cursor);
  return renderLog({ query, runs: page.runs, older, base, settings, actions: listActions(settings).map(({ id }) => id) });
}

/** `/runs.json`: `{runs, cursor}`; the next page is linked to as well. */
export async function serveLogJson(request: Request, scene: Scene): Promise<Response> {
  const { page } = await readPage(request, scene, PAGE_RUNS);
  const runs = page.runs.map((run) => toRow(run, scene.base));
  return Response.json({ runs, cursor: page.cursor }, { headers: fileHeaders(request, page) });
}

/** `/runs.csv`: a header line, then a line per run. */
export async function serveLogCsv(request: Request, scene: Scene): Promise<Response> {
  const { page } = await readPage(request, scene, FILE_RUNS);
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

/**
 * `/runs/:id`: one run. Its id is the right to its state as JSON, from any origin, without a word that may be personal; all that is known of
 * it is for those who may read the log.
 */
export async function serveRun(request: Request, id: string, scene: Scene): Promise<Response> {
  const { env, settings, base, url } = scene;
  const key = url.searchParams.get("key");
  if (key !== null && wantsPage(request)) {
    const { run, reply } = await readFollowed(id, key, scene);
    return renderGoing(run, reply, settings);
  }
  const { recorded, followed } = await findNow(env, settings, id, readTime(url));
  const isReader = await mayReadLog(request, settings);
  if (followed !== undefined && isReader && wantsPage(request)) return renderGoing(followed.run, followed.reply, settings);
  const state = describeState(recorded, settings);
  const run = offerAgain(base, recorded);
  if (wantsPage(request)) return isReader ? renderRun(recorded, run, settings) : renderRunState(recorded, state, run, settings);
  const response = isReader ? Response.json({ ...recorded, run }) : answerJson(run, state);
  response.headers.set("access-control-allow-origin", "*");
  response.headers.set("cache-control", "no-store");
  return response;
}

async function readPage(request: Request, { env, settings }: Scene, byDefault: number): Promise<{ query: Query; page: RunPage }> {
  await checkLogAccess(request, settings);
  const query = readQuery(request);
  const { cursor, limit = byDefault, ...filters } = query;
  return { query, page: await listRuns(env, filters, limit, cursor) };
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

const toRow = ({ at, ...run }: LoggedRun, base: string) => ({
  ...run,
  at: new Date(at).toISOString(),
  url: runAt(base, run.id, at).url,
});

/** A spreadsheet runs what begins like a formula, and anyone may put one into a title. */
const defuse = (cell: string | number) => (typeof cell === "string" && /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : String(cell));

const fileHeaders = (request: Request, { cursor }: RunPage): Record<string, string> => ({
  "cache-control": "no-store",
  ...(cursor !== undefined && { link: `<${nextUrl(request, cursor)}>; rel="next"` }),
});

function nextUrl(request: Request, cursor: string): string {
  const url = new URL(request.url);
  url.searchParams.set("cursor", cursor);
  return url.href;
}

/** The reply in our own words alone: what others wrote may name somebody. */
function describeState({ action: id, reply }: Recorded, settings: Settings): Reply {
  const title = listActions(settings).find((action) => action.id === id)?.title ?? id;
  const text = "outcomes" in reply && reply.outcomes ? countOutcomes(reply.outcomes) : undefined;
  switch (reply.kind) {
    case "done":
      return { kind: "done", severity: reply.severity, title, text };
    case "failed":
      return { kind: "failed", code: reply.code, retry: reply.retry, title, text };
    case "ask":
      return { kind: "ask", title, fields: [], submit: reply.submit };
    case "started":
      return { kind: "started", title, progress: reply.progress && { done: reply.progress.done, total: reply.progress.total } };
  }
}
