/** Sessions as Zou has them: a signed token that names a person, valid until it ends or is revoked. */
import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";
import * as v from "valibot";
import { notLoggedIn, Refusal } from "./answer.ts";

export type Claims = { sub: string; jti: string };
export type Tokens = {
  issue(personId: string, type: "access" | "refresh"): string;
  /** @throws a Refusal that says what is wrong with it, in Zou's words */
  read(token: string): Claims;
  revoke(claims: Claims): void;
};

const DAY_S = 86_400;
const LIFE_S = { access: 7 * DAY_S, refresh: 15 * DAY_S };
/** Not a secret: there is nothing to protect, and a session outlives the playground that began it. */
const KEY = "playground";

const Header = v.object({ alg: v.string() });
const Payload = v.object({ sub: v.string(), jti: v.string(), type: v.string(), exp: v.number() });

export function openTokens(): Tokens {
  const revoked = new Set<string>();
  return {
    issue(personId, type) {
      const now = Math.floor(Date.now() / 1_000);
      const claims = {
        fresh: false,
        iat: now,
        jti: randomUUID(),
        type,
        sub: personId,
        nbf: now,
        exp: now + LIFE_S[type],
      };
      const signed = `${encode({ alg: "HS256", typ: "JWT" })}.${encode({ ...claims, identity_type: "person" })}`;
      return `${signed}.${sign(signed).toString("base64url")}`;
    },
    read(token) {
      const [header = "", payload = "", signature] = token.split(".");
      if (signature === undefined) throw notLoggedIn(422, "Not enough segments");
      // In the order that the real one takes the parts to pieces in.
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
      if (revoked.has(claims.jti)) throw notLoggedIn(401, "Token has been revoked");
      return claims;
    },
    revoke: ({ jti }) => void revoked.add(jti),
  };
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
