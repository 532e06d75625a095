// How often one person, and one address, may call. The platform counts, in each of its places and roughly: enough against a stuck key or a loop,
// no measure against an attack.

import { Failure } from "../failure.ts";
import { readClientAddress } from "./public-url.ts";
import { type RequestContext, readPath } from "./request-context.ts";

/** The period of the bindings in wrangler.toml. */
const PERIOD_S = 60;

/** Answered from memory, whoever asks and however often. */
const UNLIMITED = /^\/(style\.css|page\.js|theme\.js|icon\.svg|ping)$/;
const SIGN_IN = /^\/runs\/sign-in$/;

/**
 * Throws if this address asks too often, before anything is done for it. A studio behind one address shares it, so it may call and look often; guesses of
 * the log's token are few.
 */
export async function checkAddressRate(request: Request, context: RequestContext): Promise<void> {
  const { settings, env } = context;
  const path = readPath(context);
  if (UNLIMITED.test(path) || request.method === "OPTIONS") return;
  // A browser sends "Basic …" with all it asks, where that stands in front of Kitsu.
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
    text: "More requests arrived in a minute than this action server takes.",
    advice: "Wait a minute, then try again.",
    retry: true,
    headers: { "retry-after": String(PERIOD_S) },
  });
}
