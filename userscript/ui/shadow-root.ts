/** The one element this script adds to Kitsu's page: a shadow root whose keys, clicks and styles stay inside. */

import { language } from "../i18n/index.ts";
import { isDark, watchTheme } from "../kitsu-page.ts";
import { quietly } from "../realm.ts";
import { h } from "./element.ts";

/** True in the build that tests look into. */
declare const OPEN_ROOT: boolean;

/** What Kitsu listens to on window: typing would delete annotations and play films, Escape would clear the selection of tasks. */
const KEPT_INSIDE = "keydown keyup keypress paste copy cut click mousedown mouseup pointerdown pointerup";
/** A live region that gets its text in the same breath as it is emptied says nothing. */
const SAY_AFTER_MS = 60;

const host = document.createElement("kitsu-actions");
const shadow = host.attachShadow({ mode: OPEN_ROOT ? "open" : "closed" });
export const layer = h("section", { class: "layer", "aria-label": "Kitsu Actions", popover: "manual", hidden: "" });
export const dialog = h("dialog", {
  class: "card",
  "aria-labelledby": "asked",
  "aria-describedby": "asked-text asked-about",
});
/** For what is only read. */
export const sheet = h("dialog", { class: "card sheet", "aria-labelledby": "listed" });
const status = h("div", { class: "say", role: "status" });
const alert = h("div", { class: "say", role: "alert" });

/** Builds what is seen later, so that the first toast needs no time of its own. */
export function buildRoot(style: string): void {
  shadow.append(layer, dialog, sheet, status, alert);
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
    shadow.adoptedStyleSheets = [sheet];
  } catch {
    // Older Firefox's content realm can't adopt sheets, and there no CSP forbids the element.
    shadow.append(h("style", {}, style));
  }
  for (const kind of KEPT_INSIDE.split(" ")) host.addEventListener(kind, (event) => event.stopPropagation());
  connect();
  watchTheme(() => paint());
}

/** Shows or hides the layer. A new toast raises it above whatever has entered the browser's top layer since. */
export function showLayer(isShown: boolean, isNew = false): void {
  connect();
  paint();
  layer.hidden = !isShown;
  // Browsers older than popover show it by z-index. With the focus inside, hiding would lose it.
  if (!layer.showPopover) return;
  const isOpen = layer.matches(":popover-open");
  if (isOpen && (!isShown || (isNew && !layer.contains(focused())))) layer.hidePopover();
  if (isShown) quietly(() => layer.showPopover());
}

/** Nothing else can be used until it is closed. */
export function openModally(which: HTMLDialogElement): void {
  connect();
  paint();
  if (which.matches(":modal")) return;
  which.close();
  which.showModal();
}

/** The element inside that has the focus. */
export function focused(): Element | null {
  return shadow.activeElement;
}

/** Tells screen readers, once. An error interrupts them. */
export function say(text: string, isError: boolean): void {
  status.textContent = alert.textContent = "";
  setTimeout(() => {
    (isError ? alert : status).textContent = text;
  }, SAY_AFTER_MS);
}

function connect(): void {
  if (!host.isConnected) document.body.append(host);
}

/** Kitsu leaves `<html lang>` empty. */
function paint(): void {
  host.dataset.theme = isDark() ? "dark" : "light";
  host.lang = language();
}
