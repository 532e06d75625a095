/** Log in, log out, and whose session it is. */
import * as v from "valibot";
import { type Answer, invalid, ok, Refusal } from "./answer.ts";
import { COOKIE } from "./caller.ts";
import { fullPerson, type Person } from "./person-rows.ts";
import { parseJson, type ZouRequest } from "./request.ts";
import { isAdmin } from "./rights.ts";
import type { Sessions, State } from "./state.ts";

/** The same for everyone. */
const PASSWORD = "playground";
const YEAR_S = 31_540_000;

/** Here a body that isn't JSON counts as incomplete. */
const Members = v.fallback(v.object({ email: v.optional(v.unknown()), password: v.optional(v.unknown()) }), {});

export function readAuthenticated({ state, caller: { person } }: ZouRequest): Answer {
  const user = { ...fullPerson(person), fido_devices: [] };
  return ok({ authenticated: true, user, organisation: organisationFor(state, person) });
}

/** Administrators also get the studio's chat tokens. */
const organisationFor = ({ tables }: State, person: Person) => ({
  ...tables.organisation,
  ...(isAdmin(person) && { chat_token_slack: "", chat_webhook_mattermost: "", chat_token_discord: "" }),
});

/** Programs get only tokens; browsers get cookies, too. */
export function logIn({ state, body, userAgent }: Omit<ZouRequest, "caller">): Answer {
  const members = v.parse(Members, parseJson(body));
  const email = v.safeParse(v.string(), members.email);
  if (!email.success)
    throw invalid("email", members.email === undefined ? "Field required" : "Input should be a valid string");
  const person = state.persons.find((person) => person.email === email.output.toLowerCase() && !person.is_bot);
  if (!person || members.password !== PASSWORD)
    throw new Refusal(400, { login: false, message: "Wrong email or password." });
  if (!person.active) {
    const message = "User is unactive, he cannot log in.";
    throw new Refusal(401, { error: true, login: false, unactive: true, message });
  }
  const session = openSession(state.sessions, person);
  const answer = ok({
    user: fullPerson(person),
    organisation: organisationFor(state, person),
    login: true,
    access_token: session.access,
    refresh_token: session.refresh,
  });
  return /Mozilla\//.test(userAgent) ? { ...answer, cookies: session.cookies } : answer;
}

export function logOut({ state, caller: { sessionId } }: ZouRequest): Answer {
  if (sessionId !== undefined) state.sessions.end(sessionId);
  return { ...ok({ logout: true }), cookies: cookies("", "", "Expires=Thu, 01 Jan 1970 00:00:00 GMT") };
}

/** A session, and the cookies that hold it. */
export function openSession(sessions: Sessions, person: Person) {
  const { access, refresh } = sessions.open(person);
  const expires = new Date(Date.now() + YEAR_S * 1_000).toUTCString();
  return { access, refresh, cookies: cookies(access, refresh, `Expires=${expires}; Max-Age=${YEAR_S}`) };
}

/** As in the real Zou, the second path lacks the proxy's /api, so browsers never send it back. */
const cookies = (access: string, refresh: string, life: string): string[] => [
  `${COOKIE}=${access}; ${life}; HttpOnly; Path=/; SameSite=Lax`,
  `refresh_token_cookie=${refresh}; ${life}; HttpOnly; Path=/auth/refresh-token; SameSite=Lax`,
];
