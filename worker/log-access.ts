// Who may read the log. It is personal data, so it is never public: a token from the environment is exchanged for a cookie that only
// our own pages are sent with. Without a token there is no log to read, except on localhost under `npm start`.
import { jwtVerify, SignJWT } from "jose";
import { readFields } from "./body.ts";
import { Failure } from "./failure.ts";
import { checkOwnOrigin } from "./origin.ts";
import type { Settings } from "./settings.ts";

const COOKIE = "kitsu_actions_log";
const SIGNED_IN_S = 12 * 3_600;
const AUDIENCE = "log";

/** May this request read the log? A bearer token does as well as the cookie, for scripts. */
export async function mayReadLog(request: Request, settings: Settings): Promise<boolean> {
  if (isOpenLocally(request, settings)) return true;
  if (settings.logToken === undefined) return false;
  const [, bearer] = /^Bearer (.+)$/i.exec(request.headers.get("authorization") ?? "") ?? [];
  if (bearer !== undefined) return isSame(bearer, settings.logToken);
  const [, cookie] = new RegExp(`(?:^|; )${COOKIE}=([^;]+)`).exec(request.headers.get("cookie") ?? "") ?? [];
  return cookie !== undefined && (await isSignedIn(cookie, settings.logToken));
}

/** Throws what to do unless the request may read the log. */
export async function checkLogAccess(request: Request, settings: Settings): Promise<void> {
  if (await mayReadLog(request, settings)) return;
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
  if (settings.logToken === undefined || typeof token !== "string" || !(await isSame(token.trim(), settings.logToken))) {
    throw new Failure("sign-in-refused", {
      text: "The token is not the one this worker was given.",
      advice: "Go back and try again.",
    });
  }
  const cookie = await new SignJWT()
    .setProtectedHeader({ alg: "HS256" })
    .setAudience(AUDIENCE)
    .setIssuedAt()
    .setExpirationTime(`${SIGNED_IN_S}s`)
    .sign(new TextEncoder().encode(settings.logToken));
  return goToLog(request, settings, `${COOKIE}=${cookie}`, SIGNED_IN_S);
}

/** Forgets the cookie. */
export function signOut(request: Request, settings: Settings): Response {
  checkOwnOrigin(request, settings);
  return goToLog(request, settings, `${COOKIE}=`, 0);
}

function goToLog(request: Request, { basePath }: Settings, cookie: string, maxAgeS: number): Response {
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
  return settings.isLocal && settings.logToken === undefined && isOurs && ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
}

async function isSignedIn(cookie: string, logToken: string): Promise<boolean> {
  try {
    await jwtVerify(cookie, new TextEncoder().encode(logToken), { audience: AUDIENCE, algorithms: ["HS256"] });
    return true;
  } catch {
    return false;
  }
}

/** Takes as long for a wrong token as for the right one. */
async function isSame(candidate: string, expected: string): Promise<boolean> {
  const digest = (value: string) => crypto.subtle.digest("SHA-256", new TextEncoder().encode(value));
  return crypto.subtle.timingSafeEqual(await digest(candidate), await digest(expected));
}
