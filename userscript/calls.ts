/**
 * A call from the click to its result: one toast that is kept up to date, and an entry in the
 * history.
 */

import * as m from "../gen/userscript-messages.ts";
import type { Call } from "./ask-loop.ts";
import { askUntilAnswered, findQuestion } from "./ask-loop.ts";
import type { Diagnosis } from "./diagnose.ts";
import { diagnose, getReply, giveUp, recordSending } from "./diagnose.ts";
import { t } from "./i18n/index.ts";
import { findAction, onceLoggedIn, readPerson, readPersonId, reloadTasks } from "./kitsu-page.ts";
import type { PastRun } from "./past-runs.ts";
import { addOpenCall, addPastRun, listOpenCalls, removeOpenCall, removeRunAction } from "./past-runs.ts";
import { followLaunch } from "./program-launch.ts";
import { ignoreErrors, readPath } from "./realm.ts";
import type { RunAction } from "./run-actions.ts";
import { claimRunAction, isAvailable, listRunActions, releaseRunAction } from "./run-actions.ts";
import { resumeTracking, trackRun } from "./run-tracker.ts";
import { addAttempt, findOwner } from "./run-url.ts";
import type { Button, Content } from "./toast-content.ts";
import { createContent, createPendingContent, formatElapsed } from "./toast-content.ts";
import { sortOutcomes, tallyOutcomes } from "./ui/table.ts";
import type { Update } from "./ui/toast-stack.ts";
import { showToast } from "./ui/toast-stack.ts";
import { closeCall, trackOpenCalls, watchPageHide } from "./unanswered-calls.ts";
import type { RawResponse, SentCall } from "./xhr-hook.ts";
import { post, watchCalls } from "./xhr-hook.ts";

/**
 * When each pending call was sent, by address and selection, to recognize one that is sent twice.
 */
const pendingCalls = new Map<string, number>();

/** The retries and undos whose outcome is unknown, by their run. */
const unresolvedActions = new Map<string, RunAction>();

const SHOW_ELAPSED_AFTER_MS = 5_000;

/** Shows every call of a custom action from now on. */
export function watchActionCalls(): void {
  watchCalls({ findOwner, onSend: startCall });
  watchPageHide();
}

/** Looks up the calls that a reload interrupted, and continues to track long runs. */
export function resumeCalls(): void {
  resumeTracking(showResult);
  onceLoggedIn(resumeOpenCalls);
}

/** Buttons that retry or undo a run. They use the given toast, or show a new one. */
export function createActionButtons(
  { name, actions }: { name: string; actions: readonly RunAction[] },
  update?: Update,
): Button[] {
  return actions.filter(isAvailable).map((action) => ({
    label: action.label,
    isOver: () => !isAvailable(action),
    onClick: () => performRunAction(action, name, update),
  }));
}

function resumeOpenCalls(): void {
  trackOpenCalls();
  for (const { person, run } of listOpenCalls()) if (person === readPersonId()) removeOpenCall(run);
}

function startCall({ url, address, run, body }: SentCall): (response: RawResponse) => void {
  const sending = recordSending();
  const sent: unknown = ignoreErrors(() => JSON.parse(body));
  const selection = readPath(sent, "selection");
  const name = findAction(url) || nameFromUrl(url);
  const signature = JSON.stringify([url, selection]);
  const since = pendingCalls.get(signature);
  pendingCalls.set(signature, since ?? sending.at);

  const tasks = Array.isArray(selection) ? selection.length : 0;
  const text = since ? t(m.sentTwice, { time: formatElapsed(since) }) : t(m.sentForTasks, { count: tasks });
  const update = showToast(createPendingContent(name, text));
  const resend = (more: object, attempt: string) =>
    post(addAttempt({ url: address, run }, attempt), Object.assign({}, sent, more));
  const call: Call = { ...sending, url: address, run, name, person: readPersonId(), update, resend };
  addOpenCall(call);
  const stop = showElapsed(call, text);

  return (received) => {
    pendingCalls.delete(signature);
    stop();
    closeCall(run);
    ignoreErrors(() => handleResponse(call, received));
  };
}

/** Adds how long the call takes, once that is long. Returns a function that stops it. */
function showElapsed({ at, name, update }: Call, text: string): () => void {
  const timer = setInterval(() => {
    if (Date.now() - at < SHOW_ELAPSED_AFTER_MS) return;
    ignoreErrors(() => {
      const content = createPendingContent(name, `${text} ${formatElapsed(at)}`);
      update({ ...content, announcement: "" }, true);
    });
  }, 1_000);
  return () => clearInterval(timer);
}

