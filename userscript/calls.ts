/** A call from the click to what came of it: one toast, brought up to date, and a line in the history. */

import { hear } from "../contract.ts";
import { findOwner } from "./address.ts";
import type { Unread } from "./diagnose.ts";
import { diagnose } from "./diagnose.ts";
import { addOpenCall, addPastRun, listOpenCalls, removeOpenCall } from "./history.ts";
import type { Received, Sent } from "./hook.ts";
import { watchCalls } from "./hook.ts";
import { findAction, personId } from "./kitsu.ts";
import type { Content } from "./present.ts";
import { present, presentSilence } from "./present.ts";
import { quietly, read } from "./realm.ts";
import { showToast } from "./ui/stack.ts";
import { words } from "./words/index.ts";

type Call = Unread & { name: string; person: string };
type Update = (content: Content) => void;

/** The calls under way, to see one that is sent twice: the address and the selection, and since when. */
const underWay: { what: string; at: number }[] = [];

/** Shows every call of a custom action, from now on. */
export function followCalls(): void {
  watchCalls({ findOwner, onSend: beginCall });
}

/** Asks what came of the calls that a reload of the page has cut off. */
export function resumeCalls(): void {
  for (const call of listOpenCalls()) settleUnread(call, showToast(pend(call, words().checking)));
}

function beginCall({ url, run, body }: Sent): (answer: Received) => void {
  const at = Date.now();
  const selection = quietly(() => read(JSON.parse(body), "selection"));
  const call: Call = { at, url, run, name: findAction(url) || nameAfter(url), person: personId() };
  const mine = { what: JSON.stringify([url, selection]), at };
  const first = underWay.find(({ what }) => what === mine.what);
  underWay.push(mine);

  const { sent, sentTwice } = words();
  const tasks = Array.isArray(selection) ? selection.length : 0;
  const update = showToast(pend(call, first ? sentTwice(Math.round((at - first.at) / 1_000)) : sent(tasks)));
  if (run) addOpenCall({ ...call, run });

  return ({ status, contentType, body: answered }) => {
    underWay.splice(underWay.indexOf(mine), 1);
    if (status === 0) settleUnread(call, update);
    else settle(call, update, present(call.name, status, hear(status, contentType, answered)));
  };
}

function settleUnread(call: Call, update: Update): void {
  findOut(call, update).catch(() => {});
}

async function findOut(call: Call, update: Update): Promise<void> {
  update(pend(call, words().checking));
  const found = await diagnose(call);
  settle(call, update, typeof found === "string" ? presentSilence(call.name, found, call.run) : present(call.name, 200, found));
}

function settle({ at, name, person, run }: Call, update: Update, content: Content): void {
  const { tone, title, text } = content;
  removeOpenCall(run);
  addPastRun(person, { at, tone, name, title, text });
  update(content);
}

function pend({ name }: Call, text: string): Content {
  return { tone: "pending", title: name, text };
}

/** "https://farm.studio.tld/actions/render-shots?x" is about "render-shots". */
function nameAfter(url: string): string {
  const { pathname, host } = new URL(url, location.href);
  return pathname.split("/").findLast(Boolean) ?? host;
}
