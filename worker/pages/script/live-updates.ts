// Keeps the page of a run that goes on up to date: told by a socket, or asking where there is none.

import { type Outcome, type Progress, parseResponse, type Reply, type Run } from "../../../contract.ts";
import { countOutcomes, STATES, sayProgress } from "../../format/labels.ts";

const ASK_EVERY_MS = 3_000;
const ANSWER_MAX_MS = 10_000;
/** What says nothing for so long may be dead without knowing. */
const QUIET_MAX_MS = 60_000;

export function followRun(): void {
  const element = document.querySelector<HTMLElement>("[data-follow]");
  const { follow, socket } = element?.dataset ?? {};
  if (element === null || follow === undefined || socket === undefined) return;
  const lost = element.querySelector<HTMLElement>(".unfollowed");
  // A page that is on its way to another must not be loaded again.
  let isLeaving = false;
  element.addEventListener("submit", () => {
    isLeaving = true;
  });
  const take = (text: string) => {
    if (isLeaving) return;
    const heard = parseResponse(200, "application/json", text);
    // A proxy has words of its own where the worker can't be reached.
    if (lost !== null) lost.hidden = heard.kind === "reply";
    if (heard.kind === "reply") show(element, heard.reply, heard.run);
  };
  connect();

  function connect(): void {
    const line = new WebSocket(socket ?? "");
    let quiet = setTimeout(end, QUIET_MAX_MS);
    line.onclose = end;
    line.onmessage = ({ data }) => {
      clearTimeout(quiet);
      quiet = setTimeout(end, QUIET_MAX_MS);
      take(String(data));
    };

    // A proxy may not let sockets through, and a laptop may have slept.
    function end(): void {
      clearTimeout(quiet);
      line.onclose = null;
      line.close();
      fetch(follow ?? "", { credentials: "omit", cache: "no-store", signal: AbortSignal.timeout(ANSWER_MAX_MS) })
        .then((response) => response.text())
        .then(take, () => take(""))
        .finally(() => setTimeout(connect, ASK_EVERY_MS));
    }
  }
}

/** Another kind of reply, another list, or other buttons are another page. */
function show(element: HTMLElement, reply: Reply, run: Run | undefined): void {
  const { outcomes = [], progress = undefined } = reply.kind === "started" ? reply : {};
  const rows = outcomes.map(({ id }) => element.querySelector<HTMLElement>(`[data-task="${CSS.escape(id)}"]`));
  const controls = ["pause", "resume", "cancel"].filter((name) => run !== undefined && name in run).join(" ");
  const isAnother =
    controls !== element.dataset.controls ||
    rows.includes(null) ||
    (progress && element.querySelector("[data-progress]") === null) ||
    (reply.kind === "started" && reply.picture && element.querySelector("img.picture") === null);
  if (reply.kind !== "started" || isAnother) {
    location.reload();
    return;
  }
  const title = element.querySelector("h1")?.lastChild;
  if (title && title.textContent !== reply.title) {
    title.textContent = reply.title;
    document.title = `${reply.title} · Kitsu Actions`;
  }
  write(element.querySelector(".text"), reply.text);
  write(element.querySelector("h2"), countOutcomes(outcomes));
  const picture = element.querySelector<HTMLImageElement>("img.picture");
  if (picture !== null && reply.picture !== undefined && picture.src !== reply.picture) picture.src = reply.picture;
  if (progress) draw(element, progress);
  for (const [at, outcome] of outcomes.entries()) showRow(rows[at], outcome);
}

/**
 * What it had not before is made, and what it has no more goes: a shot that is done is no longer at
 * some frame.
 */
function showRow(row: HTMLElement | null | undefined, { state, reason, link, progress }: Outcome): void {
  const label = row?.querySelector(".label");
  if (!row || !label) return;
  row.className = state;
  write(row.querySelector(".state"), STATES[state]);
  const why = row.querySelector(".reason") ?? make("span", "reason");
  if (!why.isConnected) label.after(" ", why);
  write(why, reason);
  const far = row.querySelector(".progress") ?? make("span", "progress");
  if (!progress) far.remove();
  else if (!far.isConnected) {
    const words = document.createElement("span");
    words.dataset.progress = "";
    far.append(document.createElement("progress"), " ", words);
    why.after(far);
  }
  if (progress) draw(far, progress);
  const way = row.querySelector("a") ?? make("a", "");
  if (link && !way.isConnected) row.append(" ", way);
  if (link) Object.assign(way, { href: link.url, rel: "noreferrer", textContent: link.label });
}

const make = <K extends "span" | "a">(tag: K, className: string) =>
  Object.assign(document.createElement(tag), { className });

/** Not anew what is there: somebody may be selecting it. */
function write(element: Element | null, text = ""): void {
  if (element !== null && element.textContent !== text) element.textContent = text;
}

function draw(element: Element, progress: Progress): void {
  const bar = element.querySelector("progress");
  if (bar !== null) Object.assign(bar, { max: progress.total, value: progress.done });
  write(element.querySelector("[data-progress]"), sayProgress(progress));
}
