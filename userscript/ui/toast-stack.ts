/** Which toasts there are, for how long, and what can be done with all of them. */

import { words } from "../i18n/index.ts";
import { personId } from "../kitsu-page.ts";
import type { PastRun } from "../past-runs.ts";
import { listRuns } from "../past-runs.ts";
import { quietly } from "../realm.ts";
import type { Content, Press } from "../toast-content.ts";
import { removePassed } from "./button.ts";
import { mover, place, putThere } from "./corner-button.ts";
import { h, icon } from "./element.ts";
import type { Panel } from "./history-panel.ts";
import { createHistory } from "./history-panel.ts";
import { buildRoot, dialog, focused, layer, say, sheet, showLayer } from "./shadow-root.ts";
import type { Toast } from "./toast.ts";
import { createToast } from "./toast.ts";
import { gather, group } from "./toast-group.ts";
import { followNewest, keepNewest, scroller, watchGrowth } from "./toast-scroller.ts";

/** The newest, and two lines of what was before. */
const SHOWN_MAX = 3;
/** A message stays as long as it takes to read. With nothing to press it goes then, otherwise it is one line for another minute. */
const STAY_MS = 6_000;
const STAY_PER_WORD_MS = 300;
const LINE_MS = 60_000;
const TICK_MS = 500;

/** Leads to the toasts and from there to the last runs. Kitsu has no shortcut on it, browsers leave it to pages. */
const KEY = "F8";

/**
 * - `left`: milliseconds it stays; a toast without an end has Infinity
 * - `isRead`: there was time to read it
 * - `isAsking`: it waits for an answer
 * - `isFolded`: as the person wants it, who may want nothing
 */
type Entry = Toast & {
  left: number;
  isWork: boolean;
  isRead: boolean;
  isAsking: boolean;
  isFolded: boolean | undefined;
};

const entries: Entry[] = [];
let isShort = true;
let person = "";
let panel: Panel | undefined;
let cameFrom: Element | null = null;
let drawPastOffers: (run: PastRun) => readonly Press[] = () => [];
let listWork: () => { content: Content; update: Update }[] = () => [];

const unfold = h("button", { click: showAll });
const past = h("button", { class: "round", click: togglePanel }, icon("history"));
const bar = h("div", { class: "bar" }, unfold, mover, past);

/**
 * Builds the UI before it is needed. The clock that ends toasts also finds out who is logged in, and so whether there is a history.
 * @param drawOffers what can still be done with a run of the history
 * @param listAtWork what the history shows on top
 */
export function raiseUi(style: string, drawOffers: typeof drawPastOffers, listAtWork: typeof listWork): void {
  drawPastOffers = drawOffers;
  listWork = listAtWork;
  buildRoot(style);
  scroller.append(group);
  layer.append(scroller, bar);
  layer.addEventListener("keydown", (event) => quietly(() => onEscape(event)));
  addEventListener("keydown", (event) => quietly(() => onKey(event)), true);
  addEventListener("resize", () => quietly(putThere));
  // What a click opens is there in the next frame; what else opens, the clock finds.
  addEventListener("click", () => requestAnimationFrame(() => quietly(place)), true);
  setInterval(() => quietly(tick), TICK_MS);
}

/**
 * Brings a toast up to date, and back if it was dismissed meanwhile. Not for what is `minor`: false when it was dismissed. Without content it
 * goes away.
 */
export type Update = (content: Content | undefined, isMinor?: boolean) => boolean;

export function showToast(first: Content): Update {
  const toast = createToast(
    () => close(entry),
    (isFolded) => wish(entry, isFolded),
  );
  const entry: Entry = { ...toast, left: 0, isWork: false, isRead: false, isAsking: false, isFolded: undefined };
  watchGrowth(entry.element);
  update(first);
  return update;

  function update(content: Content | undefined, isMinor = false): boolean {
    const isNew = !entries.includes(entry);
    if (isNew && (isMinor || !content)) return false;
    if (!content) return close(entry);
    if (isNew) add(entry);
    const isOwed = entry.draw(content);
    const had = focused();
    // What is heard of last goes to where what is new is.
    const isResult = entry.isWork ? !content.work : !isMinor && content.tone !== "pending";
    if (!isNew && isResult && entries.at(-1) !== entry) {
      entries.splice(entries.indexOf(entry), 1);
      add(entry);
    }
    entry.isWork = content.work !== undefined;
    if (!isMinor) Object.assign(entry, { isRead: false, isFolded: undefined });
    entry.isAsking = content.tone === "pending" && content.stays === true;
    if (!entry.isRead) entry.left = isOwed ? Infinity : measureStay(content);
    refresh(isNew);
    // What is moved loses it.
    if (had !== focused()) giveFocus(had);
    const said = content.said ?? `${content.title}\n${content.text}`;
    if (said) say(said, content.tone === "error");
    return true;
  }
}