/**
 * Retries or undoes a run, as a new run. The worker knows the original call, so only the person is
 * sent.
 */
function performRunAction(action: RunAction, name: string, existing?: Update): void {
  const address = claimRunAction(action);
  if (!address) return;
  const pending = createPendingContent(name, t(m.sending));
  const update = existing ?? showToast(pending);
  existing?.(pending);
  const resend = (more: object, attempt?: string) =>
    post(attempt ? addAttempt(address, attempt) : address.url, { ...readPerson(), ...more });
  const call: Call = { ...recordSending(), ...address, name, person: readPersonId(), update, resend, action };
  addOpenCall(call);
  const stop = showElapsed(call, t(m.sending));
  ignoreErrors(async () => {
    const received = await resend({});
    stop();
    closeCall(call.run);
    handleResponse(call, received);
  });
}

async function handleResponse(call: Call, received: RawResponse): Promise<void> {
  const { name, update, resend } = call;
  const pendingDiagnosis = diagnose(received, call);
  const isLookedUp = pendingDiagnosis instanceof Promise;
  if (isLookedUp) update(createPendingContent(name, t(m.checking)));
  const diagnosis = await pendingDiagnosis;
  removeOpenCall(call.run);
  // A question that was looked up comes without its text and fields, so it can't be asked.
  const question = isLookedUp ? undefined : findQuestion(diagnosis);
  if (question && resend) {
    askUntilAnswered({ ...call, resend }, question, (last, ...rest) => showResult({ ...call, ...last }, ...rest));
  } else showResult({ ...call, isLookedUp }, received.status, diagnosis);
}

/**
 * Tracks a run that continues. Otherwise shows the result, with what can be done about it, and adds
 * it to the history.
 * @param isFirst no other tab adds it to the history
 */
function showResult(call: Call, status: number, diagnosis: Diagnosis, isFirst = true): Content {
  const { at, run: id = "", name, person, update, action = unresolvedActions.get(id) } = call;
  const { reply, run } = getReply(diagnosis);
  const isDone = reply?.kind === "done";
  const isTracked = trackRun(call, diagnosis, call.isLookedUp === true);
  unresolvedActions.delete(id);
  if (action && isTracked && !run?.follow) unresolvedActions.set(id, action);
  else if (action && (isDone || isTracked)) removeRunAction(person, action, t(m.undone));
  // If it may have run, it is sent again for the same run, which runs only once. A run that never
  // ran was voided, so it needs a new one.
  else if (action) releaseRunAction(action, diagnosis.kind !== "given-up");
  // It is not tracked if someone else has logged in meanwhile.
  const isAbandoned = diagnosis.kind === "unresolved" && !isTracked;
  const content = createContent(name, status, isAbandoned ? giveUp() : diagnosis, id, false, call.isLookedUp);
  if (isTracked) return content;
  const { tone, title, text, buttons = [] } = content;
  const actions = run ? listRunActions(run, reply) : [];
  const actionButtons = createActionButtons({ name, actions: action ? [action, ...actions] : actions }, update);
  const effects = (isDone && reply.effects) || [];
  for (const effect of effects) if (effect.kind === "refresh") reloadTasks(effect.tasks);
  const launch = effects.find((effect) => effect.kind === "launch");
  // Whether the program opened is not known yet, so the history does not call it a success.
  const historyTone = launch ? "info" : tone;
  if (isFirst) addPastRun(person, { at, tone: historyTone, name, title, text, actions, ...summarize(content) });
  const shown = { ...content, buttons: [...actionButtons, ...buttons] };
  if (launch) followLaunch(launch, shown, person, update);
  else update(shown);
  return content;
}

/** What the history stores besides the texts. */
function summarize({ outcomes = [], buttons = [] }: Content): Pick<PastRun, "outcomes" | "buttons" | "tally"> {
  const stored = buttons.flatMap(({ label, url, name, text, path }) =>
    (url ?? text ?? path) === undefined ? [] : [{ label, url, name, text, path }],
  );
  return { outcomes: sortOutcomes(outcomes), tally: tallyOutcomes(outcomes), buttons: stored };
}

/** "render-shots" for "https://farm.studio.tld/actions/render-shots?x" */
function nameFromUrl(url: string): string {
  const { pathname, host } = new URL(url, location.href);
  return pathname.split("/").findLast(Boolean) ?? host;
}
