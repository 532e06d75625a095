/**
 * The one element that the script adds to Kitsu's page. Its shadow root contains its styles, keys
 * and clicks.
 */

import { getLanguage } from "../i18n/index.ts";
import { isDark, watchTheme } from "../kitsu-page.ts";
import { ignoreErrors } from "../realm.ts";
import { createElement } from "./element.ts";

/** True in the tests' build. */
declare const OPEN_ROOT: boolean;

/**
 * Kitsu listens to these on the window: typing would delete annotations and start playback, Escape
 * would clear the selection.
 */
const CONTAINED_EVENTS = "keydown keyup keypress paste copy cut click mousedown mouseup pointerdown pointerup";
/** Screen readers ignore a live region that is emptied and filled at the same time. */
const ANNOUNCE_DELAY_MS = 60;

const host = document.createElement("kitsu-actions");
const shadow = host.attachShadow({ mode: OPEN_ROOT ? "open" : "closed" });
export const layer = createElement("section", {
  class: "layer",
  "aria-label": "Kitsu Actions",
  popover: "manual",
  hidden: "",
});
export const dialog = createElement("dialog", {
  class: "card",
  "aria-labelledby": "asked",
  "aria-describedby": "asked-text asked-about",
});
/** For long lists. */
export const listDialog = createElement("dialog", { class: "card sheet", "aria-labelledby": "listed" });
const status = createElement("div", { class: "announcer", role: "status" });
const alert = createElement("div", { class: "announcer", role: "alert" });

/** Builds the elements before they are needed, so that the first toast appears at once. */
export function buildRoot(style: string): void {
  shadow.append(layer, dialog, listDialog, status, alert);
  try {
    const listDialog = new CSSStyleSheet();
    listDialog.replaceSync(style);
    shadow.adoptedStyleSheets = [listDialog];
  } catch {
    // Older Firefox can't adopt sheets in its content realm. There, no CSP forbids a <style>
    // element.
    shadow.append(createElement("style", {}, style));
  }
  for (const kind of CONTAINED_EVENTS.split(" ")) host.addEventListener(kind, (event) => event.stopPropagation());
  attachHost();
  watchTheme(() => updateThemeAndLanguage());
}

/**
 * Shows or hides the layer. A new toast raises it above everything that has entered the browser's
 * top layer since.
 */
export function showLayer(isShown: boolean, isNew = false): void {
  attachHost();
  updateThemeAndLanguage();
  layer.hidden = !isShown;
  // Browsers without popovers show it by its z-index. Hiding it would lose the focus inside.
  if (!layer.showPopover) return;
  const isOpen = layer.matches(":popover-open");
  if (isOpen && (!isShown || (isNew && !layer.contains(getFocused())))) layer.hidePopover();
  if (isShown) ignoreErrors(() => layer.showPopover());
}

/** The rest of the page is inert until the dialog is closed. */
export function openModal(modal: HTMLDialogElement): void {
  attachHost();
  updateThemeAndLanguage();
  if (modal.matches(":modal")) return;
  modal.close();
  modal.showModal();
}

/** The focused element inside the shadow root. */
export function getFocused(): Element | null {
  return shadow.activeElement;
}

/** Announces a text to screen readers, once. An error interrupts them. */
export function announce(text: string, isError: boolean): void {
  status.textContent = alert.textContent = "";
  setTimeout(() => {
    (isError ? alert : status).textContent = text;
  }, ANNOUNCE_DELAY_MS);
}

function attachHost(): void {
  if (!host.isConnected) document.body.append(host);
}

/** Kitsu leaves `<html lang>` empty. */
function updateThemeAndLanguage(): void {
  host.dataset.theme = isDark() ? "dark" : "light";
  host.lang = getLanguage();
}
