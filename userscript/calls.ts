/** A call from the click to what came of it: one toast, brought up to date, and a line in the history. */

import type { Call } from "./ask-loop.ts";
import { converse, findQuestion } from "./ask-loop.ts";
import type { Diagnosis } from "./diagnose.ts";
import { findReply, understand } from "./diagnose.ts";
import { words } from "./i18n/index.ts";
import { findAction, namePerson, personId, reloadTasks } from "./kitsu-page.ts";
import type { PastRun } from "./past-runs.ts";
import { addOpenCall, addPastRun, closeOffer, listOpenCalls, removeOpenCall } from "./past-runs.ts";
import { followLaunch } from "./program-launch.ts";
import { quietly, read } from "./realm.ts";
import type { Offer } from "./run-actions.ts";
import { isOpen, listOffers, returnOffer, takeOffer } from "./run-actions.ts";
import { beginWork, resumeWork } from "./run-tracker.ts";
import { addAttempt, findOwner } from "./run-url.ts";
import type { Content, Press } from "./toast-content.ts";
import { pend, present, sayElapsed } from "./toast-content.ts";
import { countAll, sortOutcomes } from "./ui/table.ts";
import type { Update } from "./ui/toast-stack.ts";
import { showToast } from "./ui/toast-stack.ts";
import { leaveAll, takeBack, watchLeaving } from "./unanswered-calls.ts";
import type { Received, Sent } from "./xhr-hook.ts";
import { post, watchCalls } from "./xhr-hook.ts";

/** The calls under way, to see one that is sent twice: since when, by address and selection. */
const underWay = new Map<string, number>();

/** What was tried again or taken back, by its run, while nobody knows what came of that. */
const awaited = new Map<string, Offer>();

/** When the time a call takes is worth a word. */
const LONG_MS = 5_000;

/** Shows every call of a custom action, from now on. */
export function followCalls(): void {
  watchCalls({ findOwner, onSend: beginCall });
  watchLeaving();
}

/** Asks what came of the calls that a reload of the page has cut off, and goes on with what is at work. */
export function resumeCalls(): void {
  resumeWork(end);
  resumeLeft();
}

/** Once it is known who is logged in. */
function resumeLeft(): void {
  if (!personId()) return void setTimeout(() => quietly(resumeLeft), 500);
  leaveAll();
  for (const { person, run } of listOpenCalls()) if (person === personId()) removeOpenCall(run);
}

/** The buttons that try a run again, or take it back. Without a toast to do that in they bring up a new one. */
export function drawOffers({ name, offers }: { name: string; offers: readonly Offer[] }, update?: Update): Press[] {
  return offers.filter(isOpen).map((offer) => ({
    label: offer.label,
    isOver: () => !isOpen(offer),
    act: () => repeat(offer, name, update),
  }));
}

function beginCall({ url, address, run, body }: Sent): (answer: Received) => void {
  const at = Date.now();
  const sent: unknown = quietly(() => JSON.parse(body));
  const selection = read(sent, "selection");
  const name = findAction(url) || nameAfter(url);
  const what = JSON.stringify([url, selection]);
  const since = underWay.get(what);
  underWay.set(what, since ?? at);

  const said = words();
  const tasks = Array.isArray(selection) ? selection.length : 0;
  const text = since ? said.sentTwice(sayElapsed(since)) : said.sent(tasks);
  const update = showToast(pend(name, text));
  const again = (more: object, attempt: string) =>
    post(addAttempt({ url: address, run }, attempt), Object.assign({}, sent, more));
  const call: Call = { at, url: address, run, name, person: personId(), update, again, wasOffline: !navigator.onLine };
  addOpenCall(call);
  const stop = showElapsed(call, text);

  return (received) => {
    underWay.delete(what);
    stop();
    takeBack(run);
    quietly(() => conclude(call, received));
  };
}

/** Says how long it takes, once that is long. Gives what ends it. */
function showElapsed({ at, name, update }: Call, text: string): () => void {
  const timer = setInterval(() => {
    if (Date.now() - at >= LONG_MS)
      quietly(() => update({ ...pend(name, `${text} ${sayElapsed(at)}`), said: "" }, true));
  }, 1_000);
  return () => clearInterval(timer);
}

