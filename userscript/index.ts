/** Wakes up once per page: on Kitsu's to show what custom actions answer, on the worker's only to say that it is installed. */
import { drawOffers, followCalls, resumeCalls } from "./calls.ts";
import { CONFIG } from "./config.ts";
import { watchPolicy } from "./network-cause.ts";
import { quietly } from "./realm.ts";
import { listWork } from "./run-tracker.ts";
import { raiseUi } from "./ui/toast-stack.ts";
import style from "./ui/toast-style.css";

/** Seen from both realms, so also by a second copy of this script in another manager. */
const MARK = "data-kitsu-actions";

/** Some managers are so early that there is no <html> yet to put the mark on. */
const arrival = new MutationObserver(() => quietly(wakeUp));
arrival.observe(document, { childList: true });
quietly(wakeUp);

function wakeUp(): void {
  const { documentElement: html } = document;
  if (!html) return;
  arrival.disconnect();
  const isKitsu = CONFIG.kitsu.includes(location.origin);
  if (html.hasAttribute(MARK) || (!isKitsu && location.origin !== new URL(CONFIG.worker).origin)) return;
  html.setAttribute(MARK, CONFIG.version);
  if (!isKitsu) return;
  watchPolicy();
  followCalls();
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", () => quietly(begin));
  else begin();
}

function begin(): void {
  raiseUi(style, drawOffers, listWork);
  resumeCalls();
}
