// How often one person, and one address, may call. The platform counts, in each of its places and roughly: enough against a stuck key or a loop,
// no measure against an attack.
import { Failure } from "./failure.ts";
import type { Person } from "./person.ts";

/** The period of the bindings in wrangler.toml. */
const PERIOD_S = 60;

/** Throws if this address calls too often. A studio behind one address shares it, so it may call often. */
export async function checkAddressRate(limit: RateLimit, request: Request): Promise<void> {
  await check(limit, request.headers.get("cf-connecting-ip"));
}

/** Throws if this person calls too often. */
export async function checkPersonRate(limit: RateLimit, { id }: Person): Promise<void> {
  await check(limit, id ?? null);
}

async function check(limit: RateLimit, key: string | null): Promise<void> {
  if (key === null || (await limit.limit({ key })).success) return;
  throw new Failure("too-many-calls", {
    text: "More calls arrived in a minute than this action server takes.",
    advice: "Wait a minute, then run the action again.",
    retry: true,
    headers: { "retry-after": String(PERIOD_S) },
  });
}
