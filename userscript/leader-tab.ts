/**
 * Of several tabs one leads: it follows the runs, and reports to the others. It announces itself
 * every second; if two tabs lead, the one that started last wins. navigator.locks would do this,
 * but is missing when Kitsu is served over http.
 */
import * as v from "valibot";
import { ignoreErrors } from "./realm.ts";
import { TrackedRun } from "./tracked-runs.ts";

/**
 * After this many of its own ticks without a sign of the leader, a tab takes over. Browsers slow
 * down the timers of background tabs, so a tab counts its ticks instead of seconds.
 */
const MISSED_TICKS_MAX = 3;

/** `answer` is what `followRun` reports. */
export type RunUpdate = { tracked: TrackedRun; answer?: string | undefined };

/**
 * - `since`: the tab has led since then; 0 if it has stopped
 * - with neither `since` nor `tracked`, a new tab asks for everything
 */
const Message = v.object({
  person: v.string(),
  since: v.optional(v.number()),
  tracked: v.optional(TrackedRun),
  answer: v.optional(v.string()),
});
type Message = v.InferOutput<typeof Message>;

const channel = ignoreErrors(() => new BroadcastChannel("kitsu-actions"));
let person = "";
let leadingSince = 0;
let missedTicks = MISSED_TICKS_MAX;

/**
 * @param onAsk a new tab wants to know everything, and this tab leads
 * @param onChange the leader may have changed
 */
export function listenToTabs(onUpdate: (update: RunUpdate) => void, onAsk: () => void, onChange: () => void): void {
  if (channel) channel.onmessage = ({ data }) => ignoreErrors(() => receive(data));
  addEventListener("pagehide", resignLead);

  function receive(data: unknown): void {
    const parsed = v.safeParse(Message, data);
    if (!parsed.success || parsed.output.person !== person) return;
    const { since, tracked, answer } = parsed.output;
    if (tracked) onUpdate({ tracked, answer });
    if (since === undefined) {
      if (tracked || !leadingSince) return;
      postToTabs({ since: leadingSince });
      onAsk();
      return;
    }
    missedTicks = since ? 0 : MISSED_TICKS_MAX;
    if (since && since < leadingSince) postToTabs({ since: leadingSince });
    else if (leadingSince || !since) {
      leadingSince = 0;
      onChange();
    }
  }
}

/** Joins the tabs of this person, and leaves those of the last one. */
export function joinTabs(next: string): void {
  resignLead();
  person = next;
  missedTicks = MISSED_TICKS_MAX;
  postToTabs({});
}

/** Called every second. Returns whether this tab leads. */
export function claimLead(): boolean {
  if (!leadingSince && missedTicks++ >= MISSED_TICKS_MAX) leadingSince = Date.now() + Math.random();
  if (leadingSince) postToTabs({ since: leadingSince });
  return leadingSince > 0;
}

export function postToTabs(message: Omit<Message, "person">): void {
  ignoreErrors(() => channel?.postMessage({ person, ...message }));
}

function resignLead(): void {
  if (leadingSince) postToTabs({ since: 0 });
  leadingSince = 0;
}
