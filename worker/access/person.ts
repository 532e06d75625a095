// Who is calling, and how surely we know it. Everything a call says about its person is a claim; this asks whoever can know.
import { createRemoteJWKSet, errors, jwtVerify } from "jose";
import * as v from "valibot";
import { Failure } from "../failure.ts";
import { type Call, findUnreadableId, isSameClaim, unreadableId } from "../request/call.ts";
import type { RequestContext } from "../request/request-context.ts";
import { type Kitsu, openKitsu } from "../services/kitsu.ts";
import { readPerson } from "../services/team.ts";
import { openZou, type Zou } from "../services/zou.ts";
import { ZouPerson } from "../services/zou-objects.ts";
import type { Settings } from "../settings/settings.ts";
import type { Trust } from "../settings/trust.ts";

/** A person as far as we know them; `id` and `role` are absent only where nothing was checked. */
export type Person = {
  trust: Trust;
  id?: string | undefined;
  name: string;
  email?: string | undefined;
  /** in the studio; a project may give another one */
  role?: ZouPerson["role"] | undefined;
  departments: readonly string[];
  /** Zou's token of the person's session: what is done with it is done by the person */
  token?: string | undefined;
  /** why there is none where Kitsu's session should come along: it is over, or none came */
  sessionProblem?: "over" | "none" | undefined;
};

/** What may be written down of a person: everything but the token. */
export const describePerson = ({ trust, id, name, role }: Person) => ({ trust, id, name, role });

/** Kitsu as this person may see it: with their own session where it came along, else with the bot's account, else not at all. */
export const openKitsuFor = (
  person: Person,
  selection: readonly string[],
  settings: Settings,
  signal: AbortSignal,
): Kitsu | undefined =>
  person.trust === "unchecked" ? undefined : reopenKitsuFor(person, selection, settings, signal);

/** The same long after the call, by which it is known who may. */
export function reopenKitsuFor(
  { id, token }: Pick<Person, "id" | "token">,
  selection: readonly string[],
  { kitsuApi, kitsuToken }: Settings,
  signal: AbortSignal,
): Kitsu | undefined {
  if (token !== undefined) return openKitsu(openZou(kitsuApi, token, signal, "person"), `${kitsuApi} ${id}`, selection);
  return kitsuToken === undefined
    ? undefined
    : openKitsu(openZou(kitsuApi, kitsuToken, signal), `${kitsuApi} bot`, selection);
}

const SESSION_COOKIE = /(?:^|;\s*)access_token_cookie=([^;]+)/;
const ACCESS_HEADER = "cf-access-jwt-assertion";

/**
 * Finds out who calls, by the surest way this request allows. An id that can't be understood is refused only where the id is all there is to
 * know the person by: a session or Access knows them without.
 */
export async function identify(
  request: Request,
  call: Pick<Call, "person" | "ignored">,
  { settings, url }: RequestContext,
  signal: AbortSignal,
): Promise<Person> {
  const isKitsuHost = settings.kitsuOrigins.includes(url.origin);
  // A cookie of that name on another host is not Kitsu's. Kitsu's goes to Kitsu and nowhere else.
  const token = isKitsuHost ? readSessionToken(request) : undefined;
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
  const lostSession = isKitsuHost ? (token === undefined ? "none" : "over") : undefined;
  if (bot !== undefined && id !== undefined)
    return { ...verifyPerson(await readPerson(bot, id), call, "claimed"), sessionProblem: lostSession };
  return { trust: "unchecked", id, name: email ?? "", email, departments: [], sessionProblem: lostSession };
}

/** Comes along only where the worker is a path of Kitsu's own host. */
const readSessionToken = (request: Request) => SESSION_COOKIE.exec(request.headers.get("cookie") ?? "")?.[1];

const Authenticated = v.object({ user: ZouPerson });

/** Whose session it is; nobody's, where it is over. */
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

/** The keys of a team, fetched when they are needed and again when they have changed. */
const keySets = new Map<string, ReturnType<typeof createRemoteJWKSet>>();

/** The e-mail that Cloudflare Access vouches for. */
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
    if (TOKEN_ERRORS.some((fault) => cause instanceof fault)) throw personNotAccepted(cause);
    throw new Failure("access-unreachable", {
      text: "Cloudflare Access could not be asked for the keys that its tokens are signed with.",
      advice: "Try again in a minute. Should that not help, your TD checks ACCESS_TEAM.",
      retry: true,
      cause,
    });
  }
}

/** What is wrong with the token itself. Everything else is trouble on the way to the keys, and nothing the person could mend. */
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
 * Zou finds e-mails whatever their case, and does not say them to a bot that is no manager. A bot has the e-mail of the administrator who made it, where
 * Kitsu's dialog filled it in.
 */
async function findByEmail(bot: Zou, email: string): Promise<ZouPerson | undefined> {
  const found = await bot.read(`/data/persons?email=${encodeURIComponent(email)}&relations=true`, v.array(ZouPerson));
  const [person, another] = found.filter(({ is_bot }) => !is_bot);
  return another === undefined ? person : undefined;
}

/** The person Zou names must be active, no bot, and the one the call names. Why not is for the log: the answer is the same each time. */
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
    token,
  };
}

function personNotAccepted(cause: unknown): Failure {
  return new Failure("person-not-accepted", {
    text: "Who calls could not be confirmed.",
    advice:
      "Log in to Kitsu again, reload the page, and run the action once more. Should that not help, tell your TD the run id.",
    cause,
  });
}
