/**
 * Of several tabs one follows, and tells the others. It says every second that it is there; the tab that began last does it, where two think
 * they do. Kitsu over http has no navigator.locks.
 */
import * as v from "valibot";
import { quietly } from "./realm.ts";
import { Following } from "./tracked-runs.ts";

/** After so many ticks of its own without a word from that tab, another takes over: where ticks are rare, words are, too. */
const SILENT_MAX = 3;

/** `answer` as `follow` tells it. */
export type News = { following: Following; answer?: string | undefined };

/**
 * - `since`: the tab follows since then; 0: no longer
 * - without that and news, everything is to be told
 */
const Message = v.object({
  person: v.string(),
  since: v.optional(v.number()),
  following: v.optional(Following),
  answer: v.optional(v.string()),
});
type Message = v.InferOutput<typeof Message>;

const channel = quietly(() => new BroadcastChannel("kitsu-actions"));
let person = "";
let since = 0;
let silent = SILENT_MAX;

/** @param onAsk another tab wants to know everything, and it is for this one to tell */
export function watchTabs(onNews: (news: News) => void, onAsk: () => void, onTurn: () => void): void {
  if (channel) channel.onmessage = ({ data }) => quietly(() => hear(data));
  addEventListener("pagehide", rest);

  function hear(data: unknown): void {
    const read = v.safeParse(Message, data);
    if (!read.success || read.output.person !== person) return;
    const { since: claimed, following, answer } = read.output;
    if (following) onNews({ following, answer });
    if (claimed === undefined) {
      if (following || !since) return;
      postToTabs({ since });
      onAsk();
      return;
    }
    silent = claimed ? 0 : SILENT_MAX;
    if (claimed && claimed < since) postToTabs({ since });
    else if (since || !claimed) {
      since = 0;
      onTurn();
    }
  }
}

/** Another person's tabs are none of this one's. */
export function joinTabs(next: string): void {
  rest();
  person = next;
  silent = SILENT_MAX;
  postToTabs({});
}

/** Every second. Is it for this tab to follow? */
export function takeTurn(): boolean {
  if (!since && silent++ >= SILENT_MAX) since = Date.now() + Math.random();
  if (since) postToTabs({ since });
  return since > 0;
}

function rest(): void {
  if (since) postToTabs({ since: 0 });
  since = 0;
}

/** What else there is to tell is news. */
export function postToTabs(message: Omit<Message, "person">): void {
  quietly(() => channel?.postMessage({ person, ...message }));
}
