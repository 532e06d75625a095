/** One long run from its first answer to its last: what its toast shows, and what is said of it. */
import type { Reply } from "../contract.ts";
import { parseResponse } from "../contract.ts";
import type { Diagnosis } from "./diagnose.ts";
import { findReply } from "./diagnose.ts";
import { words } from "./i18n/index.ts";
import { drawNotice } from "./notification.ts";
import { drawControls } from "./run-controls.ts";
import type { Content } from "./toast-content.ts";
import { pend, present, sayElapsed } from "./toast-content.ts";
import type { Following } from "./tracked-runs.ts";
import type { Update } from "./ui/toast-stack.ts";
import { showToast } from "./ui/toast-stack.ts";

/** So long what came of a press stays at least, and so often at most screen readers are told how far it is: at 25, 50 and 75 %. */
const HEARD_MS = 10_000;

/**
 * - `answer`: the newest, as it came
 * - `take`: shows what `follow` has told
 * - `tick`: every second, for the time it takes
 * - `stop`: ends the following, where this tab does it
 * - `wasKept`: in the storage, when that was last looked at
 */
export type Work = {
  following: Following;
  update: Update;
  content: Content;
  answer: string;
  take: (answer?: string) => void;
  tick: () => void;
  stop?: (() => undefined) | undefined;
  wasKept: boolean;
};

/** @param end gets how it ended */
export function startWork(
  following: Following,
  given: Update | undefined,
  end: (work: Work, heard: Diagnosis) => void,
): Work {
  const { name, socket, note: doubt = "" } = following;
  // A call whose answer was lost.
  const isLost = socket === "";
  // Nobody knows whether it is at work, and what is known is to be read as a whole.
  const content: Content = doubt
    ? present(name, 0, { kind: "doubt", cause: "", text: doubt }, following.run)
    : { ...pend(name, ""), work: { done: 0, total: 0 } };
  const work: Work = { following, update: given ?? showToast(content), content, answer: "", take, tick, wasKept: true };
  let heard: Diagnosis = "";
  let note = "";
  let trouble = "";
  let notedAt = 0;
  let isOver = false;
  let quarter = -1;
  let saidAt = 0;
  if (doubt) draw(given ? undefined : "");
  return work;

  function take(answer?: string): void {
    const next = answer ? parseResponse(200, "", answer) : isLost ? words().notFound : words().forgotten;
    const { reply } = findReply(next);
    if (answer === undefined) {
      if (!heard && isLost) return;
      trouble = words().trying;
      draw("");
    } else if (reply?.kind === "started") {
      heard = next;
      trouble = "";
      work.answer = answer;
      draw(measure(reply));
    } else if (typeof next === "string" || reply || next.kind === "newer") {
      end(work, next);
      isOver = true;
    }
  }

  function draw(said: string | undefined): void {
    const { run } = findReply(heard);
    const shown = heard ? present(name, 200, heard, following.run, true) : content;
    const lines = [
      trouble,
      Date.now() - notedAt < HEARD_MS && note,
      shown.text,
      isLost && heard && sayElapsed(following.at),
    ];
    const own = isLost
      ? [{ label: words().stopAsking, act: () => end(work, words().notFound) }]
      : drawControls(name, run, tell);
    const presses = [...own, ...drawNotice(), ...(shown.presses ?? [])];
    work.content = { ...shown, text: lines.filter(Boolean).join("\n"), presses, said };
    work.update(work.content, said !== undefined);
  }

  /** How long it takes is all there is to see of what says nothing else. */
  function tick(): void {
    if (isLost && heard && !isOver) draw("");
  }

  /** What came of a press; nothing while that is under way. The end may have been told before. */
  function tell(said: string): void {
    if (isOver) return;
    note = said;
    notedAt = Date.now();
    draw(said);
  }

  /** Gives what is to be said; undefined for all of it, at the beginning. */
  function measure(reply: Reply & { kind: "started" }): string | undefined {
    const { done = 0, total = 0 } = reply.progress ?? {};
    const now = total && Math.floor((4 * done) / total);
    if (now <= quarter || now > 3 || Date.now() - saidAt < HEARD_MS) return "";
    const said = quarter < 0 ? (given ? undefined : "") : `${reply.title}: ${now * 25} %`;
    quarter = now;
    saidAt = Date.now();
    return said;
  }
}