/** Each is a run of its own. The worker knows what was called then, and is only told who asks. */
function repeat(offer: Offer, name: string, given?: Update): void {
  const address = takeOffer(offer);
  if (!address) return;
  const pending = pend(name, words().sending);
  const update = given ?? showToast(pending);
  given?.(pending);
  const again = (more: object, attempt?: string) =>
    post(attempt ? addAttempt(address, attempt) : address.url, { ...namePerson(), ...more });
  const call: Call = {
    ...address,
    at: Date.now(),
    name,
    person: personId(),
    update,
    again,
    offer,
    wasOffline: !navigator.onLine,
  };
  addOpenCall(call);
  const stop = showElapsed(call, words().sending);
  quietly(async () => {
    const received = await again({});
    stop();
    takeBack(call.run);
    conclude(call, received);
  });
}

async function conclude(call: Call, received: Received): Promise<void> {
  const { name, update, again } = call;
  const understood = understand(received, call);
  const isLost = understood instanceof Promise;
  if (isLost) update(pend(name, words().checking));
  const heard = await understood;
  removeOpenCall(call.run);
  // What was only looked up can't be answered: nobody keeps the question.
  const asked = isLost ? undefined : findQuestion(heard);
  if (asked && again) converse({ ...call, again }, asked, (last, ...rest) => end({ ...call, ...last }, ...rest));
  else end({ ...call, isLost }, received.status, heard);
}

/**
 * Written down and shown, with what can still be done about it. What goes on is followed instead.
 * @param isFirst no other tab writes it down
 */
function end(call: Call, status: number, heard: Diagnosis, isFirst = true): Content {
  const { at, run: id = "", name, person, update, offer = awaited.get(id) } = call;
  const { reply, run } = findReply(heard);
  const isDone = reply?.kind === "done";
  const isFollowed = beginWork(call, heard, call.isLost === true);
  awaited.delete(id);
  if (offer && isFollowed && !run?.follow) awaited.set(id, offer);
  else if (offer && (isDone || isFollowed)) closeOffer(person, offer, words().undone);
  // What may have run is sent again under the same run, which runs once; a run that never ran can't run any more.
  else if (offer) returnOffer(offer, heard !== words().notFound);
  // Somebody else has logged in meanwhile, and nobody goes on asking.
  const isGivenUp = typeof heard === "object" && heard.kind === "doubt" && !isFollowed;
  const content = present(name, status, isGivenUp ? words().notFound : heard, id, false, call.isLost);
  if (isFollowed) return content;
  const { tone, title, text, presses = [] } = content;
  const offers = run ? listOffers(run, reply) : [];
  const open = drawOffers({ name, offers: offer ? [offer, ...offers] : offers }, update);
  const effects = (isDone && reply.effects) || [];
  for (const effect of effects) if (effect.kind === "refresh") reloadTasks(effect.tasks);
  const launch = effects.find((effect) => effect.kind === "launch");
  // What was started is not yet known to have opened.
  if (isFirst) addPastRun(person, { at, tone: launch ? "info" : tone, name, title, text, offers, ...keep(content) });
  const shown = { ...content, presses: [...open, ...presses] };
  if (launch) followLaunch(launch, shown, person, update);
  else update(shown);
  return content;
}

/** What the history keeps of it beside the words. */
function keep({ outcomes = [], presses = [] }: Content): Pick<PastRun, "outcomes" | "presses" | "tally"> {
  const lasting = presses.flatMap(({ label, url, name, text, path }) =>
    (url ?? text ?? path) === undefined ? [] : [{ label, url, name, text, path }],
  );
  return { outcomes: sortOutcomes(outcomes), tally: countAll(outcomes), presses: lasting };
}

/** "https://farm.studio.tld/actions/render-shots?x" is about "render-shots". */
function nameAfter(url: string): string {
  const { pathname, host } = new URL(url, location.href);
  return pathname.split("/").findLast(Boolean) ?? host;
}
