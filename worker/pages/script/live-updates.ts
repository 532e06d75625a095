// Keeps the page of a run in progress up to date, with a WebSocket or by polling.

import { type Outcome, openRunSocket, type Progress, parseResponse, type Reply, type Run } from "../../../contract.ts";
import { countOutcomes, formatProgress, formatState } from "../../format/labels.ts";
import { localizeHere } from "./localize-here.ts";

/** The pause before the next attempt doubles each time, up to a limit. */
const WAIT_MS = 3_000;
const WAIT_MAX_MS = 15_000;
const ANSWER_MAX_MS = 10_000;

export function followRun(): void {
  const element = document.querySelector<HTMLElement>("[data-follow]");
  const { follow, socket } = element?.dataset ?? {};
  if (element === null || follow === undefined || socket === undefined) return;
  const connectionNotice = element.querySelector<HTMLElement>(".unfollowed");
  // A page that is submitting a form must not be reloaded.
  let isLeaving = false;
  element.addEventListener("submit", () => {
    isLeaving = true;
  });
  const receive = (text: string) => {
    if (isLeaving) return;
    const parsed = parseResponse(200, "application/json", text);
    // A proxy answers something else if the worker can't be reached.
    if (connectionNotice !== null) connectionNotice.hidden = parsed.kind === "reply";
    if (parsed.kind === "reply") showReply(element, parsed.reply, parsed.run);
  };
  let waitMs = WAIT_MS;
  connect();

  function connect(): void {
    const receiveNews = (answer: string) => {
      waitMs = WAIT_MS;
      receive(answer);
    };
    openRunSocket(socket ?? "", receiveNews, poll);
  }

  // A proxy may block sockets, and a laptop may have been asleep.
  function poll(): void {
    fetch(follow ?? "", { credentials: "omit", cache: "no-store", signal: AbortSignal.timeout(ANSWER_MAX_MS) })
      .then((response) => response.text())
      .then(receive, () => receive(""))
      .finally(() => {
        setTimeout(connect, waitMs);
        waitMs = Math.min(2 * waitMs, WAIT_MAX_MS);
      });
  }
}

/** Reloads the page if the reply has another kind, other tasks or other buttons. */
function showReply(element: HTMLElement, reply: Reply, run: Run | undefined): void {
  const { outcomes = [], progress = undefined } = reply.kind === "started" ? reply : {};
  const rows = outcomes.map(({ id }) => element.querySelector<HTMLElement>(`[data-task="${CSS.escape(id)}"]`));
  const controls = ["pause", "resume", "cancel"].filter((name) => run !== undefined && name in run).join(" ");
  const needsReload =
    controls !== element.dataset.controls ||
    rows.includes(null) ||
    (progress && element.querySelector("[data-progress]") === null) ||
    (reply.kind === "started" && reply.picture && element.querySelector("img.picture") === null);
  if (reply.kind !== "started" || needsReload) {
    location.reload();
    return;
  }
  const title = element.querySelector("h1")?.lastChild;
  if (title && title.textContent !== reply.title) {
    title.textContent = reply.title;
    document.title = `${reply.title} · Kitsu Actions`;
  }
  setText(element.querySelector(".text"), reply.text);
  setText(element.querySelector("h2"), localizeHere(countOutcomes(outcomes)));
  const picture = element.querySelector<HTMLImageElement>("img.picture");
  if (picture !== null && reply.picture !== undefined && picture.src !== reply.picture) picture.src = reply.picture;
  if (progress) showProgress(element, progress);
  for (const [at, outcome] of outcomes.entries()) updateRow(rows[at], outcome);
}

/** Adds and removes parts of the row: a shot that is done has no progress. */
function updateRow(row: HTMLElement | null | undefined, { state, reason, link, progress }: Outcome): void {
  const label = row?.querySelector(".label");
  if (!row || !label) return;
  row.className = state;
  setText(row.querySelector(".state"), localizeHere(formatState(state, false)));
  const reasonElement = row.querySelector(".reason") ?? create("span", "reason");
  if (!reasonElement.isConnected) label.after(" ", reasonElement);
  setText(reasonElement, reason);
  const progressElement = row.querySelector(".progress") ?? create("span", "progress");
  if (!progress) progressElement.remove();
  else if (!progressElement.isConnected) {
    const text = document.createElement("span");
    text.dataset.progress = "";
    progressElement.append(document.createElement("progress"), " ", text);
    reasonElement.after(progressElement);
  }
  if (progress) showProgress(progressElement, progress);
  const anchor = row.querySelector("a") ?? create("a", "");
  if (link && !anchor.isConnected) row.append(" ", anchor);
  if (link) Object.assign(anchor, { href: link.url, rel: "noreferrer", textContent: link.label });
}

const create = <K extends "span" | "a">(tag: K, className: string) =>
  Object.assign(document.createElement(tag), { className });

/** Leaves an equal text alone, because someone may be selecting it. */
function setText(element: Element | null, text = ""): void {
  if (element !== null && element.textContent !== text) element.textContent = text;
}

function showProgress(element: Element, progress: Progress): void {
  const bar = element.querySelector("progress");
  if (bar !== null) Object.assign(bar, { max: progress.total, value: progress.done });
  setText(element.querySelector("[data-progress]"), localizeHere(formatProgress(progress)));
}
