// Takes a request and its call, and returns the person who is calling and how surely we know it.
// What a call says about its person is only a claim; Zou or Cloudflare Access can confirm it.
import { createRemoteJWKSet, errors, jwtVerify } from "jose";
import * as v from "valibot";
import { Failure } from "../format/failure.ts";
import { message } from "../format/message.ts";
import { type Call, findUnreadableId, isSameClaim, unreadableId } from "../request/call.ts";
import type { RequestContext } from "../request/request-context.ts";
import { readPerson } from "../services/team.ts";
import { openZou, type Zou } from "../services/zou.ts";
import { ZouPerson } from "../services/zou-objects.ts";
import type { Settings } from "../settings/settings.ts";
import type { Trust } from "../settings/trust.ts";

/** What we know of a person. `id` and `role` may be absent only if nothing was checked. */
export type Person = {
  trust: Trust;
  id?: string | undefined;
  name: string;
  email?: string | undefined;
  /** in the studio; a project may override it */
  role?: ZouPerson["role"] | undefined;
  departments: readonly string[];
  /** as Zou writes it: "fr_FR" */
  locale?: string | undefined;
  /** "Europe/Paris" */
  timeZone?: string | undefined;
  /** the token of the person's session in Zou: requests with it act as the person */
  token?: string | undefined;
  /** why there is no session although the worker is on Kitsu's host, where browsers send it */
  sessionProblem?: "expired" | "missing" | undefined;
};

/** What may be logged about a person: never the token. */
export const describePerson = ({ trust, id, name, role }: Person) => ({ trust, id, name, role });

const SESSION_COOKIE = /(?:^|;\s*)access_token_cookie=([^;]+)/;
const ACCESS_HEADER = "cf-access-jwt-assertion";

/**
 * Identifies the person with the highest trust that this request allows. An invalid id fails the
 * call only if nothing else identifies the person: a session or Access does without it.
 */
export async function identify(
  request: Request,
  call: Pick<Call, "person" | "ignored">,
  context: Pick<RequestContext, "settings" | "url">,
  signal: AbortSignal,
): Promise<Person> {
  const { settings } = context;
  const token = findSessionToken(request, context);
  const session = token && (await readSessionPerson(token, settings, signal));
  if (session) return verifyPerson(session, call, "session", token);
  const bot = settings.kitsuToken === undefined ? undefined : openZou(settings.kitsuApi, settings.kitsuToken, signal);
  const assertion = request.headers.get(ACCESS_HEADER);
  if (settings.access !== undefined && assertion !== null && bot !== undefined) {
    const email = await verifyAccess(assertion, settings.access);
    return verifyPerson(await findByEmail(bot, email), call, "access");
  }
  const { id, email } = call.person;
  const unreadable = findUnreadableId(call);
  if (unreadable !== undefined && id === undefined && (bot !== undefined || email === undefined))
    throw unreadableId(unreadable);
  const sessionProblem = isOnKitsuHost(context) ? (token === undefined ? "missing" : "expired") : undefined;
  if (bot !== undefined && id !== undefined)
    return { ...verifyPerson(await readPerson(bot, id), call, "claimed"), sessionProblem };
  return { trust: "unchecked", id, name: email ?? "", email, departments: [], sessionProblem };
}

const isOnKitsuHost = ({ settings, url }: Pick<RequestContext, "settings" | "url">) =>
  settings.kitsuOrigins.includes(url.origin);

/**
 * The token of the person's session in Zou. Browsers send it only if the worker is on Kitsu's own
 * host. On another host, a cookie of that name is not Kitsu's, and Kitsu's cookie goes only to
 * Kitsu.
 */
export const findSessionToken = (request: Request, context: Pick<RequestContext, "settings" | "url">) =>
  isOnKitsuHost(context) ? SESSION_COOKIE.exec(request.headers.get("cookie") ?? "")?.[1] : undefined;

/** Is the call to be checked with Cloudflare Access? */
export const sendsAccess = (request: Request, { access }: Settings) =>
  access !== undefined && request.headers.has(ACCESS_HEADER);

