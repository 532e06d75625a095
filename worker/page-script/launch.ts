// Tries to start the program once, and says only what is known: browsers do not tell whether anything opened, a ticket that was taken does.
import { STATES, UNCONFIRMED } from "../pages/words.ts";

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
    told.textContent = ticket === undefined ? `${app} was called. Whether it opened, a browser can't tell.` : "No answer yet.";
    unanswered.hidden = false;
  }, SILENT_AFTER_MS);
  if (ticket === undefined) return;
  follow(ticket, Number(until)).then((isTaken) => {
    clearTimeout(doubt);
    told.textContent = isTaken ? `${app} has it.` : "No answer, and the link is over. Run the action again.";
    unanswered.hidden = isTaken;
    if (isTaken) confirmOutcomes(element.closest(".reply"));
  });
}

/** What the page said to be unconfirmed has arrived. */
function confirmOutcomes(reply: Element | null): void {
  const count = reply?.querySelector("h2");
  if (count) count.textContent = (count.textContent ?? "").replace(UNCONFIRMED, STATES.done);
  for (const row of reply?.querySelectorAll(".outcomes .waiting") ?? []) {
    row.className = "done";
    const state = row.querySelector(".state");
    if (state !== null) state.textContent = STATES.done;
  }
}

/** Was the ticket taken before it was over? */
async function follow(url: string, until: number): Promise<boolean> {
  // The worker knows when it is over. The clock here may be wrong by an hour.
  for (let asked = 0; asked < ASKS_MIN || Date.now() < until; asked += 1) {
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
    const state = await readState(url);
    if (state !== "waiting") return state === "taken";
  }
  return (await readState(url)) === "taken";
}

async function readState(url: string): Promise<unknown> {
  try {
    const state: unknown = await (await fetch(url, { credentials: "omit", cache: "no-store" })).json();
    return typeof state === "object" && state !== null && "state" in state ? state.state : "waiting";
  } catch {
    return "waiting";
  }
}
