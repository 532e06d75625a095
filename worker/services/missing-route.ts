// A route that this Zou does not have, told apart from a row that it does not have: it says both with 404 and in the same words.
import * as v from "valibot";
import { Failure } from "../failure.ts";
import { parseJson } from "./json.ts";
import { CHECK_ADDRESS, type ZouAnswer } from "./zou-answer.ts";
import { isTooOld, OLDEST_ZOU } from "./zou-version.ts";

/** One request, without a token's rights. */
export type Ask = (method: "GET" | "OPTIONS", path: string) => Promise<ZouAnswer>;

const Root = v.object({ api: v.literal("Zou"), version: v.string() });

/**
 * Undefined where the route is there. Zou answers OPTIONS of every route it has, whatever the ids in it name, and does nothing then.
 * @param status 404, or 405 of a route that is there for other methods
 */
export async function findMissingRoute(status: number, path: string, ask: Ask): Promise<Failure | undefined> {
  try {
    const [bare = ""] = path.split("?");
    if (status === 404 && (await ask("OPTIONS", bare)).status !== 404) return undefined;
    const root = v.safeParse(Root, parseJson((await ask("GET", "/")).body));
    if (root.success && isTooOld(root.output.version)) return tooOld(root.output.version, bare);
    if (status === 405) return undefined;
    return root.success ? lacking(root.output.version, bare) : elsewhere(bare);
  } catch (thrown) {
    // Then nobody knows, and it is said as it was before.
    if (thrown instanceof Failure) return undefined;
    throw thrown;
  }
}

const tooOld = (version: string, path: string) =>
  new Failure("kitsu-version", {
    text: `Your Kitsu is too old for this: it has Zou ${version}, and Zou ${OLDEST_ZOU} or later is needed.`,
    advice: "Ask your TD to update Kitsu.",
    cause: new Error(`Zou ${version} has no ${path}`),
  });

const lacking = (version: string, path: string) =>
  new Failure("kitsu-version", {
    text: `Your Kitsu, with Zou ${version}, does not have what is asked for.`,
    advice: "Ask your TD to update this action server.",
    cause: new Error(`Zou ${version} has no ${path}`),
  });

const elsewhere = (path: string) =>
  new Failure("kitsu-broken", {
    text: "Kitsu's API is not at the address that this action server has for it.",
    advice: CHECK_ADDRESS,
    cause: new Error(`Neither ${path} nor Zou's root is there`),
  });
