/** Which toasts are shown, for how long, and the buttons below them. */

import * as m from "../../gen/userscript-messages.ts";
import { t } from "../i18n/index.ts";
import { readPersonId } from "../kitsu-page.ts";
import type { PastRun } from "../past-runs.ts";
import { listPastRuns } from "../past-runs.ts";
import { ignoreErrors } from "../realm.ts";
import type { Button, Content } from "../toast-content.ts";
import { removeExpiredButtons } from "./button.ts";
import { cornerButton, placeInCorner, placeUnlessInUse } from "./corner-button.ts";
import { createElement, createIcon } from "./element.ts";
import type { Panel } from "./history-panel.ts";
import { createHistoryPanel } from "./history-panel.ts";
import { announce, buildRoot, dialog, getFocused, layer, listDialog, showLayer } from "./shadow-root.ts";
import type { Toast } from "./toast.ts";
import { createToast } from "./toast.ts";
import { computeStayMs, FOLDED_STAY_MS } from "./toast-duration.ts";
import { group, groupActiveRuns } from "./toast-group.ts";
import { resumeScrolling, scroller, scrollToNewest, watchGrowth } from "./toast-scroller.ts";

/** The newest toast, and a line each for two older ones. */
const SHOWN_MAX = 3;
const TICK_MS = 500;

/**
 * Focuses the toasts, and then opens the history. Kitsu has no shortcut on it, and browsers leave
 * it to pages.
 */
const SHORTCUT = "F8";

/**
 * - `remainingMs`: how long it stays; Infinity if it stays until it is dismissed
 * - `isRead`: there was enough time to read it
 * - `awaitsAnswer`: it waits for an answer
 * - `isFolded`: the person's choice, if they made one
 */
type Entry = Toast & {
  remainingMs: number;
  isActive: boolean;
  isRead: boolean;
  awaitsAnswer: boolean;
  isFolded: boolean | undefined;
};

const entries: Entry[] = [];
let isShortened = true;
let person = "";
let panel: Panel | undefined;
let focusOrigin: Element | null = null;
let createPastRunButtons: (run: PastRun) => readonly Button[] = () => [];
let listActiveRuns: () => { content: Content; update: Update }[] = () => [];

const showMoreButton = createElement("button", { click: showAll });
const historyButton = createElement("button", { class: "round", click: togglePanel }, createIcon("history"));
const bar = createElement("div", { class: "bar" }, showMoreButton, cornerButton, historyButton);

/**
 * Builds the UI before it is needed. The interval that closes toasts also checks who is logged in,
 * and so whether there is a history.
 * @param createRunButtons the buttons of a finished run in the history
 * @param listActive the runs in progress
 */
export function buildUi(
  style: string,
  createRunButtons: typeof createPastRunButtons,
  listActive: typeof listActiveRuns,
): void {
  createPastRunButtons = createRunButtons;
  listActiveRuns = listActive;
  buildRoot(style);
  scroller.append(group);
  layer.append(scroller, bar);
  layer.addEventListener("keydown", (event) => ignoreErrors(() => onEscape(event)));
  addEventListener("keydown", (event) => ignoreErrors(() => onKey(event)), true);
  addEventListener("resize", () => ignoreErrors(placeInCorner));
  // What a click opens in Kitsu is there in the next frame. The interval notices everything else.
  addEventListener("click", () => requestAnimationFrame(() => ignoreErrors(placeUnlessInUse)), true);
  setInterval(() => ignoreErrors(tick), TICK_MS);
}

/**
 * Updates a toast, and shows it again if it was dismissed; undefined closes it. A minor update does
 * not bring it back, and returns false if the toast was dismissed.
 */
export type Update = (content: Content | undefined, isMinor?: boolean) => boolean;

export function showToast(first: Content): Update {
  const toast = createToast(
    () => close(entry),
    (isFolded) => setFolded(entry, isFolded),
  );
  const entry: Entry = {
    ...toast,
    remainingMs: 0,
    isActive: false,
    isRead: false,
    awaitsAnswer: false,
    isFolded: undefined,
  };
  watchGrowth(entry.element);
  update(first);
  return update;

  function update(content: Content | undefined, isMinor = false): boolean {
    const isNew = !entries.includes(entry);
    if (isNew && (isMinor || !content)) return false;
    if (!content) return close(entry);
    if (isNew) add(entry);
    const isAwaitingClick = entry.render(content);
    const focusedBefore = getFocused();
    // A result moves to the end, where new toasts are.
    const isResult = entry.isActive ? !content.progress : !isMinor && content.tone !== "pending";
    if (!isNew && isResult && entries.at(-1) !== entry) {
      entries.splice(entries.indexOf(entry), 1);
      add(entry);
    }
    entry.isActive = content.progress !== undefined;
    if (!isMinor) Object.assign(entry, { isRead: false, isFolded: undefined });
    entry.awaitsAnswer = content.tone === "pending" && content.isSticky === true;
    if (!entry.isRead) entry.remainingMs = isAwaitingClick ? Infinity : computeStayMs(content);
    refresh(isNew);
    // An element that is moved loses the focus.
    if (focusedBefore !== getFocused()) moveFocus(focusedBefore);
    const announcement = content.announcement ?? `${content.title}\n${content.text}`;
    if (announcement) announce(announcement, content.tone === "error");
    return true;
  }
}

