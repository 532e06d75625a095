/** Tracks the long runs of the person who is logged in, in whichever tab they were started. */
import type { Call } from "./ask-loop.ts";
import type { Diagnosis } from "./diagnose.ts";
import { getReply } from "./diagnose.ts";
import { readPersonId } from "./kitsu-page.ts";
import type { RunUpdate } from "./leader-tab.ts";
import { claimLead, joinTabs, listenToTabs, postToTabs } from "./leader-tab.ts";
import { notifyDesktop } from "./notification.ts";
import { ignoreErrors } from "./realm.ts";
import { runStateUrl } from "./run-state.ts";
import { followRun } from "./run-stream.ts";
import type { RunToast } from "./run-toast.ts";
import { createRunToast } from "./run-toast.ts";
import type { Content } from "./toast-content.ts";
import type { TrackedRun } from "./tracked-runs.ts";
import { addTrackedRun, listTrackedRuns, mayTrack, removeTrackedRun } from "./tracked-runs.ts";
import type { Update } from "./ui/toast-stack.ts";

const TICK_MS = 1_000;
/** A leading tab answers a new one within this time. */
const LEADER_ANSWER_MS = 300;

/** Shows how a run ended. `isFirst` is true in one tab only, which adds it to the history. */
type ShowResult = (call: Call, status: number, diagnosis: Diagnosis, isFirst: boolean) => Content;

const runToasts = new Map<string, RunToast>();
let person = "";
let showResult: ShowResult;

/** Continues with the runs that the last page or another tab has started. */
export function resumeTracking(onEnd: ShowResult): void {
  showResult = onEnd;
  listenToTabs(receiveUpdate, broadcastAll, tickSafely);
  setInterval(tickSafely, TICK_MS);
  tick();
}

/**
 * Tracks a run that has started, or a call whose outcome is unknown.
 * @param isLookedUp the answer was lost, and the run was looked up
 * @returns false if there is nothing to track, or it can't be tracked
 */
export function trackRun(call: Call, diagnosis: Diagnosis, isLookedUp: boolean): boolean {
  const { at, name, run: id, attempt, person: owner, update } = call;
  const { reply, run } = getReply(diagnosis);
  if (owner !== readPersonId()) return false;
  const isStarted = reply?.kind === "started";
  const isUnresolved = diagnosis.kind === "unresolved";
  if (isStarted && run?.follow && mayTrack(run.follow)) startTracking({ ...run.follow, at, name, run: run.id });
  else if (id && (isUnresolved || (isStarted && isLookedUp))) {
    const url = runStateUrl({ run: id, attempt });
    const note = isUnresolved ? diagnosis.text : undefined;
    startTracking({ at, name, run: id, attempt, url, socket: "", note });
  } else return false;
  return true;

  function startTracking(tracked: TrackedRun): void {
    tick();
    if (runToasts.has(tracked.run)) update(undefined);
    addTrackedRun(person, tracked);
    addRunToast(tracked, update);
    if (isStarted) broadcastAnswer(tracked, JSON.stringify({ version: 1, run, reply }));
    tick();
  }
}

/** Includes those whose toasts are hidden. */
export function listActiveRuns(): RunToast[] {
  return [...runToasts.values()];
}

function tickSafely(): void {
  ignoreErrors(tick);
}

/** Checks who is logged in, which runs are tracked, and which tab follows them. */
function tick(): void {
  const isNewPerson = person !== readPersonId();
  if (isNewPerson) {
    person = readPersonId();
    for (const { stop, update } of runToasts.values()) {
      stop?.();
      update(undefined);
    }
    runToasts.clear();
    joinTabs(person);
    setTimeout(tickSafely, LEADER_ANSWER_MS);
  }
  // In the order in which they started.
  const stored = listTrackedRuns(person).reverse();
  for (const tracked of stored) addRunToast(tracked);
  const isLeader = !isNewPerson && runToasts.size > 0 && claimLead();
  for (const [run, runToast] of runToasts) {
    const isStored = stored.some((tracked) => tracked.run === run);
    // A run that no tab stores any more has ended, and this tab missed how: it asks for itself.
    if (isLeader || !(isStored || runToast.wasStored)) {
      runToast.stop ??= followRun(runToast.tracked, (answer) => broadcastAnswer(runToast.tracked, answer));
    } else {
      runToast.stop = runToast.stop?.();
    }
    runToast.wasStored = isStored;
    runToast.tick();
  }
}

function addRunToast(tracked: TrackedRun, update?: Update): RunToast {
  const runToast = runToasts.get(tracked.run) ?? createRunToast(tracked, update, finish);
  runToasts.set(tracked.run, runToast);
  return runToast;
}

function finish({ tracked, update, stop, wasStored }: RunToast, diagnosis: Diagnosis): void {
  const isFirst = !!stop && wasStored;
  removeTrackedRun(person, tracked);
  stop?.();
  runToasts.delete(tracked.run);
  const isLookedUp = tracked.socket === "";
  const content = showResult({ ...tracked, person, update, isLookedUp }, 200, diagnosis, isFirst);
  if (isFirst) notifyDesktop(tracked.run, content);
}

function receiveUpdate({ tracked, answer }: RunUpdate): void {
  if (mayTrack(tracked)) addRunToast(tracked).showAnswer(answer);
}

/** Tells the other tabs first: a run that has ended is removed from the list below. */
function broadcastAnswer(tracked: TrackedRun, answer: string | undefined): void {
  postToTabs({ tracked, answer });
  runToasts.get(tracked.run)?.showAnswer(answer);
}

function broadcastAll(): void {
  for (const { tracked, answer } of runToasts.values()) if (answer) postToTabs({ tracked, answer });
}
