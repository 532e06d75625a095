/** A call from the click to what came of it: one toast, brought up to date, and a line in the history. */

import { findOwner } from "./address.ts";
import type { Call } from "./conversation.ts";
import { converse, findQuestion } from "./conversation.ts";
import { beginWork, resumeWork } from "./crew.ts";
import type { Diagnosis } from "./diagnose.ts";
import { findReply, understand } from "./diagnose.ts";
import { addOpenCall, addPastRun, closeOffer, listOpenCalls, removeOpenCall } from "./history.ts";
import type { Received, Sent } from "./hook.ts";
import { post, watchCalls } from "./hook.ts";
import { findAction, namePerson, personId, reloadTasks } from "./kitsu.ts";
import { followLaunch } from "./launch.ts";
import type { Offer } from "./offers.ts";
import { isOpen, listOffers, returnOffer, takeOffer } from "./offers.ts";
import type { Content, Press } from "./present.ts";
import { pend, present } from "./present.ts";
import { quietly, read } from "./realm.ts";
import type { Update } from "./ui/stack.ts";
import { showToast } from "./ui/stack.ts";
import { words } from "./words/index.ts";

/** The calls under way, to see one that is sent twice: since when, by address and selection. */
const underWay = new Map<string, number>();

/** Shows every call of a custom action, from now on. */
export function followCalls(): void {
  watchCalls({ findOwner, onSend: beginCall });
}

/** Asks what came of the calls that a reload of the page has cut off, and goes on with what is at work. */
export function resumeCalls(): void {
  resumeWork(end);
  for (const call of listOpenCalls()) {
    const update = showToast(pend(call.name, words().checking));
    quietly(() => conclude({ ...call, update }, { status: 0, contentType: "", body: "" }));
  }
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
  const update = showToast(pend(name, since ? said.sentTwice(Math.round((at - since) / 1_000)) : said.sent(tasks)));
  const again = (more: object) => post(address, Object.assign({}, sent, more));
  const call: Call = { at, url: address, run, name, person: personId(), update, again };
  addOpenCall(call);

  return (received) => {
    underWay.delete(what);
    quietly(() => conclude(call, received));
  };
}

/** Each is a run of its own. The worker knows what was called then, and is only told who asks. */
function repeat(offer: Offer, name: string, given?: Update): void {
  const address = takeOffer(offer);
  if (!address) return;
  const pending = pend(name, words().sending);
  const update = given ?? showToast(pending);
  given?.(pending);
  const again = (more: object) => post(address.url, { ...namePerson(), ...more });
  const call: Call = { ...address, at: Date.now(), name, person: personId(), update, again, offer };
  addOpenCall(call);
  quietly(async () => conclude(call, await again({})));
}

async function conclude(call: Call, received: Received): Promise<void> {
  const { name, update, again } = call;
  if (!received.status) update(pend(name, words().checking));
  const heard = await understand(received, call);
  removeOpenCall(call.run);
  // What the log says was asked can't be answered: it does not keep the question.
  const asked = received.status ? findQuestion(heard) : undefined;
  if (asked && again) converse({ ...call, again }, asked, (...last) => end(call, ...last));
  else end(call, received.status, heard);
}

/**
 * Written down and shown, with what can still be done about it. What goes on is followed instead.
 * @param isFirst no other tab writes it down
 */
function end(call: Call, status: number, heard: Diagnosis, isFirst = true): Content {
  const { at, run: id, name, person, update, offer } = call;
  const { reply, run } = findReply(heard);
  const isDone = reply?.kind === "done";
  const isFollowed = beginWork(call, heard);
  if (offer && (isDone || isFollowed)) closeOffer(person, offer, words().undone);
  else if (offer) returnOffer(offer, typeof heard === "object");
  const content = present(name, status, heard, id);
  if (isFollowed) return content;
  const { tone, title, text, presses = [] } = content;
  const offers = run ? listOffers(run, reply) : [];
  const open = drawOffers({ name, offers: offer ? [offer, ...offers] : offers }, update);
  const effects = (isDone && reply.effects) || [];
  for (const effect of effects) if (effect.kind === "refresh") reloadTasks(effect.tasks);
  const launch = effects.find((effect) => effect.kind === "launch");
  // What was started is not yet known to have opened.
  if (isFirst) addPastRun(person, { at, tone: launch ? "info" : tone, name, title, text, offers });
  const shown = { ...content, presses: [...open, ...presses] };
  if (launch) followLaunch(launch, shown, person, update);
  else update(shown);
  return content;
}

/** "https://farm.studio.tld/actions/render-shots?x" is about "render-shots". */
function nameAfter(url: string): string {
  const { pathname, host } = new URL(url, location.href);
  return pathname.split("/").findLast(Boolean) ?? host;
}
