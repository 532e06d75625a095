/** Logging in and out, and who one is. */
import * as v from "valibot";
import { PERSONS, type Person } from "../data-people.ts";
import { type Answer, invalid, ok, Refusal } from "./answer.ts";
import { COOKIE } from "./caller.ts";
import { fullPerson } from "./person-rows.ts";
import type { ZouRequest } from "./request.ts";
import { organisationFor } from "./table-rows.ts";
import type { Tokens } from "./tokens.ts";

/** Everybody's. */
const PASSWORD = "playground";
const YEAR_S = 31_540_000;

/** Here what is no JSON is only incomplete. */
const Members = v.fallback(v.object({ email: v.optional(v.unknown()), password: v.optional(v.unknown()) }), {});

export function readAuthenticated({ caller: { person } }: ZouRequest): Answer {
  const user = { ...fullPerson(person), fido_devices: [] };
  return ok({ authenticated: true, user, organisation: organisationFor(person) });
}

/** Programs get tokens only; browsers get cookies too. */
export function logIn({ state, body, userAgent }: Omit<ZouRequest, "caller">): Answer {
  const members = v.parse(Members, parseJson(body));
  const email = v.safeParse(v.string(), members.email);
  if (!email.success)
    throw invalid("email", members.email === undefined ? "Field required" : "Input should be a valid string");
  const person = PERSONS.find((person) => person.email === email.output.toLowerCase() && !person.is_bot);
  if (!person || members.password !== PASSWORD)
    throw new Refusal(400, { login: false, message: "Wrong email or password." });
  if (!person.active) {
    const message = "User is unactive, he cannot log in.";
    throw new Refusal(401, { error: true, login: false, unactive: true, message });
  }
  const session = openSession(state.tokens, person);
  const answer = ok({
    user: fullPerson(person),
    organisation: organisationFor(person),
    login: true,
    access_token: session.access,
    refresh_token: session.refresh,
  });
  return /Mozilla\//.test(userAgent) ? { ...answer, cookies: session.cookies } : answer;
}

export function logOut({ state, caller: { claims } }: ZouRequest): Answer {
  if (claims) state.tokens.revoke(claims);
  return { ...ok({ logout: true }), cookies: cookies("", "", "Expires=Thu, 01 Jan 1970 00:00:00 GMT") };
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** A session and the cookies that hold it. */
export function openSession(tokens: Tokens, { id }: Person): { access: string; refresh: string; cookies: string[] } {
  const access = tokens.issue(id, "access");
  const refresh = tokens.issue(id, "refresh");
  const expires = new Date(Date.now() + YEAR_S * 1_000).toUTCString();
  return { access, refresh, cookies: cookies(access, refresh, `Expires=${expires}; Max-Age=${YEAR_S}`) };
}

/** The path of the second lacks the proxy's /api, so no browser ever sends it back: so in the real Zou. */
const cookies = (access: string, refresh: string, life: string): string[] => [
  `${COOKIE}=${access}; ${life}; HttpOnly; Path=/; SameSite=Lax`,
  `refresh_token_cookie=${refresh}; ${life}; HttpOnly; Path=/auth/refresh-token; SameSite=Lax`,
];
