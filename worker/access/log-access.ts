// Takes a request and decides whether it may read the log. The log is personal data, so it is never
// public: people exchange a token from the environment for a cookie that browsers send only to our
// own pages. Without a token the log is closed, except on localhost under `npm start`.
import { jwtVerify, SignJWT } from "jose";
import { Failure } from "../format/failure.ts";
import { randomHex } from "../format/hex.ts";
import { message } from "../format/message.ts";
import { adviseSecret } from "../format/setting-problem.ts";
import { readFields } from "../request/body.ts";
import { checkOwnOrigin } from "../request/origin.ts";
import type { RequestContext } from "../request/request-context.ts";
import type { Env, Settings } from "../settings/settings.ts";

const COOKIE = "kitsu_actions_log";
/** The pages that the token opens. */
const PAGES = ["runs", "use", "doctor"] as const;
export type LogPage = (typeof PAGES)[number];
const SIGNED_IN_S = 12 * 3_600;
const AUDIENCE = "log";

type LogContext = Pick<RequestContext, "env" | "settings">;

/** Accepts the cookie, or the token as a bearer token for scripts. */
export async function mayReadLog(request: Request, { env, settings }: LogContext): Promise<boolean> {
  if (isCrossOrigin(request)) return false;
  if (isOpenLocally(request, settings)) return true;
  if (settings.logToken === undefined) return false;
  const [, bearer] = /^Bearer (.+)$/i.exec(request.headers.get("authorization") ?? "") ?? [];
  if (bearer !== undefined) return isLogToken(bearer, settings.logToken);
  const cookie = readCookie(request);
  const session = cookie === undefined ? undefined : await readSession(cookie, settings.logToken);
  return session !== undefined && !(await isSignedOut(session, env));
}

/** Throws unless the request may read the log. The failure says how to get access. */
export async function checkLogAccess(request: Request, context: LogContext): Promise<void> {
  const { settings } = context;
  if (await mayReadLog(request, context)) return;
  if (settings.logToken !== undefined) {
    throw new Failure("sign-in-required", {
      text: message("access.needsToken"),
      advice: message("access.signIn"),
    });
  }
  throw new Failure("log-closed", {
    text: message("access.closed"),
    advice: adviseSecret("LOG_TOKEN", message("access.setLogToken")),
  });
}

/** Exchanges the token in the sign-in form for the cookie, and redirects to the page that asked. */
export async function signIn(request: Request, settings: Settings): Promise<Response> {
  checkOwnOrigin(request, settings);
  const fields = new Map(await readFields(request));
  const token = fields.get("token");
  if (
    settings.logToken === undefined ||
    typeof token !== "string" ||
    !(await isLogToken(token.trim(), settings.logToken))
  ) {
    throw new Failure("sign-in-refused", {
      text: message("access.wrongToken"),
      advice: message("access.goBack"),
    });
  }
  const cookie = await new SignJWT()
    .setProtectedHeader({ alg: "HS256" })
    .setAudience(AUDIENCE)
    .setJti(randomHex(16))
    .setIssuedAt()
    .setExpirationTime(`${SIGNED_IN_S}s`)
    .sign(new TextEncoder().encode(listTokens(settings.logToken)[0]));
  const page = PAGES.find((one) => one === fields.get("page"));
  return redirect(request, settings, { cookie: `${COOKIE}=${cookie}`, maxAgeS: SIGNED_IN_S, page });
}

/** Deletes the cookie and ends its session, so that copies of it are void, too. */
export async function signOut(request: Request, { env, settings }: LogContext): Promise<Response> {
  checkOwnOrigin(request, settings);
  const cookie = readCookie(request);
  const session = cookie && settings.logToken && (await readSession(cookie, settings.logToken));
  if (session) await env.RUN_COORDINATORS?.getByName(session).voidAttempt("");
  return redirect(request, settings, { cookie: `${COOKIE}=`, maxAgeS: 0 });
}

/** For people who reload the page that answered the form, or open its address. */
export const returnToLog = ({ settings }: LogContext): Response =>
  new Response(null, { status: 303, headers: { location: `${settings.basePath}/runs` } });

type Redirection = { cookie: string; maxAgeS: number; page?: LogPage | undefined };

function redirect(request: Request, { basePath }: Settings, { cookie, maxAgeS, page = "runs" }: Redirection): Response {
  const secure = new URL(request.url).protocol === "https:" ? "; Secure" : "";
  return new Response(null, {
    status: 303,
    headers: {
      location: `${basePath}/${page}`,
      "set-cookie": `${cookie}; Path=${basePath || "/"}; Max-Age=${maxAgeS}; HttpOnly; SameSite=Strict${secure}`,
    },
  });
}

/**
 * Checks the host name, too: a foreign page can point a name of its own at localhost (DNS
 * rebinding).
 */
function isOpenLocally(request: Request, settings: Settings): boolean {
  const site = request.headers.get("sec-fetch-site") ?? "none";
  const isOwnPage = site === "none" || site === "same-origin";
  const { hostname } = new URL(request.url);
  return (
    settings.isLocal &&
    settings.logToken === undefined &&
    isOwnPage &&
    ["localhost", "127.0.0.1", "[::1]"].includes(hostname)
  );
}

/** Another origin, including Kitsu's: whatever a page reads, all of its scripts can read. */
function isCrossOrigin(request: Request): boolean {
  const origin = request.headers.get("origin");
  return origin !== null && origin !== new URL(request.url).origin;
}

const readCookie = (request: Request): string | undefined =>
  new RegExp(`(?:^|; )${COOKIE}=([^;]+)`).exec(request.headers.get("cookie") ?? "")?.[1];

/** The id of the session, if the cookie is ours and not expired. */
async function readSession(cookie: string, logToken: string): Promise<string | undefined> {
  const options = { audience: AUDIENCE, algorithms: ["HS256"], requiredClaims: ["jti", "exp"] };
  for (const token of listTokens(logToken)) {
    const verified = await jwtVerify(cookie, new TextEncoder().encode(token), options).catch(() => undefined);
    if (verified !== undefined) return verified.payload.jti;
  }
  return undefined;
}

/**
 * LOG_TOKEN is one token, or the new and the old one while it is replaced. Words of a passphrase
 * are too short for tokens.
 */
function listTokens(logToken: string): string[] {
  const tokens = logToken.split(/\s+/);
  return tokens.every((token) => token.length >= TOKEN_LEAST_CHARS) ? tokens : [logToken];
}

const TOKEN_LEAST_CHARS = 16;

const isLogToken = async (candidate: string, logToken: string): Promise<boolean> =>
  (await Promise.all(listTokens(logToken).map((token) => isSameSecret(candidate, token)))).includes(true);

/**
 * A session is revoked like a call is voided: in a Durable Object of its id, for a day. It would
 * expire sooner.
 */
const isSignedOut = async (session: string, env: Env) =>
  (await env.RUN_COORDINATORS?.getByName(session).readPhase())?.state === "void";

/** Compares in constant time. */
async function isSameSecret(candidate: string, expected: string): Promise<boolean> {
  const digest = (value: string) => crypto.subtle.digest("SHA-256", new TextEncoder().encode(value));
  return crypto.subtle.timingSafeEqual(await digest(candidate), await digest(expected));
}
