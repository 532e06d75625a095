/** Which toasts there are, for how long, and what can be done with all of them. */
import type { PastRun } from "../history.ts";
import { listRuns } from "../history.ts";
import { personId } from "../kitsu.ts";
import type { Content, Press } from "../present.ts";
import { quietly } from "../realm.ts";
import { words } from "../words/index.ts";
import { gather, group } from "./group.ts";
import { h, icon } from "./h.ts";
import { drawHistory } from "./history.ts";
import { removePassed } from "./press.ts";
import { buildRoot, dialog, focused, layer, say, showLayer } from "./root.ts";
import type { Toast } from "./toast.ts";
import { createToast } from "./toast.ts";

const SHOWN_MAX = 3;
/** A message with nothing to press stays as long as it takes to read. */
const STAY_MS = 6_000;
const STAY_PER_WORD_MS = 300;
const TICK_MS = 500;

/** Leads to the toasts and from there to the last runs. Kitsu has no shortcut on it, browsers leave it to pages. */
const KEY = "F8";

/** `left`: milliseconds it stays; a toast without an end has Infinity. */
type Entry = Toast & { left: number; isWork: boolean };

const entries: Entry[] = [];
let isFolded = true;
let person = "";
let panel: HTMLElement | undefined;
let cameFrom: Element | null = null;
let drawPastOffers: (run: PastRun) => readonly Press[] = () => [];
let listWork: () => { content: Content; update: Update }[] = () => [];

const unfold = h("button", { click: showAll });
const past = h("button", { class: "round", click: togglePanel }, icon("history"));
const bar = h("div", { class: "bar" }, unfold, past);

/**
 * Builds the UI before it is needed. The clock that ends toasts also finds out who is logged in, and so whether there is a history.
 * @param drawOffers what can still be done with a run of the history
 * @param listAtWork what the history shows on top
 */
export function raiseUi(style: string, drawOffers: typeof drawPastOffers, listAtWork: typeof listWork): void {
  drawPastOffers = drawOffers;
  listWork = listAtWork;
  buildRoot(style);
  layer.append(group, bar);
  layer.addEventListener("keydown", (event) => quietly(() => onEscape(event)));
  addEventListener("keydown", (event) => quietly(() => onKey(event)), true);
  setInterval(() => quietly(tick), TICK_MS);
}

/**
 * Brings a toast up to date, and back if it was dismissed meanwhile. Not for what is `minor`: false when it was dismissed. Without content it
 * goes away.
 */
export type Update = (content: Content | undefined, isMinor?: boolean) => boolean;

export function showToast(first: Content): Update {
  const entry: Entry = { ...createToast(() => close(entry)), left: 0, isWork: false };
  update(first);
  return update;

  function update(content: Content | undefined, isMinor = false): boolean {
    const isNew = !entries.includes(entry);
    const had = focused();
    if (isNew && (isMinor || !content)) return false;
    if (!content) return close(entry);
    // What ends goes to where what is new is.
    const isOver = entry.isWork && !content.work;
    if (isOver) entries.splice(entries.indexOf(entry), 1);
    if (isNew || isOver) {
      entries.push(entry);
      bar.before(entry.element);
    }
    entry.isWork = content.work !== undefined;
    entry.draw(content);
    entry.left = measureStay(entry, content);
    refresh(isNew);
    // What is said may be longer than what was there, and not to be seen any more.
    if (!isMinor && !layer.matches(":hover")) entry.element.scrollIntoView({ block: "nearest" });
    // What is moved loses it.
    if (had !== focused()) giveFocus(had);
    const said = content.said ?? `${content.title}\n${content.text}`;
    if (said) say(said, content.tone === "error");
    return true;
  }
}

function measureStay({ element }: Entry, { tone, title, text }: Content): number {
  if (!/success|info/.test(tone) || element.querySelector(".press,details")) return Infinity;
  return STAY_MS + STAY_PER_WORD_MS * `${title} ${text}`.split(/\s+/).length;
}

/** Time stands still while somebody reads, and while nobody can. */
function tick(): void {
  if (person !== personId()) {
    person = personId();
    refresh();
  }
  removePassed();
  if (document.hidden || layer.matches(":hover") || focused()) return;
  for (const entry of entries) entry.left -= TICK_MS;
  for (const entry of entries.filter(({ left }) => left <= 0)) close(entry);
}

function refresh(isNew = false): void {
  const said = words();
  const others = gather(entries);
  if (others.length <= SHOWN_MAX) isFolded = true;
  const folded = isFolded ? others.slice(0, -SHOWN_MAX) : [];
  for (const entry of entries) entry.element.hidden = folded.includes(entry);
  unfold.hidden = folded.length === 0;
  unfold.textContent = said.more(folded.length);
  past.title = nameHistory();
  past.ariaExpanded = String(panel !== undefined);
  past.hidden = entries.length + listWork().length === 0 && !panel && listRuns(personId()).length === 0;
  showLayer(!past.hidden, isNew);
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
  isFolded = false;
  refresh();
}

function togglePanel(): void {
  panel?.remove();
  panel = panel ? undefined : drawHistory(nameHistory(), listWork(), drawPastOffers);
  if (panel) bar.before(panel);
  refresh();
  giveFocus(panel);
}

function onKey(event: KeyboardEvent): void {
  if (event.key !== KEY || dialog.open) return;
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
