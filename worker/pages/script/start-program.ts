// Tries to start the program once, and says only what is known: browsers do not tell whether
// anything opened, a ticket that was taken does.
import { STATES, UNCONFIRMED } from "../../format/labels.ts";

const ASK_EVERY_MS = 1_000;
/** As long as a ticket lives. */
const ASKS_MIN = 60;
/** When nothing is known by then, it is time to say what may be wrong. */
const SILENT_AFTER_MS = 4_000;

export function followLaunches(): void {
  const launches = [...document.querySelectorAll<HTMLElement>("[data-launch]")];
  for (const element of launches) wake(element);
  const [first] = launches;
  // Not again on the way back, or after a reload: the ticket is spent, and nobody asked for it.
  if (first === undefined || !isFirstVisit()) return;
  addEventListener("load", () => {
    location.href = first.dataset.launch ?? "";
  });
}

function isFirstVisit(): boolean {
  const [navigation] = performance.getEntriesByType("navigation");
  return navigation instanceof PerformanceNavigationTiming && navigation.type === "navigate";
}

function wake(element: HTMLElement): void {
  const { app = "", ticket, until } = element.dataset;
  const told = element.querySelector(".told");
  const unanswered = element.querySelector<HTMLElement>(".unanswered");
  if (told === null || unanswered === null) return;
  unanswered.hidden = true;
  told.textContent = `Opening ${app}…`;
  for (const link of element.querySelectorAll("[data-way]")) {
    link.addEventListener("click", () => {
      told.textContent = `Opening ${app}…`;
    });
  }
  const doubt = setTimeout(() => {
    told.textContent =
      ticket === undefined ? `${app} was called. Whether it opened, a browser can't tell.` : "No answer yet.";
    unanswered.hidden = false;
  }, SILENT_AFTER_MS);
  if (ticket === undefined) return;
  follow(ticket, Number(until), () => clearTimeout(doubt)).then(({ state, outcome }) => {
    clearTimeout(doubt);
    const isTaken = state === "taken";
    const hasFailed = outcome?.state === "failed";
    told.textContent =
      outcome?.text || (isTaken ? `${app} received it.` : "No answer, and the link is over. Run the action again.");
    unanswered.hidden = isTaken && !hasFailed;
    // The workstation has answered: what is left is how to do it by hand.
    unanswered.querySelector(".doubt")?.toggleAttribute("hidden", hasFailed);
    if (isTaken && outcome?.state !== "unknown")
      settleOutcomes(element.closest(".reply"), hasFailed ? "failed" : "done");
  });
}

/** What the page said to be unconfirmed has arrived, or could not be started. */
function settleOutcomes(reply: Element | null, state: "done" | "failed"): void {
  if (state === "failed") {
    reply?.classList.remove("info", "success");
    reply?.classList.add("warning");
    reply?.querySelector(".mark")?.replaceChildren("!");
  }
  const count = reply?.querySelector("h2");
  if (count) count.textContent = (count.textContent ?? "").replace(UNCONFIRMED, STATES[state]);
  for (const row of reply?.querySelectorAll(".outcomes .waiting") ?? []) {
    row.className = state;
    const shown = row.querySelector(".state");
    if (shown !== null) shown.textContent = STATES[state];
  }
}

/**
 * `outcome`: of the program, where whoever took the ticket says so: `pending`, `started`, `failed`
 * or `unknown`.
 */
type TicketState = { state: unknown; outcome?: { state: unknown; text: string } };

/**
 * What became of the ticket, once that is known or it is over. @param taken is told as soon as
 * somebody has it
 */
async function follow(url: string, until: number, taken: () => void): Promise<TicketState> {
  // The worker knows when it is over. The clock here may be wrong by an hour.
  for (let asked = 0; asked < ASKS_MIN || Date.now() < until; asked += 1) {
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
    const found = await readState(url);
    if (found.state === "taken") taken();
    if (found.state !== "waiting" && found.outcome?.state !== "pending") return found;
  }
  return readState(url);
}

async function readState(url: string): Promise<TicketState> {
  try {
    const answer: unknown = await (await fetch(url, { credentials: "omit", cache: "no-store" })).json();
    const [state = "waiting", outcome] = [member(answer, "state"), member(answer, "outcome")];
    if (outcome === undefined) return { state };
    return { state, outcome: { state: member(outcome, "state"), text: String(member(outcome, "text") ?? "") } };
  } catch {
    return { state: "waiting" };
  }
}

const member = (from: unknown, name: string): unknown =>
  typeof from === "object" && from !== null ? Reflect.get(from, name) : undefined;
