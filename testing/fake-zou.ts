// The playground's Zou without a server: it answers the requests of fetch. Its rules are in
// playground/zou/.
import { type Answer, notFound, notLoggedIn } from "../playground/zou/answer.ts";
import type { Person } from "../playground/zou/person-rows.ts";
import { parseJson, readUpload } from "../playground/zou/request.ts";
import { respond } from "../playground/zou/respond.ts";
import { emptyState, type State, type Tables } from "../playground/zou/state.ts";

/** A request that the Zou got. `path` is below "/api", with its query. */
export type ZouRequest = { method: string; path: string; token: string; body: unknown };

/** Zou's tables and people, which a test may change. */
export type FakeZou = Omit<State, "sessions"> & {
  /** people by their tokens */
  sessions: Map<string, Person>;
  /** in order */
  requests: ZouRequest[];
  /** given instead of the Zou's answers, one per request, as long as there are some */
  next: (Response | Error)[];
  /** paths of routes that this version does not have */
  lacks: RegExp[];
  answer(request: Request): Promise<Response>;
};

/** The token of a person's session. */
export const sessionOf = ({ id }: Pick<Person, "id">) => `session-${id}`;

type Given = { persons: readonly Person[]; tables: Tables; bot: { person: Person; token: string } };

export function makeFakeZou({ persons, tables, bot }: Given): FakeZou {
  const sessions = new Map(persons.map((person) => [sessionOf(person), person]));
  const find = (token: string) => {
    const person = token === bot.token ? bot.person : sessions.get(token);
    if (person) return { person };
    throw token === "garbled" ? notLoggedIn(422, "Not enough segments") : notLoggedIn(401, "Token has been revoked");
  };
  const unused = () => {
    throw new Error("No test logs in");
  };
  const state = emptyState({ sessions: { find, open: unused, end: unused }, persons, tables });
  const zou: FakeZou = { ...state, sessions, requests: [], next: [], lacks: [], answer };
  return zou;

  async function answer(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const { method, headers } = request;
    // What precedes "/api" separates tests: the worker caches by address.
    const pathname = url.pathname.replace(/^.*?\/api/, "");
    const isForm = headers.get("content-type")?.startsWith("multipart/form-data");
    const form = isForm ? await request.formData().catch(() => undefined) : undefined;
    const body = isForm || method === "GET" ? "" : await request.text();
    const authorization = headers.get("authorization") ?? undefined;
    const token = authorization?.replace("Bearer ", "") ?? "";
    const target = `${pathname}${url.search}`;
    zou.requests.push({ method, path: target, token, body: form ?? parseJson(body) });
    if (request.signal.aborted) throw request.signal.reason;
    const instead = zou.next.shift();
    if (instead instanceof Error) throw instead;
    if (instead !== undefined) return instead;
    if (zou.lacks.some((route) => route.test(pathname))) return toResponse(notFound().answer);
    Object.assign(state, { version: zou.version, now: zou.now });
    const file = await readUpload(form);
    return toResponse(respond(state, { method, target: target || "/", body, file, authorization }));
  }
}

function toResponse({ status, body, type = "application/json", headers }: Answer): Response {
  if (body === undefined) return new Response(null, { status });
  const content = typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body);
  return new Response(content, { status, headers: { "content-type": type, ...headers } });
}
