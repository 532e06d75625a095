/** Which toasts there are, for how long, and what can be done with all of them. */
import { listRuns } from "../history.ts";
import { personId } from "../kitsu.ts";
import type { Content } from "../present.ts";
import { quietly } from "../realm.ts";
import { words } from "../words/index.ts";
import { h, icon } from "./h.ts";
import { drawHistory } from "./history.ts";
import { buildRoot, focused, layer, say, showLayer } from "./root.ts";
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
type Entry = Toast & { left: number };

const entries: Entry[] = [];
let isFolded = true;
let person = "";
let panel: HTMLElement | undefined;
let cameFrom: Element | null = null;

const unfold = h("button", { click: showAll });
const past = h("button", { class: "round", click: togglePanel }, icon("history"));
const bar = h("div", { class: "bar" }, unfold, past);

/** Builds the UI before it is needed. The clock that ends toasts also finds out who is logged in, and so whether there is a history. */
export function raiseUi(): void {
  buildRoot();
  layer.append(bar);
  layer.addEventListener("keydown", (event) => quietly(() => onEscape(event)));
  addEventListener("keydown", (event) => quietly(() => onKey(event)), true);
  setInterval(() => quietly(tick), TICK_MS);
}

/** Shows a toast; what it returns brings the same toast up to date, and back if it was dismissed meanwhile. */
export function showToast(first: Content): (content: Content) => void {
  const entry: Entry = { ...createToast(() => close(entry)), left: 0 };
  update(first);
  return update;

  function update(content: Content): void {
    const isNew = !entries.includes(entry);
    if (isNew) {
      entries.push(entry);
      bar.before(entry.element);
    }
    entry.left = measureStay(content);
    entry.draw(content);
    refresh(isNew);
    say(`${content.title}\n${content.text}`, content.tone === "error");
  }
}

function measureStay({ tone, title, text, outcomes, tables, presses }: Content): number {
  const isBrief = tone === "success" || tone === "info";
  if (!isBrief || presses?.length || outcomes?.length || tables?.length) return Infinity;
  return STAY_MS + STAY_PER_WORD_MS * `${title} ${text}`.split(/\s+/).length;
}

/** Time stands still while somebody reads, and while nobody can. */
function tick(): void {
  if (person !== personId()) {
    person = personId();
    refresh();
  }
  if (document.hidden || layer.matches(":hover") || focused()) return;
  for (const entry of entries) entry.left -= TICK_MS;
  for (const entry of entries.filter(({ left }) => left <= 0)) close(entry);
}

function refresh(isNew = false): void {
  const said = words();
  if (entries.length <= SHOWN_MAX) isFolded = true;
  const folded = isFolded ? entries.slice(0, -SHOWN_MAX) : [];
  for (const entry of entries) entry.element.hidden = folded.includes(entry);
  unfold.hidden = folded.length === 0;
  unfold.textContent = said.more(folded.length);
  past.title = nameHistory();
  past.ariaExpanded = String(panel !== undefined);
  past.hidden = entries.length === 0 && !panel && listRuns(personId()).length === 0;
  showLayer(!past.hidden, isNew);
  if (isNew) entries.at(-1)?.element.scrollIntoView({ block: "nearest" });
}

function nameHistory(): string {
  return `${words().history} (${KEY})`;
}

/** The focus goes to the toast that takes the place, else back to where it came from. */
function close(entry: Entry): void {
  const at = entries.indexOf(entry);
  const hadFocus = entry.element.contains(focused());
  entries.splice(at, 1);
  entry.element.remove();
  refresh();
  if (hadFocus) giveFocus((entries[at] ?? entries.at(-1))?.element);
}

function showAll(): void {
  isFolded = false;
  refresh();
}

function togglePanel(): void {
  panel?.remove();
  panel = panel ? undefined : drawHistory(nameHistory());
  if (panel) bar.before(panel);
  refresh();
  giveFocus(panel);
}

function onKey(event: KeyboardEvent): void {
  if (event.key !== KEY) return;
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
