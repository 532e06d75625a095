// Makes the fixture of a run: its call as it arrived, and its reply, with people masked. It is a
// file for people outside the studio, too, so nothing personal leaves the worker.
import { FIXTURE_VERSION, type Fixture, type Input } from "../../contract.ts";
import { reopenKitsuFor } from "../access/kitsu-access.ts";
import { checkLogAccess } from "../access/log-access.ts";
import { findSessionToken } from "../access/person.ts";
import { Failure } from "../format/failure.ts";
import { type KnownPerson, maskPeople } from "../format/mask-people.ts";
import { message } from "../format/message.ts";
import { ENGLISH } from "../format/reader.ts";
import { showReply } from "../format/reply.ts";
import { decodeLink } from "../launch/decode-link.ts";
import { callFields } from "../pages/ask-page.ts";
import { type Call, findCallField } from "../request/call.ts";
import { MASK, maskSecrets } from "../request/mask-secrets.ts";
import type { RequestContext } from "../request/request-context.ts";
import { MORE_FIELDS } from "../request/request-snapshot.ts";
import { isOwnParameter, readTime } from "../storage/run-links.ts";
import type { RunRecord } from "../storage/run-record.ts";
import { findRun } from "./long-run/run-lookup.ts";
import { shorten } from "./response.ts";

type FixtureField = Fixture["request"]["fields"][number];

/** What an action may look at. Origin and Referer show which page of Kitsu it was. */
const HEADERS = ["accept-language", "content-type", "origin", "referer", "sec-ch-ua-platform", "user-agent"];

/** `GET /runs/:id/fixture.json`, for readers of the log. */
export async function serveFixture(request: Request, id: string, context: RequestContext): Promise<Response> {
  await checkLogAccess(request, context);
  const { env, settings, base, url } = context;
  const { record } = await findRun(env, settings, id, readTime(url));
  const fixture = makeFixture(record, base);
  const { person, call } = record;
  const caller = { id: person?.id ?? call?.person.id, email: call?.person.email, name: person?.name };
  const masked = maskPeople(fixture, caller, await listPeople(request, context));
  return new Response(`${JSON.stringify(masked, null, 2)}\n`, {
    headers: {
      "content-type": "application/json",
      "cache-control": "no-store",
      "content-disposition": `attachment; filename="${record.action}-${id.slice(0, 8)}.json"`,
    },
  });
}

/**
 * From the bot, or with the reader's own session in Kitsu. Without either, only the caller's name
 * is known. If Kitsu can't say, this fails: a fixture must not leave with names in it.
 */
async function listPeople(request: Request, context: RequestContext): Promise<KnownPerson[]> {
  const { settings, ctx } = context;
  const { signal } = request;
  const token = settings.kitsuToken === undefined ? findSessionToken(request, context) : undefined;
  const waitUntil = (work: Promise<unknown>) => ctx.waitUntil(work);
  const kitsu = reopenKitsuFor({ token }, { selection: [], settings, signal, waitUntil });
  const persons = (await kitsu?.tables.persons())?.values() ?? [];
  return [...persons].map(({ id, email, full_name: name }) => ({ id, email, name }));
}

/** Throws if there is no call to send again, as of an undo. */
function makeFixture(record: RunRecord, base: string): Fixture {
  const { id, at, action, call, arrived, person, selected, status, reply } = record;
  if (call?.changeOf !== undefined)
    throw new Failure("invalid-call", {
      text: message("runPage.changes"),
      advice: message("runPage.openEarlier"),
    });
  if (call === undefined)
    throw new Failure("invalid-call", { text: message("run.noCall"), advice: message("run.runAgainFromKitsu") });
  const types = new Map(selected?.tasks.map(({ id, path }) => [id, ENTITY_TYPE.exec(path)?.[1]]));
  const headers = arrived.headers.filter(([name]) => HEADERS.includes(name));
  return {
    fixture: FIXTURE_VERSION,
    action,
    recorded: { run: id, at: new Date(at).toISOString(), from: base },
    request: {
      method: arrived.method === "GET" ? "GET" : "POST",
      headers: Object.fromEntries(headers.map(([name, value]) => [name, value.replace(/; *boundary=.*/i, "")])),
      ...restoreFields(arrived, call),
      ...(call.choices && { choices: call.choices }),
      ...(call.plan !== undefined && { confirmed: true }),
    },
    person: { role: person?.role },
    tasks: call.selection.map((task) => ({ id: task, entityType: types.get(task) })),
    status,
    reply: maskLinks(showReply(shorten(reply), ENGLISH, base)),
  };
}

const ENTITY_TYPE = /\/(asset|shot|edit|sequence|episode)s\/(?:[^/]+\/)?tasks\//;

type Restored = Pick<Fixture["request"], "query" | "fields">;

/** The log has the fields as texts, long ones cut, and the answers to our questions in the call. */
function restoreFields({ method, path, headers, fields: all }: RunRecord["arrived"], call: LoggedCall): Restored {
  const sent = [...new URLSearchParams(path.split("?")[1])].filter(([name]) => !isOwnParameter(name));
  const isJson = headers.some(([name, value]) => name === "content-type" && /json/i.test(value));
  const restore = (fields: readonly (readonly [string, string])[], isBody: boolean) =>
    fields.flatMap(([name, value]) => restoreField(name, value, call, isJson && isBody));
  if (method === "GET") return { query: onlyTexts(restore(all, false)), fields: [] };
  // A retry arrives without the fields of the call that it repeats.
  const isRepeated = call.dialect === "repeated";
  const query = isRepeated ? Object.entries(call.params) : onlyTexts(restore(sent, false));
  const body = isRepeated ? Object.entries(callFields(call)) : all.slice(sent.length);
  const fields = restore(body, true);
  return { query, fields: isRepeated && call.input !== undefined ? [...fields, ...listAnswers(call.input)] : fields };
}

type LoggedCall = NonNullable<RunRecord["call"]> & Pick<Call, "input">;

function restoreField(name: string, value: string, call: LoggedCall, isJson: boolean): FixtureField[] {
  // The digest of a plan is good for one run only.
  if (value === MASK || name === MORE_FIELDS || name === "plan") return [];
  if (findCallField(name) === "selection") return [[name, isJson ? call.selection : call.selection.join(",")]];
  if (name === "input" && call.input !== undefined) return [[name, call.input]];
  if (isJson && value === "null") return [[name, null]];
  if (!CUT.test(value)) return [[name, value]];
  const answer = call.input?.[name.replace(/^input\./, "")];
  return typeof answer === "string" ? [[name, answer]] : [];
}

/** How `truncate` ends what it cuts. */
const CUT = /… \([\d,]+ characters\)$/;

const onlyTexts = (fields: readonly FixtureField[]) =>
  fields.flatMap(([name, value]): [string, string][] => (typeof value === "string" ? [[name, value]] : []));

const listAnswers = (input: Input): FixtureField[] =>
  Object.entries(input).map(([name, value]) => [`input.${name}`, value]);

/** Temporary links and the keys of runs give access. */
function maskLinks<T>(value: T): T {
  return JSON.parse(JSON.stringify(value), (_, member) =>
    typeof member === "string" ? maskSecrets(decodeLink(member)) : member,
  );
}
