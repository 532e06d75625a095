/** All long runs at work: the logged in person's, in whichever tab they were begun. */
import type { Call } from "./ask-loop.ts";
import type { Diagnosis } from "./diagnose.ts";
import { findReply } from "./diagnose.ts";
import { personId } from "./kitsu-page.ts";
import type { News } from "./leader-tab.ts";
import { joinTabs, postToTabs, takeTurn, watchTabs } from "./leader-tab.ts";
import { notify } from "./notification.ts";
import { quietly } from "./realm.ts";
import { locate } from "./run-state.ts";
import { follow } from "./run-stream.ts";
import type { Work } from "./run-toast.ts";
import { startWork } from "./run-toast.ts";
import type { Content } from "./toast-content.ts";
import type { Following } from "./tracked-runs.ts";
import { addFollowing, listFollowing, mayFollow, removeFollowing } from "./tracked-runs.ts";
import type { Update } from "./ui/toast-stack.ts";

const TICK_MS = 1_000;
/** Another tab that follows answers within this. */
const ANSWER_MS = 300;

/** Shows how a run ended; `isFirst` in one tab alone, which writes it down. */
type End = (call: Call, status: number, heard: Diagnosis, isFirst: boolean) => Content;

const works = new Map<string, Work>();
let person = "";
let showEnd: End;

/** Goes on where the last page or another tab has begun. */
export function resumeWork(onEnd: End): void {
  showEnd = onEnd;
  watchTabs(hear, tellAll, turn);
  setInterval(turn, TICK_MS);
  tick();
}

/**
 * Follows from now on what is only started, and a call of which nobody knows yet what came of it. False: there is nothing to follow, or it can't be.
 * @param isLost its answer was lost, and this was looked up
 */
export function beginWork(call: Call, heard: Diagnosis, isLost: boolean): boolean {
  const { at, name, run: id, attempt, person: owner, update } = call;
  const { reply, run } = findReply(heard);
  if (owner !== personId()) return false;
  const isStarted = reply?.kind === "started";
  const isDoubt = typeof heard === "object" && heard.kind === "doubt";
  if (isStarted && run?.follow && mayFollow(run.follow)) begin({ ...run.follow, at, name, run: run.id });
  else if (id && (isDoubt || (isStarted && isLost))) {
    begin({
      at,
      name,
      run: id,
      attempt,
      url: locate({ run: id, attempt }),
      socket: "",
      note: isDoubt ? heard.text : undefined,
    });
  } else return false;
  return true;

  function begin(following: Following): void {
    tick();
    if (works.has(following.run)) update(undefined);
    addFollowing(person, following);
    add(following, update);
    if (isStarted) tell(following, JSON.stringify({ version: 1, run, reply }));
    tick();
  }
}

/** What is at work, hidden or not. */
export function listWork(): Work[] {
  return [...works.values()];
}

function turn(): void {
  quietly(tick);
}

/** Who is logged in, what is followed, and by which tab. */
function tick(): void {
  const isOther = person !== personId();
  if (isOther) {
    person = personId();
    for (const { stop, update } of works.values()) {
      stop?.();
      update(undefined);
    }
    works.clear();
    joinTabs(person);
    setTimeout(turn, ANSWER_MS);
  }
  // In the order they were begun.
  const kept = listFollowing(person).reverse();
  for (const following of kept) add(following);
  const isMine = !isOther && works.size > 0 && takeTurn();
  for (const [run, work] of works) {
    const isKept = kept.some((following) => following.run === run);
    // What no tab keeps any more has ended unheard: how, each asks for itself.
    if (isMine || !(isKept || work.wasKept)) {
      work.stop ??= follow(work.following, (answer) => tell(work.following, answer));
    } else {
      work.stop = work.stop?.();
    }
    work.wasKept = isKept;
    work.tick();
  }
}

function add(following: Following, update?: Update): Work {
  const work = works.get(following.run) ?? startWork(following, update, end);
  works.set(following.run, work);
  return work;
}

function end({ following, update, stop, wasKept }: Work, heard: Diagnosis): void {
  const isFirst = !!stop && wasKept;
  removeFollowing(person, following);
  stop?.();
  works.delete(following.run);
  const isLost = following.socket === "";
  const content = showEnd({ ...following, person, update, isLost }, 200, heard, isFirst);
  if (isFirst) notify(following.run, content);
}

function hear({ following, answer }: News): void {
  if (mayFollow(following)) add(following).take(answer);
}

/** To the other tabs first: what ends is taken off the list. */
function tell(following: Following, answer: string | undefined): void {
  postToTabs({ following, answer });
  works.get(following.run)?.take(answer);
}

function tellAll(): void {
  for (const { following, answer } of works.values()) if (answer) postToTabs({ following, answer });
}
