// What is to be had of the log by HTTP: pages of it, as a page, JSON or CSV, and single runs.
import { csvFormatRows } from "d3-dsv";
import * as v from "valibot";
import { type Reply, RunId } from "../contract.ts";
import { listActions } from "./actions/index.ts";
import { answerCall, answerJson, wantsPage } from "./answer.ts";
import { meetConversation } from "./conversation.ts";
import { Failure } from "./failure.ts";
import { readFollowed } from "./follow.ts";
import { type LoggedRun, listRuns, type RunPage, unknownRun } from "./journal.ts";
import { checkLogAccess, mayReadLog } from "./log-access.ts";
import { findNow } from "./meet-run.ts";
import { checkOrigin } from "./origin.ts";
import { renderGoing } from "./pages/going.ts";
import { renderLog } from "./pages/log.ts";
import { renderRun, renderRunState } from "./pages/run.ts";
import { renderSignIn } from "./pages/sign-in.ts";
import { describeState, withoutNames } from "./public-state.ts";
import { RUN_STATES } from "./record.ts";
import type { RunState } from "./registry.ts";
import { offerAgain, readAttempt, readTime, runAt } from "./run.ts";
import type { Scene } from "./scene.ts";
import type { Env } from "./settings.ts";

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
  limit: v.optional(
    v.pipe(v.string(), v.regex(/^\d{1,6}$/, "must be a whole number"), v.transform(Number), v.minValue(1), v.maxValue(FILE_RUNS)),
  ),
});
export type Query = v.InferOutput<typeof Query>;

/** `/runs`: the page. Without the right to read it, the page that asks for the token. */
export async function serveLog(request: Request, scene: Scene): Promise<Response> {
  const { settings, base } = scene;
  if (settings.logToken !== undefined && !(await mayReadLog(request, scene))) return renderSignIn(settings);
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
 * `/runs/:id`: one run. Its id is the right to its state, as JSON from any origin, without a word that may be personal; all that is known of it is for
 * those who may read the log, on our own pages.
 */
export async function serveRun(request: Request, id: string, scene: Scene): Promise<Response> {
  const { env, settings, base, url } = scene;
  const key = url.searchParams.get("key");
  if (key !== null && wantsPage(request)) {
    const { run, reply } = await readFollowed(id, key, scene);
    return renderGoing(run, reply, settings);
  }
  const isReader = await mayReadLog(request, scene);
  const attempt = readAttempt(url);
  const known = await readState(env, id, attempt);
  const told = describeState(known, settings);
  if (told instanceof Failure) throw told;
  if (told !== undefined) return answerState(request, scene, id, known, told);
  if (known.state === "unknown" && attempt !== undefined) throw unknownRun(settings);
  if (known.state === "over" && known.reply.kind !== "started" && !isReader && !wantsPage(request)) {
    return answerState(request, scene, id, known, known.reply);
  }
  const { recorded, followed } = await findNow(env, settings, id, readTime(url) ?? timeOf(known));
  if (followed !== undefined && isReader && wantsPage(request)) return renderGoing(followed.run, followed.reply, settings);
  const state = withoutNames(recorded.reply, recorded.action, settings);
  const run = offerAgain(base, recorded);
  if (wantsPage(request)) return isReader ? renderRun(recorded, run, settings) : renderRunState(recorded, state, run, settings);
  const response = isReader ? Response.json({ ...recorded, run }) : answerJson(run, state);
  response.headers.set("cache-control", "no-store");
  return response;
}

/** `POST /runs/:id/void`: whoever lost a call makes sure that it is not run any more, and is told how the run stands where it was. */
export async function voidRun(request: Request, id: string, scene: Scene): Promise<Response> {
  const { env, settings, url } = scene;
  checkOrigin(request, settings);
  if (!v.is(RunId, id)) throw unknownRun(settings);
  const known = await meetConversation(env, id).void(readAttempt(url) ?? "");
  if (known.state === "over") return answerState(request, scene, id, known, known.reply);
  const told = describeState(known, settings);
  if (told === undefined || told instanceof Failure) throw told ?? unknownRun(settings);
  return answerState(request, scene, id, known, told);
}

async function readState(env: Env, id: string, attempt: string | undefined): Promise<RunState> {
  if (env.CONVERSATIONS === undefined || !v.is(RunId, id)) return { state: "unknown" };
  return meetConversation(env, id).state(attempt);
}

const timeOf = (known: RunState) => ("at" in known ? known.at : undefined);

function answerState(request: Request, { base, settings }: Scene, id: string, known: RunState, reply: Reply): Response {
  const at = timeOf(known) ?? Date.now();
  const run = { ...runAt(base, id, at), ...(known.state === "over" && known.offers) };
  return answerCall(request, { run, reply }, settings);
}

async function readPage(request: Request, scene: Scene, byDefault: number): Promise<{ query: Query; page: RunPage }> {
  await checkLogAccess(request, scene);
  const query = readQuery(request);
  const { cursor, limit = byDefault, ...filters } = query;
  return { query, page: await listRuns(scene.env, filters, limit, cursor) };
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
