// Who may read the log. It is personal data, so it is never public: a token from the environment is exchanged for a cookie that only
// our own pages are sent with. Without a token there is no log to read, except on localhost under `npm start`.
import { jwtVerify, SignJWT } from "jose";
import { Failure } from "../failure.ts";
import { randomHex } from "../format/hex.ts";
import { readFields } from "../request/body.ts";
import { checkOwnOrigin } from "../request/origin.ts";
import type { RequestContext } from "../request/request-context.ts";
import type { Env, Settings } from "../settings/settings.ts";

const COOKIE = "kitsu_actions_log";
const SIGNED_IN_S = 12 * 3_600;
const AUDIENCE = "log";

type LogContext = Pick<RequestContext, "env" | "settings">;

/** May this request read the log? A bearer token does as well as the cookie, for scripts. */
export async function mayReadLog(request: Request, { env, settings }: LogContext): Promise<boolean> {
  if (isCrossOrigin(request)) return false;
  if (isOpenLocally(request, settings)) return true;
  if (settings.logToken === undefined) return false;
  const [, bearer] = /^Bearer (.+)$/i.exec(request.headers.get("authorization") ?? "") ?? [];
  if (bearer !== undefined) return isSameSecret(bearer, settings.logToken);
  const cookie = readCookie(request);
  const session = cookie === undefined ? undefined : await readSession(cookie, settings.logToken);
  return session !== undefined && !(await isSignedOut(session, env));
}

/** Throws what to do unless the request may read the log. */
export async function checkLogAccess(request: Request, place: LogContext): Promise<void> {
  const { settings } = place;
  if (await mayReadLog(request, place)) return;
  if (settings.logToken !== undefined) {
    throw new Failure("sign-in-required", {
      text: "The log says who did what and when. It is for those who have its token.",
      advice: "Sign in, or send the token as a bearer token.",
    });
  }
  throw new Failure("log-closed", {
    text: "The log says who did what and when, so it is closed until it has a token.",
    advice: "Set one of 16 characters or more with: npx wrangler secret put LOG_TOKEN",
  });
}

/** Exchanges the token of the sign-in form for the cookie, and goes on to the log. */
export async function signIn(request: Request, settings: Settings): Promise<Response> {
  checkOwnOrigin(request, settings);
  const [, token] = (await readFields(request)).find(([name]) => name === "token") ?? [];
  if (
    settings.logToken === undefined ||
    typeof token !== "string" ||
    !(await isSameSecret(token.trim(), settings.logToken))
  ) {
    throw new Failure("sign-in-refused", {
      text: "The token is not the one this worker was given.",
      advice: "Go back and try again.",
    });
  }
  const cookie = await new SignJWT()
    .setProtectedHeader({ alg: "HS256" })
    .setAudience(AUDIENCE)
    .setJti(randomHex(16))
    .setIssuedAt()
    .setExpirationTime(`${SIGNED_IN_S}s`)
    .sign(new TextEncoder().encode(settings.logToken));
  return redirectToLog(request, settings, `${COOKIE}=${cookie}`, SIGNED_IN_S);
}

/** Has the browser forget the cookie, and ends its session: a copy of it opens nothing any more. */
export async function signOut(request: Request, { env, settings }: LogContext): Promise<Response> {
  checkOwnOrigin(request, settings);
  const cookie = readCookie(request);
  const session = cookie && settings.logToken && (await readSession(cookie, settings.logToken));
  if (session) await env.RUN_COORDINATORS?.getByName(session).voidAttempt("");
  return redirectToLog(request, settings, `${COOKIE}=`, 0);
}

function redirectToLog(request: Request, { basePath }: Settings, cookie: string, maxAgeS: number): Response {
  const secure = new URL(request.url).protocol === "https:" ? "; Secure" : "";
  return new Response(null, {
    status: 303,
    headers: {
      location: `${basePath}/runs`,
      "set-cookie": `${cookie}; Path=${basePath}/runs; Max-Age=${maxAgeS}; HttpOnly; SameSite=Strict${secure}`,
    },
  });
}

/** The name in the URL is checked because a page elsewhere can give localhost another name, but can't make us answer to it. */
function isOpenLocally(request: Request, settings: Settings): boolean {
  const site = request.headers.get("sec-fetch-site") ?? "none";
  const isOurs = site === "none" || site === "same-origin";
  const { hostname } = new URL(request.url);
  return (
    settings.isLocal &&
    settings.logToken === undefined &&
    isOurs &&
    ["localhost", "127.0.0.1", "[::1]"].includes(hostname)
  );
}

/** A page of another origin, Kitsu's own included: what it reads, all of its scripts do. */
function isCrossOrigin(request: Request): boolean {
  const origin = request.headers.get("origin");
  return origin !== null && origin !== new URL(request.url).origin;
}

const readCookie = (request: Request): string | undefined =>
  new RegExp(`(?:^|; )${COOKIE}=([^;]+)`).exec(request.headers.get("cookie") ?? "")?.[1];

/** The id of the session, where the cookie is ours and its time is not over. */
async function readSession(cookie: string, logToken: string): Promise<string | undefined> {
  try {
    const options = { audience: AUDIENCE, algorithms: ["HS256"], requiredClaims: ["jti", "exp"] };
    return (await jwtVerify(cookie, new TextEncoder().encode(logToken), options)).payload.jti;
  } catch {
    return undefined;
  }
}

/** It is void as a call is that was given up, in a Durable Object of the session's id, for a day: longer than it would have lasted. */
const isSignedOut = async (session: string, env: Env) =>
  (await env.RUN_COORDINATORS?.getByName(session).readPhase())?.state === "void";

/** Takes as long for a wrong token as for the right one. */
async function isSameSecret(candidate: string, expected: string): Promise<boolean> {
  const digest = (value: string) => crypto.subtle.digest("SHA-256", new TextEncoder().encode(value));
  return crypto.subtle.timingSafeEqual(await digest(candidate), await digest(expected));
}
