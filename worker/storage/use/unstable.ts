// Which actions are unstable, as this isolate last heard it. Whoever runs an action must not wait
// for it, so it is asked for in the background, and told with each run that is counted.
import { joinParagraphs, message } from "../../format/message.ts";
import type { Reply } from "../../format/reply.ts";
import { createMemory, type WaitUntil } from "../../services/isolate-memory.ts";
import type { Env } from "../../settings/settings.ts";
import { getActionUse } from "./action-use.ts";

const memory = createMemory<readonly string[]>({ freshMs: 300_000, keepMs: 1_800_000, maxEntries: 1 });
const KEY = "unstable";

export const noteUnstable = (actions: readonly string[]): void => memory.put(KEY, actions);

/** For pages and lists, which can wait. None if it can't be found out. */
export async function readUnstable(env: Env, waitUntil: WaitUntil): Promise<readonly string[]> {
  return memory.get(KEY, () => request(env), waitUntil).catch(() => []);
}

/** The question, which says so if its action is known to be unstable. */
export function warnIfUnstable(reply: Reply, action: string, env: Env, waitUntil: WaitUntil): Reply {
  if (reply.kind !== "ask" || env.ACTION_USE === undefined) return reply;
  const found = memory.find(KEY);
  if (found === undefined) waitUntil(request(env).then(noteUnstable, () => undefined));
  else memory.refresh(KEY, () => request(env), waitUntil);
  if (!found?.value.includes(action)) return reply;
  return { ...reply, text: joinParagraphs([message("use.warning"), reply.text]) };
}

const request = async (env: Env): Promise<readonly string[]> => (await getActionUse(env)?.listUnstable()) ?? [];