const Authenticated = v.object({ user: ZouPerson });

/** The person whose session it is. Undefined if it has expired. */
async function readSessionPerson(
  token: string,
  settings: Settings,
  signal: AbortSignal,
): Promise<ZouPerson | undefined> {
  try {
    return (await openZou(settings.kitsuApi, token, signal, "person").read("/auth/authenticated", Authenticated)).user;
  } catch (thrown) {
    if (thrown instanceof Failure && thrown.code === "kitsu-token-refused") return undefined;
    throw thrown;
  }
}

/** The keys of each team, fetched on demand and again after a rotation. */
const keySets = new Map<string, ReturnType<typeof createRemoteJWKSet>>();

/** The verified e-mail in a token of Cloudflare Access. */
async function verifyAccess(
  assertion: string,
  { team, audience }: { team: string; audience: string },
): Promise<string> {
  const jwks = keySets.get(team) ?? createRemoteJWKSet(new URL(`${team}/cdn-cgi/access/certs`));
  keySets.set(team, jwks);
  try {
    const { payload } = await jwtVerify(assertion, jwks, {
      issuer: team,
      audience,
      algorithms: ["RS256", "ES256"],
      requiredClaims: ["exp"],
    });
    return v.parse(v.pipe(v.string(), v.minLength(3)), payload.email);
  } catch (cause) {
    if (TOKEN_ERRORS.some((error) => cause instanceof error)) throw personNotAccepted(cause);
    throw new Failure("access-unreachable", {
      text: message("access.keysUnavailable"),
      advice: message("access.checkAccessTeam"),
      retry: true,
      cause,
    });
  }
}

/** The token itself is invalid. Any other error means that the keys could not be fetched. */
const TOKEN_ERRORS = [
  errors.JWTClaimValidationFailed,
  errors.JWTExpired,
  errors.JWTInvalid,
  errors.JWSInvalid,
  errors.JWSSignatureVerificationFailed,
  errors.JOSEAlgNotAllowed,
  errors.JOSENotSupported,
  errors.JWKSNoMatchingKey,
  errors.JWKSMultipleMatchingKeys,
  v.ValiError,
];

/**
 * Zou compares e-mails without case, and hides them from a bot that is not a manager. Bots are
 * skipped: Kitsu's dialog fills in the e-mail of the administrator who creates one.
 */
async function findByEmail(bot: Zou, email: string): Promise<ZouPerson | undefined> {
  const found = await bot.read(`/data/persons?email=${encodeURIComponent(email)}&relations=true`, v.array(ZouPerson));
  const [person, another] = found.filter(({ is_bot }) => !is_bot);
  return another === undefined ? person : undefined;
}

/**
 * Throws unless the person in Zou is active, not a bot, and the one the call names. The reason goes
 * to the log only: the reply is always the same.
 */
function verifyPerson(found: ZouPerson | undefined, call: Pick<Call, "person">, trust: Trust, token?: string): Person {
  const claimed = call.person;
  if (found === undefined) throw personNotAccepted("There is no such person in Kitsu");
  if (!found.active || found.is_bot) throw personNotAccepted(`${found.id} is ${found.is_bot ? "a bot" : "not active"}`);
  if (claimed.id !== undefined && claimed.id !== found.id)
    throw personNotAccepted(`Mismatch: the call names ${claimed.id}, the ${trust} is of ${found.id}`);
  if (claimed.email !== undefined && found.email !== undefined && !isSameClaim(claimed.email, found.email.trim())) {
    throw personNotAccepted(`Mismatch: the call names ${claimed.email}, Kitsu has another e-mail for ${found.id}`);
  }
  return {
    trust,
    id: found.id,
    name: found.full_name,
    email: found.email ?? claimed.email,
    role: found.role,
    departments: found.departments,
    locale: found.locale,
    timeZone: found.timezone,
    token,
  };
}

function personNotAccepted(cause: unknown): Failure {
  return new Failure("person-not-accepted", {
    text: message("access.notConfirmed"),
    advice: message("access.logInAgain"),
    cause,
  });
}
