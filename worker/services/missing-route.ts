// Zou answers 404 with the same message for a missing route and for a missing row. This finds out
// which.
import * as v from "valibot";
import { Failure } from "../format/failure.ts";
import { message } from "../format/message.ts";
import { parseJson } from "./http.ts";
import { CHECK_ADDRESS, type ZouAnswer } from "./zou-answer.ts";
import { isTooOld, OLDEST_ZOU } from "./zou-version.ts";

type Send = (method: "GET" | "OPTIONS", path: string) => Promise<ZouAnswer>;

const Root = v.object({ api: v.literal("Zou"), version: v.string() });

/**
 * Undefined if the route exists, or if that can't be found out. Zou answers OPTIONS on each of its
 * routes, whatever ids the path has, and changes nothing.
 * @param status 404, or 405 for a route that exists for other methods
 */
export async function findMissingRoute(status: number, path: string, send: Send): Promise<Failure | undefined> {
  try {
    const [bare = ""] = path.split("?");
    if (status === 404 && (await send("OPTIONS", bare)).status !== 404) return undefined;
    const root = v.safeParse(Root, parseJson((await send("GET", "/")).body));
    if (root.success && isTooOld(root.output.version)) return zouTooOld(root.output.version, bare);
    if (status === 405) return undefined;
    return root.success ? routeMissing(root.output.version, bare) : zouMissing(bare);
  } catch (thrown) {
    // Unknown: the caller then reports the original failure.
    if (thrown instanceof Failure) return undefined;
    throw thrown;
  }
}

const zouTooOld = (version: string, path: string) =>
  new Failure("kitsu-version", {
    text: message("kitsu.tooOld", { version, oldest: OLDEST_ZOU }),
    advice: message("kitsu.updateKitsu"),
    cause: new Error(`Zou ${version} has no ${path}`),
  });

const routeMissing = (version: string, path: string) =>
  new Failure("kitsu-version", {
    text: message("kitsu.unsupported", { version }),
    advice: message("kitsu.updateActionServer"),
    cause: new Error(`Zou ${version} has no ${path}`),
  });

const zouMissing = (path: string) =>
  new Failure("kitsu-broken", {
    text: message("kitsu.wrongAddress"),
    advice: CHECK_ADDRESS,
    cause: new Error(`Neither ${path} nor Zou's root exists`),
  });
