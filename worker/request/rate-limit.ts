// Takes a request, or a person, and throws if they call too often. The platform counts roughly and
// per data center: that stops a stuck key or a loop, not an attack.
import { Failure } from "../format/failure.ts";
import { message } from "../format/message.ts";
import { readClientAddress } from "./public-url.ts";
import type { RequestContext } from "./request-context.ts";

/** The period of the bindings in wrangler.toml. */
const PERIOD_S = 60;

/** Answered from memory, so never limited. */
const UNLIMITED =
  /^\/(kitsu-actions\.js|style\.css|page\.js|theme\.js|icon\.svg|openapi\.json|contract\.schema\.json|ping)$/;
const SIGN_IN = /^\/runs\/sign-in$/;

/**
 * Throws if this address sends too many requests. Runs before any work. A whole studio may share
 * one address, so it may call and read often, but it gets few guesses at the log's token.
 */
export async function checkAddressRate(request: Request, { settings, env, path }: RequestContext): Promise<void> {
  if (UNLIMITED.test(path) || request.method === "OPTIONS") return;
  // If Kitsu is behind basic authentication, browsers send "Basic …" with every request.
  const isGuess = SIGN_IN.test(path) || /^bearer /i.test(request.headers.get("authorization") ?? "");
  const isCall = request.method !== "GET" && request.method !== "HEAD";
  const limit = isGuess ? env.SIGN_INS_BY_ADDRESS : isCall ? env.CALLS_BY_ADDRESS : env.READS_BY_ADDRESS;
  if (limit !== undefined) await checkLimit(limit, readClientAddress(request, settings));
}

/** Throws if this person calls too often. */
export async function checkPersonRate(limit: RateLimit, { id }: { id?: string | undefined }): Promise<void> {
  await checkLimit(limit, id ?? null);
}

async function checkLimit(limit: RateLimit, key: string | null): Promise<void> {
  if (key === null || (await limit.limit({ key })).success) return;
  throw new Failure("too-many-calls", {
    text: message("request.tooManyRequests"),
    advice: message("request.waitMinute"),
    retry: true,
    headers: { "retry-after": String(PERIOD_S) },
  });
}
