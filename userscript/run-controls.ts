/** Cancels, pauses or lets go on what is at work. */
import type { Run } from "../contract.ts";
import { understand } from "./diagnose.ts";
import { words } from "./i18n/index.ts";
import { namePerson } from "./kitsu-page.ts";
import { addRun, isOurs } from "./run-url.ts";
import type { Press } from "./toast-content.ts";
import { present } from "./toast-content.ts";
import { post } from "./xhr-hook.ts";

/** Under way. */
const taken = new Set<string>();

/** @param tell gets what came of it in words, and "" while it is under way */
export function drawControls(name: string, run: Run | undefined, tell: (said: string) => void): Press[] {
  return (["pause", "resume", "cancel"] as const).flatMap((what) => {
    const url = run?.[what];
    if (!url || !isOurs(url)) return [];
    const isBusy = taken.has(url);
    return [{ label: words()[what], isBusy, act: () => control(name, url, tell) }];
  });
}

async function control(name: string, url: string, tell: (said: string) => void): Promise<void> {
  if (taken.has(url)) return;
  taken.add(url);
  tell("");
  const sent = { ...addRun(url), at: Date.now(), wasOffline: !navigator.onLine };
  const received = await post(sent.url, namePerson());
  const heard = await understand(received, sent);
  taken.delete(url);
  // Twice does no harm, so nobody goes on asking.
  if (typeof heard === "object" && heard.kind === "doubt") return tell(`${heard.cause} ${words().pressAgain}`);
  const { tone, title, text } = present(name, received.status, heard, undefined);
  tell(title === name && text ? text : tone === "error" ? `${title}\n${text}` : title);
}
