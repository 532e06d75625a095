/**
 * Starts once per page: on Kitsu's pages it shows the answers of custom actions, on the worker's it
 * only says that it is installed.
 */
import { createActionButtons, resumeCalls, watchActionCalls } from "./calls.ts";
import { CONFIG } from "./config.ts";
import { getLanguage } from "./i18n/index.ts";
import { onceLoggedIn } from "./kitsu-page.ts";
import { watchCspViolations } from "./network-cause.ts";
import { ignoreErrors } from "./realm.ts";
import { listActiveRuns } from "./run-tracker.ts";
import { isWorkerUrl } from "./run-url.ts";
import { saveList } from "./storage.ts";
import { buildUi } from "./ui/toast-stack.ts";
import style from "./ui/toast-style.css";

/**
 * All realms see the attribute, so a second copy does not start, whichever version it has and
 * however it got here: in another manager, or by a tag in Kitsu's page.
 */
const VERSION_ATTRIBUTE = "data-kitsu-actions";

/** Some managers run the script before there is an <html> element. */
const htmlObserver = new MutationObserver(() => ignoreErrors(start));
htmlObserver.observe(document, { childList: true });
ignoreErrors(start);

function start(): void {
  const { documentElement: html } = document;
  if (!html) return;
  htmlObserver.disconnect();
  const isKitsu = CONFIG.kitsu.includes(location.origin);
  if (html.hasAttribute(VERSION_ATTRIBUTE) || (!isKitsu && location.origin !== new URL(CONFIG.worker).origin)) return;
  html.setAttribute(VERSION_ATTRIBUTE, CONFIG.version);
  // The worker's pages may be on Kitsu's host.
  if (!isKitsu || isWorkerUrl(location.href)) return;
  // The worker's home page shows it, if it is on Kitsu's host.
  saveList(() => localStorage, "kitsu-actions:script", [{ way: CONFIG.way, at: Date.now() }], 1);
  watchCspViolations();
  watchActionCalls();
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", () => ignoreErrors(showUi));
  else showUi();
}

function showUi(): void {
  buildUi(style, createActionButtons, listActiveRuns);
  resumeCalls();
  // Loads the language before the first toast needs it.
  onceLoggedIn(getLanguage);
}
