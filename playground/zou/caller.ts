/** Who asks: the session's cookie, or a token in the header. Where both are sent, the cookie counts. */
import type { IncomingHttpHeaders } from "node:http";
import { BOT, PERSONS, type Person } from "../data-people.ts";
import { notLoggedIn } from "./answer.ts";
import type { Claims, Tokens } from "./tokens.ts";

export const COOKIE = "access_token_cookie";

/** `claims` are of a session; the bot has none. */
export type Caller = { person: Person; claims?: Claims };

/** @throws a Refusal when nobody is logged in */
export function readCaller(headers: IncomingHttpHeaders, tokens: Tokens, botToken: string): Caller {
  const token = readCookie(headers.cookie) ?? readBearer(headers.authorization);
  if (botToken && token === botToken) return { person: BOT };
  const claims = tokens.read(token);
  const person = PERSONS.find(({ id }) => id === claims.sub);
  if (!person?.active) throw notLoggedIn(401, "Token has been revoked");
  return { person, claims };
}

export function readCookie(header = ""): string | undefined {
  const pairs = header.split(";").map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1) || undefined;
}

function readBearer(header = ""): string {
  const [scheme, token, more] = header.split(" ");
  if (scheme !== "Bearer") {
    const why = header
      ? "Missing 'Bearer' type in 'Authorization' header. Expected 'Authorization: Bearer <JWT>'"
      : "Missing Authorization Header";
    throw notLoggedIn(401, `Missing JWT in cookies or headers (Missing cookie "${COOKIE}"; ${why})`);
  }
  if (!token || more !== undefined) {
    throw notLoggedIn(422, "Bad Authorization header. Expected 'Authorization: Bearer <JWT>'");
  }
  return token;
}
