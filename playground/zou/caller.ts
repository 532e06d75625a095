/** Who sent a request, by the session cookie or the token. If both are sent, the cookie counts. */
import { notLoggedIn } from "./answer.ts";
import type { Caller, Sessions } from "./state.ts";

export const COOKIE = "access_token_cookie";

export type Credentials = { cookie?: string | undefined; authorization?: string | undefined };

/** @throws a Refusal if no one is logged in */
export function readCaller({ cookie, authorization }: Credentials, sessions: Sessions): Caller {
  const caller = sessions.find(readCookie(cookie) ?? readBearer(authorization));
  if (!caller.person.active) throw notLoggedIn(401, "Token has been revoked");
  return caller;
}

function readCookie(header = ""): string | undefined {
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
