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
import { buildUi } from "./ui/toast-stack.ts";
import style from "./ui/toast-style.css";

/** Both realms see the attribute, so a second copy in another manager does not start. */
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
  if (!isKitsu) return;
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