function add(entry: Entry): void {
  entries.push(entry);
  scroller.append(entry.element);
  resumeScrolling();
}

/** The time does not count while someone is reading, or while the tab is hidden. */
function tick(): void {
  if (person !== readPersonId()) {
    person = readPersonId();
    refresh();
  }
  removeExpiredButtons();
  placeUnlessInUse();
  panel?.render();
  foldAll();
  if (document.hidden || layer.matches(":hover") || getFocused()) return;
  for (const entry of entries) entry.remainingMs -= TICK_MS;
  for (const entry of entries.filter(({ remainingMs }) => remainingMs <= 0)) {
    if (entry.isRead || !entry.element.querySelector(".button")) close(entry);
    else Object.assign(entry, { isRead: true, remainingMs: FOLDED_STAY_MS });
  }
  foldAll();
}

/** A toast that the person has opened stays open until they close it. */
function setFolded(entry: Entry, isFolded: boolean): void {
  const remainingMs = isFolded && entry.remainingMs < Infinity ? FOLDED_STAY_MS : Infinity;
  Object.assign(entry, { isFolded, isRead: true, remainingMs });
  foldAll();
  entry.element.scrollIntoView({ block: "nearest" });
}

/**
 * The newest toast, and those that wait for an answer, are full until they were read. The others
 * are a line each, unless they are hovered or focused.
 */
function foldAll(): void {
  const newest = entries.findLast(({ element }) => element.parentElement === scroller);
  for (const entry of entries) {
    const isFolded = entry.isFolded ?? ((entry !== newest || entry.isRead) && !entry.awaitsAnswer);
    if (!isFolded || entry.isFolded || !entry.element.matches(":hover, :focus-within")) entry.fold(isFolded);
  }
  scrollToNewest();
}

function refresh(isNew = false): void {
  const others = groupActiveRuns(entries);
  if (others.length <= SHOWN_MAX) isShortened = true;
  const hidden = isShortened ? others.slice(0, -SHOWN_MAX) : [];
  for (const entry of entries) entry.element.hidden = hidden.includes(entry);
  showMoreButton.hidden = hidden.length === 0;
  showMoreButton.textContent = t(m.more, { count: hidden.length });
  historyButton.title = formatHistoryTitle();
  historyButton.ariaExpanded = String(panel !== undefined);
  const isAnythingThere = entries.length + listActiveRuns().length + listPastRuns(readPersonId()).length > 0;
  historyButton.hidden = !isAnythingThere && !panel;
  cornerButton.hidden = entries.length === 0 && !panel;
  layer.classList.toggle("reading", panel !== undefined);
  panel?.render();
  showLayer(!historyButton.hidden, isNew);
  placeUnlessInUse();
  foldAll();
}

function formatHistoryTitle(): string {
  return `${t(m.history)} (${SHORTCUT})`;
}

/** Moves the focus to the next toast, or back to where it came from. */
function close(entry: Entry): false {
  const at = entries.indexOf(entry);
  const hadFocus = entry.element.contains(getFocused());
  entries.splice(at, 1);
  entry.element.remove();
  refresh();
  if (hadFocus) moveFocus((entries[at] ?? entries.at(-1))?.element);
  return false;
}

function showAll(): void {
  isShortened = false;
  refresh();
}

function togglePanel(): void {
  panel?.element.remove();
  panel = panel ? undefined : createHistoryPanel(formatHistoryTitle(), listActiveRuns, createPastRunButtons);
  if (panel) bar.before(panel.element);
  refresh();
  moveFocus(panel?.element);
}

function onKey(event: KeyboardEvent): void {
  if (event.key !== SHORTCUT || dialog.open || listDialog.open) return;
  event.preventDefault();
  event.stopPropagation();
  const isInside = getFocused();
  if (!isInside) focusOrigin = document.activeElement;
  const newest = entries.at(-1);
  if (newest && !isInside) newest.element.focus();
  else togglePanel();
}

function onEscape({ key }: KeyboardEvent): void {
  if (key !== "Escape") return;
  const entry = entries.find(({ element }) => element.contains(getFocused()));
  if (entry) close(entry);
  else if (panel) togglePanel();
}

function moveFocus(element: Element | null = focusOrigin): void {
  if (element instanceof HTMLElement) element.focus();
}