function add(entry: Entry): void {
  entries.push(entry);
  scroller.append(entry.element);
  followNewest();
}

function measureStay({ tone, title, text, stays }: Content): number {
  if (stays || !/success|info/.test(tone)) return Infinity;
  return STAY_MS + STAY_PER_WORD_MS * `${title} ${text}`.split(/\s+/).length;
}

/** Time stands still while somebody reads, and while nobody can. */
function tick(): void {
  if (person !== personId()) {
    person = personId();
    refresh();
  }
  removePassed();
  place();
  panel?.draw();
  foldAll();
  if (document.hidden || layer.matches(":hover") || focused()) return;
  for (const entry of entries) entry.left -= TICK_MS;
  for (const entry of entries.filter(({ left }) => left <= 0)) {
    if (entry.isRead || !entry.element.querySelector(".press")) close(entry);
    else Object.assign(entry, { isRead: true, left: LINE_MS });
  }
  foldAll();
}

/** What the person opens stays open, and stays. */
function wish(entry: Entry, isFolded: boolean): void {
  Object.assign(entry, { isFolded, isRead: true, left: isFolded && entry.left < Infinity ? LINE_MS : Infinity });
  foldAll();
  entry.element.scrollIntoView({ block: "nearest" });
}

/** The newest is whole until it was read, and what waits for an answer. The others are a line each, but not under somebody's hands. */
function foldAll(): void {
  const newest = entries.findLast(({ element }) => element.parentElement === scroller);
  for (const entry of entries) {
    const isFolded = entry.isFolded ?? ((entry !== newest || entry.isRead) && !entry.isAsking);
    if (!isFolded || entry.isFolded || !entry.element.matches(":hover, :focus-within")) entry.fold(isFolded);
  }
  keepNewest();
}

function refresh(isNew = false): void {
  const said = words();
  const others = gather(entries);
  if (others.length <= SHOWN_MAX) isShort = true;
  const hidden = isShort ? others.slice(0, -SHOWN_MAX) : [];
  for (const entry of entries) entry.element.hidden = hidden.includes(entry);
  unfold.hidden = hidden.length === 0;
  unfold.textContent = said.more(hidden.length);
  past.title = nameHistory();
  past.ariaExpanded = String(panel !== undefined);
  past.hidden = entries.length + listWork().length === 0 && !panel && listRuns(personId()).length === 0;
  mover.hidden = entries.length === 0 && !panel;
  layer.classList.toggle("reading", panel !== undefined);
  panel?.draw();
  showLayer(!past.hidden, isNew);
  place();
  foldAll();
}

function nameHistory(): string {
  return `${words().history} (${KEY})`;
}

/** The focus goes to the toast that takes the place, else back to where it came from. */
function close(entry: Entry): false {
  const at = entries.indexOf(entry);
  const hadFocus = entry.element.contains(focused());
  entries.splice(at, 1);
  entry.element.remove();
  refresh();
  if (hadFocus) giveFocus((entries[at] ?? entries.at(-1))?.element);
  return false;
}

function showAll(): void {
  isShort = false;
  refresh();
}

function togglePanel(): void {
  panel?.element.remove();
  panel = panel ? undefined : createHistory(nameHistory(), listWork, drawPastOffers);
  if (panel) bar.before(panel.element);
  refresh();
  giveFocus(panel?.element);
}

function onKey(event: KeyboardEvent): void {
  if (event.key !== KEY || dialog.open || sheet.open) return;
  event.preventDefault();
  event.stopPropagation();
  const isInside = focused();
  if (!isInside) cameFrom = document.activeElement;
  const newest = entries.at(-1);
  if (newest && !isInside) newest.element.focus();
  else togglePanel();
}

function onEscape({ key }: KeyboardEvent): void {
  if (key !== "Escape") return;
  const entry = entries.find(({ element }) => element.contains(focused()));
  if (entry) close(entry);
  else if (panel) togglePanel();
}

function giveFocus(element: Element | null = cameFrom): void {
  if (element instanceof HTMLElement) element.focus();
}
