/**
 * Starts a program by a custom protocol, and says what is known of it. A browser tells nobody whether anything opened: that the program took
 * its ticket is the only proof.
 */
import type { Launch } from "../contract.ts";
import { recall, remember } from "./answer-memory.ts";
import { words } from "./i18n/index.ts";
import { ask, sleep } from "./poll.ts";
import { quietly, read } from "./realm.ts";
import { isOurs, mayOpen } from "./run-url.ts";
import type { Content, Press, Tone } from "./toast-content.ts";
import type { Update } from "./ui/toast-stack.ts";

const LOOK_EVERY_MS = 1_000;
/** After so many looks something is probably missing; without a ticket there is nothing to see. */
const LOOKS_MAX = 5;
const BLIND_LOOKS_MAX = 3;
/** The worker knows when a ticket is over. Where it can't be asked, so many looks come before the clock here, which may be wrong by an hour. */
const TICKET_LOOKS = 60;

/** @param content the rest of the reply */
export function followLaunch(launch: Launch, content: Content, person: string, update: Update): void {
  const said = words();
  const { app, help = "", label = said.openIn(app) } = launch;
  const { presses: others = [], tone: own, text } = content;
  const ways = launch.ways.filter(({ url }) => mayOpen(url));
  const find = (wanted: unknown) => ways.find(({ system }) => system && system === wanted);
  const systems = ways.flatMap(({ system }) =>
    system ? [{ value: system, label: system.replace("darwin", "macOS") }] : [],
  );
  const ticket = launch.ticket && isOurs(launch.ticket.url) ? launch.ticket : undefined;
  let way = find(recall(person, "").system) ?? find(launch.system) ?? ways[0];
  let turn = 0;
  show(own, way ? "" : `${label}: ${launch.ways[0]?.url}`);

  /** False: it was dismissed meanwhile. */
  function show(tone: Tone, line: string, isOver = false, isDoubtful = false, state?: "done" | "failed"): boolean {
    const presses: Press[] = [];
    // The click on the action pays for one thing: where a tab is opened, the program waits for its button.
    const atOnce = !others.some((press) => press.atOnce);
    if (way && !isOver) presses.push({ label: turn ? said.again : label, url: way.url, atOnce, act: start });
    const command = isDoubtful && way?.command;
    if (command) presses.push({ label: said.copy, text: command });
    if (isDoubtful && mayOpen(help)) presses.push({ label: said.help, url: help });
    const shown = {
      ...content,
      tone,
      outcomes: content.outcomes?.map((one) => (state && one.state === "waiting" ? { ...one, state } : one)),
      text: [text, line, command].filter(Boolean).join("\n"),
      presses: [...presses, ...others],
      choice:
        systems[1] && !isOver ? { label: said.system, options: systems, chosen: way?.system ?? "", choose } : undefined,
    };
    return update(shown, turn > 0);
  }

  function choose(system: string): void {
    remember(person, "", { system });
    way = find(system);
    turn++;
    show(own, "");
  }

  /** The browser follows the link; this is what is said meanwhile. */
  function start(): void {
    quietly(() => follow(++turn));
  }

  async function follow(mine: number): Promise<void> {
    // Not while the toast that was clicked is being drawn.
    await undefined;
    show("pending", said.opening(app));
    for (let looks = 1; ; looks++) {
      await sleep(LOOK_EVERY_MS);
      const found = ticket && (await look(ticket, looks));
      if (mine !== turn) return;
      if (found) {
        const [isTaken, outcome] = [read(found, "state") === "taken", read(found, "outcome", "state")];
        const line = read(found, "outcome", "text") || (isTaken ? said.taken(app) : `${said.expired} ${said.runAgain}`);
        const tone = isTaken && own !== "warning" ? "success" : "warning";
        const isBad = outcome === "failed";
        const isPending = outcome === "pending";
        const state = isBad ? outcome : isTaken && !isPending && outcome !== "unknown" ? "done" : undefined;
        show(isBad ? "error" : isPending ? outcome : tone, `${line}`, true, !isTaken || isBad, state);
        if (isPending) continue;
        return;
      }
      if (looks !== (ticket ? LOOKS_MAX : BLIND_LOOKS_MAX)) continue;
      if (!show(ticket ? "warning" : "info", ticket ? said.silent : said.unsure, false, true) || !ticket) return;
    }
  }
}

/** Undefined while it waits. */
async function look({ url, until }: { url: string; until: number }, looks: number): Promise<unknown> {
  try {
    const found: unknown = await (await ask(url)).json();
    if (/^(taken|expired)$/.test(`${read(found, "state")}`)) return found;
  } catch {}
  return looks > TICKET_LOOKS && until < Date.now() ? { state: "expired" } : undefined;
}
