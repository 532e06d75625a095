/**
 * Starts a program with a custom protocol, and shows what is known about it. Browsers don't report
 * whether anything opened: only a ticket that the program took proves it.
 */
import type { Launch } from "../contract.ts";
import * as m from "../gen/userscript-messages.ts";
import { fetchWithoutSession, sleep } from "./anonymous-requests.ts";
import { recallAnswers, rememberAnswers } from "./answer-memory.ts";
import { t } from "./i18n/index.ts";
import { ignoreErrors, readPath } from "./realm.ts";
import { isWorkerUrl, mayOpen } from "./run-url.ts";
import type { Button, Content, Tone } from "./toast-content.ts";
import type { Update } from "./ui/toast-stack.ts";

const POLL_INTERVAL_MS = 1_000;
/** After this many polls without an answer, something is probably missing. */
const DOUBT_AFTER_POLLS = 5;
/** The same without a ticket, when there is nothing to poll. */
const DOUBT_AFTER_TICKS = 3;
/**
 * The worker knows when a ticket has expired. If it can't be asked, this computer's clock counts,
 * but only after this many polls, because it may be wrong by an hour.
 */
const TICKET_POLLS_MIN = 60;

/** @param content the rest of the reply */
export function followLaunch(launch: Launch, content: Content, person: string, update: Update): void {
  const { app, help = "", label = t(m.openIn, { app }) } = launch;
  const { buttons: otherButtons = [], tone: ownTone, text } = content;
  const options = launch.ways.filter(({ url }) => mayOpen(url));
  const findOption = (wanted: unknown) => options.find(({ system }) => system && system === wanted);
  const systems = options.flatMap(({ system }) =>
    system ? [{ value: system, label: system.replace("darwin", "macOS") }] : [],
  );
  const ticket = launch.ticket && isWorkerUrl(launch.ticket.url) ? launch.ticket : undefined;
  let option = findOption(recallAnswers(person, "").system) ?? findOption(launch.system) ?? options[0];
  let attempt = 0;
  show(ownTone, option ? "" : `${label}: ${launch.ways[0]?.url}`);

  /** Returns false if the toast has been dismissed. */
  function show(tone: Tone, message: string, isOver = false, isDoubtful = false, state?: "done" | "failed"): boolean {
    const buttons: Button[] = [];
    // The click on the action allows one thing to open. If that is a tab, the program needs a
    // click.
    const autoOpen = !otherButtons.some((button) => button.autoOpen);
    if (option && !isOver) {
      buttons.push({ label: attempt ? t(m.tryAgain) : label, url: option.url, autoOpen, onClick: start });
    }
    const command = isDoubtful && option?.command;
    if (command) buttons.push({ label: t(m.copy), text: command });
    if (isDoubtful && mayOpen(help)) buttons.push({ label: t(m.help), url: help });
    const chosen = option?.system ?? "";
    const shown = {
      ...content,
      tone,
      outcomes: content.outcomes?.map((one) => (state && one.state === "waiting" ? { ...one, state } : one)),
      text: [text, message, command].filter(Boolean).join("\n"),
      buttons: [...buttons, ...otherButtons],
      choice: systems[1] && !isOver ? { label: t(m.system), options: systems, chosen, choose } : undefined,
    };
    return update(shown, attempt > 0);
  }

  function choose(system: string): void {
    rememberAnswers(person, "", { system });
    option = findOption(system);
    attempt++;
    show(ownTone, "");
  }

  /** The browser itself follows the link. */
  function start(): void {
    ignoreErrors(() => followAttempt(++attempt));
  }

  async function followAttempt(ownAttempt: number): Promise<void> {
    // The toast may be rendering right now, because that is what clicks the link the first time.
    await undefined;
    show("pending", t(m.opening, { app }));
    for (let polls = 1; ; polls++) {
      await sleep(POLL_INTERVAL_MS);
      const found = ticket && (await fetchTicketState(ticket, polls));
      if (ownAttempt !== attempt) return;
      if (found) {
        if (showTicketState(found)) return;
      } else if (polls === (ticket ? DOUBT_AFTER_POLLS : DOUBT_AFTER_TICKS)) {
        const message = ticket ? t(m.noAnswerYet) : t(m.mayNotBeInstalled);
        if (!show(ticket ? "warning" : "info", message, false, true) || !ticket) return;
      }
    }
  }

  /** Returns whether this state is final. */
  function showTicketState(found: unknown): boolean {
    const isTaken = readPath(found, "state") === "taken";
    const outcome = readPath(found, "outcome", "state");
    const fallback = isTaken ? t(m.received, { app }) : `${t(m.expired)} ${t(m.runAgain)}`;
    const message = String(readPath(found, "outcome", "text") || fallback);
    if (outcome === "pending") {
      show("pending", message, true, !isTaken);
      return false;
    }
    if (outcome === "failed") show("error", message, true, true, "failed");
    else {
      const tone = isTaken && ownTone !== "warning" ? "success" : "warning";
      show(tone, message, true, !isTaken, isTaken && outcome !== "unknown" ? "done" : undefined);
    }
    return true;
  }
}

/** Returns undefined while the ticket is waiting. */
async function fetchTicketState({ url, until }: { url: string; until: number }, polls: number): Promise<unknown> {
  try {
    const found: unknown = await (await fetchWithoutSession(url)).json();
    if (/^(taken|expired)$/.test(`${readPath(found, "state")}`)) return found;
  } catch {}
  return polls > TICKET_POLLS_MIN && until < Date.now() ? { state: "expired" } : undefined;
}
