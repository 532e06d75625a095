// Which actions are unstable, as this isolate last heard it: it is told with each run that is
// counted, and asks again in the background.
import { joinParagraphs, message } from "../../format/message.ts";
import type { Reply } from "../../format/reply.ts";
import { createMemory, type WaitUntil } from "../../services/isolate-memory.ts";
import type { Env } from "../../settings/settings.ts";
import { getActionUse } from "./action-use.ts";

const memory = createMemory<readonly string[]>({ freshMs: 300_000, keepMs: 1_800_000, maxEntries: 1 });
const KEY = "unstable";
/** The longest that a question waits for it. */
const WAIT_MAX_MS = 1_000;

export const noteUnstable = (actions: readonly string[]): void => memory.put(KEY, actions);

/** For pages and lists, which can wait. None if it can't be found out. */
export async function readUnstable(env: Env, waitUntil: WaitUntil): Promise<readonly string[]> {
  return memory.get(KEY, () => request(env), waitUntil).catch(() => []);
}

/**
 * The question, which says so if its action is unstable. It is asked for while the question is
 * stored, so nobody waits longer.
 */
export async function warnIfUnstable(reply: Reply, action: string, env: Env, waitUntil: WaitUntil): Promise<Reply> {
  if (reply.kind !== "ask" || env.ACTION_USE === undefined) return reply;
  const asked = readUnstable(env, waitUntil);
  waitUntil(asked);
  const unstable = await Promise.race([asked, scheduler.wait(WAIT_MAX_MS)]);
  if (!unstable?.includes(action)) return reply;
  return { ...reply, text: joinParagraphs([message("use.warning"), reply.text]) };
}

const request = async (env: Env): Promise<readonly string[]> => (await getActionUse(env)?.listUnstable()) ?? [];
