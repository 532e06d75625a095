/**
 * Starts once per page: on Kitsu's pages it shows the answers of custom actions, on the worker's it
 * only says that it is installed.
 */
import { createActionButtons, resumeCalls, watchActionCalls } from "./calls.ts";
import { CONFIG } from "./config.ts";
import { watchCspViolations } from "./network-cause.ts";
import { ignoreErrors } from "./realm.ts";
import { listActiveRuns } from "./run-tracker.ts";
import { buildUi } from "./ui/toast-stack.ts";
import style from "./ui/toast-style.css";

/** Both realms see the attribute, so a second copy in another manager does not start. */
const MARK = "data-kitsu-actions";

/** Some managers run the script before there is an <html> element. */
const arrival = new MutationObserver(() => ignoreErrors(wakeUp));
arrival.observe(document, { childList: true });
ignoreErrors(wakeUp);

function wakeUp(): void {
  const { documentElement: html } = document;
  if (!html) return;
  arrival.disconnect();
  const isKitsu = CONFIG.kitsu.includes(location.origin);
  if (html.hasAttribute(MARK) || (!isKitsu && location.origin !== new URL(CONFIG.worker).origin)) return;
  html.setAttribute(MARK, CONFIG.version);
  if (!isKitsu) return;
  watchCspViolations();
  watchActionCalls();
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", () => ignoreErrors(begin));
  else begin();
}

function begin(): void {
  buildUi(style, createActionButtons, listActiveRuns);
  resumeCalls();
}
