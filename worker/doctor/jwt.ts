// Reads what a JSON Web Token says. It proves nothing: the signature is not verified.
import { parseJson } from "../services/http.ts";

/** Undefined if it is not such a token. */
export function readJwt(token: string): unknown {
  const [, payload, signature] = token.split(".");
  if (payload === undefined || signature === undefined) return undefined;
  try {
    return parseJson(atob(payload.replaceAll("-", "+").replaceAll("_", "/")));
  } catch {
    return undefined;
  }
}
