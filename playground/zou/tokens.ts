/** Zou's sessions: signed tokens that name a person, valid until they expire or are revoked. */
import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";
import * as v from "valibot";
import { notLoggedIn, Refusal } from "./answer.ts";
import type { Person } from "./person-rows.ts";
import type { Sessions } from "./state.ts";

const DAY_S = 86_400;
const LIFE_S = { access: 7 * DAY_S, refresh: 15 * DAY_S };
/** Not a secret, so that sessions stay valid when the playground restarts. */
const KEY = "playground";

const Header = v.object({ alg: v.string() });
const Payload = v.object({ sub: v.string(), jti: v.string(), type: v.string(), exp: v.number() });

/** @param bot the person that `botToken` belongs to; no one if the token is empty */
export function openTokens(persons: readonly Person[], bot: Person, botToken: string): Sessions {
  const revoked = new Set<string>();
  return {
    find(token) {
      if (botToken && token === botToken) return { person: bot };
      const { sub, jti } = readToken(token);
      if (revoked.has(jti)) throw notLoggedIn(401, "Token has been revoked");
      const person = persons.find(({ id }) => id === sub);
      if (!person) throw notLoggedIn(401, "Token has been revoked");
      return { person, sessionId: jti };
    },
    open: ({ id }) => ({ access: issueToken(id, "access"), refresh: issueToken(id, "refresh") }),
    end: (sessionId) => void revoked.add(sessionId),
  };
}

function issueToken(personId: string, type: "access" | "refresh"): string {
  const now = Math.floor(Date.now() / 1_000);
  const claims = { fresh: false, iat: now, jti: randomUUID(), type, sub: personId, nbf: now, exp: now + LIFE_S[type] };
  const signed = `${encode({ alg: "HS256", typ: "JWT" })}.${encode({ ...claims, identity_type: "person" })}`;
  return `${signed}.${sign(signed).toString("base64url")}`;
}

/** Checks the parts in the order of the real Zou, so that the first complaint is the same. */
function readToken(token: string) {
  const [header = "", payload = "", signature] = token.split(".");
  if (signature === undefined) throw notLoggedIn(422, "Not enough segments");
  if (header.length % 4 === 1) throw notLoggedIn(422, "Invalid header padding");
  const { alg } = parse(Header, header, "Invalid header string: Expecting value: line 1 column 1 (char 0)");
  if (payload.length % 4 === 1) throw notLoggedIn(422, "Invalid payload padding");
  if (alg !== "HS256") throw notLoggedIn(422, "The specified alg value is not allowed");
  const given = Buffer.from(signature, "base64url");
  const expected = sign(`${header}.${payload}`);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw notLoggedIn(422, "Signature verification failed");
  }
  const claims = parse(Payload, payload, "Invalid payload string");
  if (claims.exp < Date.now() / 1_000) throw new Refusal(401, { error: true, message: "Signature has expired" });
  if (claims.type !== "access") throw notLoggedIn(422, "Only non-refresh tokens are allowed");
  return claims;
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const sign = (text: string): Buffer => createHmac("sha256", KEY).update(text).digest();

function parse<S extends v.GenericSchema>(schema: S, part: string, complaint: string): v.InferOutput<S> {
  try {
    return v.parse(schema, JSON.parse(Buffer.from(part, "base64url").toString("utf8")));
  } catch {
    throw notLoggedIn(422, complaint);
  }
}
