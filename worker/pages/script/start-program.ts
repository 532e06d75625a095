// Starts the program once, and shows what is known. Browsers don't report whether anything opened;
// a ticket that was taken proves it.
import { countOutcomes, formatState, STATES } from "../../format/labels.ts";
import { localizeHere, say } from "./localize-here.ts";

const POLL_INTERVAL_MS = 1_000;
/** About the lifetime of a ticket. */
const POLLS_MIN = 60;
/** After this time without an answer, the page says what may be wrong. */
const SILENT_AFTER_MS = 4_000;

export function startPrograms(): void {
  const launches = [...document.querySelectorAll<HTMLElement>("[data-launch]")];
  for (const element of launches) followLaunch(element);
  const [first] = launches;
  // Not after the back button or a reload: the ticket is used, and nobody asked for it.
  if (first === undefined || !isFirstVisit()) return;
  addEventListener("load", () => {
    location.href = first.dataset.launch ?? "";
  });
}

function isFirstVisit(): boolean {
  const [navigation] = performance.getEntriesByType("navigation");
  return navigation instanceof PerformanceNavigationTiming && navigation.type === "navigate";
}

function followLaunch(element: HTMLElement): void {
  const { app = "", ticket, until } = element.dataset;
  const status = element.querySelector(".told");
  const unanswered = element.querySelector<HTMLElement>(".unanswered");
  if (status === null || unanswered === null) return;
  unanswered.hidden = true;
  status.textContent = say("pageScript.opening", { app });
  for (const link of element.querySelectorAll("[data-way]")) {
    link.addEventListener("click", () => {
      status.textContent = say("pageScript.opening", { app });
    });
  }
  const doubtTimer = setTimeout(() => {
    status.textContent = ticket === undefined ? say("pageScript.askedBrowser", { app }) : say("pageScript.noAnswerYet");
    unanswered.hidden = false;
  }, SILENT_AFTER_MS);
  if (ticket === undefined) return;
  waitForTicket(ticket, Number(until), () => clearTimeout(doubtTimer)).then(({ state, outcome }) => {
    clearTimeout(doubtTimer);
    const isTaken = state === "taken";
    const hasFailed = outcome?.state === "failed";
    status.textContent = outcome?.text || (isTaken ? say("pageScript.received", { app }) : say("pageScript.expired"));
    unanswered.hidden = isTaken && !hasFailed;
    // The workstation has answered, so only the manual way is left.
    unanswered.querySelector(".doubt")?.toggleAttribute("hidden", hasFailed);
    if (isTaken && outcome?.state !== "unknown")
      settleOutcomes(element.closest(".reply"), hasFailed ? "failed" : "done");
  });
}

/** Updates the outcomes that were waiting for the ticket. */
function settleOutcomes(reply: Element | null, state: "done" | "failed"): void {
  if (state === "failed") {
    reply?.classList.remove("info", "success");
    reply?.classList.add("warning");
    reply?.querySelector(".mark")?.replaceChildren("!");
  }
  for (const row of reply?.querySelectorAll(".outcomes .waiting") ?? []) {
    row.className = state;
    const shown = row.querySelector(".state");
    if (shown !== null) shown.textContent = localizeHere(formatState(state, true));
  }
  const count = reply?.querySelector("h2");
  const outcomes = [...(reply?.querySelectorAll(".outcomes > li") ?? [])].flatMap(({ classList }) =>
    STATES.filter((one) => classList.contains(one)).map((one) => ({ state: one })),
  );
  if (count && outcomes.length > 0) count.textContent = localizeHere(countOutcomes(outcomes, true));
}

/**
 * `outcome`: of the program, if whatever took the ticket reports it: `pending`, `started`, `failed`
 * or `unknown`
 */
type TicketState = { state: unknown; outcome?: { state: unknown; text: string } };

/**
 * Waits for the final state of the ticket.
 * @param onTaken called as soon as the ticket is taken
 */
async function waitForTicket(url: string, until: number, onTaken: () => void): Promise<TicketState> {
  // The worker knows when a ticket has expired. This computer's clock may be wrong by an hour.
  for (let polls = 0; polls < POLLS_MIN || Date.now() < until; polls += 1) {
    await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS));
    const found = await readState(url);
    if (found.state === "taken") onTaken();
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
