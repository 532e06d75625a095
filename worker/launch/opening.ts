// What can be opened of the items, by which links, and what becomes of the others.
import type { Outcome, Way } from "../../contract.ts";
import type { Item } from "./launch-item.ts";
import { type Launcher, type LauncherOf, nameApp } from "./launchers.ts";
import { fillCommand, fitLink, LINK_MAX_CHARS, type Linking, makeLink, mergeWays, type Told, tell } from "./link.ts";
import { LIST_TYPE, makeList } from "./m3u8.ts";
import { nameSystem, SYSTEMS, type System } from "./operating-system.ts";
import type { LinkTarget } from "./ticket.ts";
import { makeTicket, makeTicketItem } from "./ticket.ts";

export type Opening = {
  ways: Way[];
  /** what is opened, in order */
  opened: Item[];
  /** what could be opened, the opened ones included */
  able: Item[];
  outcomes: Outcome[];
  /** where a ticket can be asked for */
  ticketUrl?: string;
};

/** Who asks for it, and by which run. */
export type Occasion = {
  system: System | undefined;
  lend(loan: LinkTarget): Promise<string>;
  person: { id?: string | undefined; email?: string | undefined };
  run: { id: string };
};

/** What the view's person would be given of an item. */
export const mediaOf = ({ paths, mediaUrl }: Item, system: System | undefined): string | undefined =>
  (system === undefined ? Object.values(paths)[0] : paths[system]) ?? mediaUrl;

export function openItems(launcher: Launcher, items: readonly Item[], occasion: Occasion): Promise<Opening> {
  return launcher.kind === "ticket" ? openByTicket(launcher, items, occasion) : openByLink(launcher, items, occasion);
}

const outcome = ({ facts }: Item, state: Outcome["state"], reason?: string): Outcome => ({
  id: facts.taskId,
  label: facts.label,
  state,
  ...(reason !== undefined && { reason }),
});

/** Why the file of this item can't be opened here. */
function explainMissing({ facts, problem, lack, paths }: Item, system: System | undefined): string {
  const others = SYSTEMS.filter((one) => paths[one] !== undefined).map(nameSystem);
  if (system !== undefined && others.length > 0)
    return `Its path is known for ${others.join(" and ")} alone, not for ${nameSystem(system)}`;
  const nowhere = `No file of it is recorded in Kitsu, and LAUNCHERS has no path for ${facts.entityType || "what it is of"} / ${facts.taskType}`;
  return [problem ?? nowhere, lack].filter(Boolean).join(". ");
}

function explainUntold(
  item: Item,
  { problem, missing }: { problem: string; missing?: string },
  system: System,
): string {
  if (missing === "path") return explainMissing(item, system);
  return (missing === "media_url" && item.lack) || problem;
}

async function openByTicket(
  launcher: LauncherOf<"ticket">,
  items: readonly Item[],
  occasion: Occasion,
): Promise<Opening> {
  const { system } = occasion;
  const able = items.filter((item) => launcher.file === "none" || mediaOf(item, system) !== undefined);
  const opened = launcher.many ? able : able.slice(0, 1);
  const outcomes = items.map((item) => {
    if (!able.includes(item)) return outcome(item, "failed", explainMissing(item, system));
    return opened.includes(item) ? outcome(item, "waiting", item.problem) : outcome(item, "skipped", ONE_AT_A_TIME);
  });
  if (opened.length === 0) return { ways: [], opened, able, outcomes };
  const ticket = makeTicket(
    {
      verb: launcher.verb,
      app: launcher.id,
      person: { id: occasion.person.id, email: occasion.person.email },
      run: occasion.run.id,
      items: opened.map(({ facts, paths, mediaUrl }) => makeTicketItem(facts, paths, mediaUrl)),
    },
    Date.now(),
  );
  const ticketUrl = await occasion.lend({ kind: "ticket", content: ticket });
  const url = `${launcher.scheme}://${launcher.verb}?u=${encodeURIComponent(ticketUrl)}`;
  const made = SYSTEMS.map((one) => [one, { url, command: fillCommand(launcher.command, opened, one) }] as const);
  return { ways: mergeWays(Object.fromEntries(made)), opened, able, outcomes, ticketUrl };
}

const ONE_AT_A_TIME = "One is opened at a time";

/** For each system what can be told there. The person's own decides what is said of each task. */
async function openByLink(launcher: Linking, items: readonly Item[], occasion: Occasion): Promise<Opening> {
  const told = new Map(SYSTEMS.map((system) => [system, tellAll(launcher, items, system)]));
  const view = occasion.system ?? SYSTEMS.find((system) => told.get(system)?.able.length) ?? "linux";
  const here = told.get(view) ?? { able: [], problems: new Map<Item, string>() };
  const counts = new Map<System, number>();
  const ways: Partial<Record<System, Way>> = {};
  const listUrls = new Map<string, string>();
  for (const [system, { able }] of told) {
    if (able.length === 0) continue;
    const { url, count } = await makeWay(launcher, able, occasion, listUrls);
    ways[system] = {
      url,
      command: fillCommand(
        launcher.command,
        able.slice(0, count).map(({ item }) => item),
        system,
      ),
    };
    counts.set(system, count);
  }
  const opened = here.able.slice(0, counts.get(view) ?? 0);
  const outcomes = items.map((item): Outcome => {
    const one = here.able.find((able) => able.item === item);
    if (one === undefined) return outcome(item, "failed", here.problems.get(item));
    if (opened.includes(one)) return outcome(item, "waiting", item.problem);
    if (launcher.many) return outcome(item, "skipped", `A link holds no more than ${opened.length} of them`);
    return {
      ...outcome(item, "skipped", ONE_AT_A_TIME),
      link: { label: `Open in ${nameApp(launcher)}`, url: makeLink(launcher, [one]) },
    };
  });
  const toItems = (all: readonly Told[]) => all.map(({ item }) => item);
  return { ways: mergeWays(ways), opened: toItems(opened), able: toItems(here.able), outcomes };
}

type Telling = { able: Told[]; problems: Map<Item, string> };

function tellAll(launcher: Linking, items: readonly Item[], system: System): Telling {
  const telling: Telling = { able: [], problems: new Map() };
  for (const item of items) {
    const told = tell(launcher, item, system);
    if ("problem" in told) telling.problems.set(item, explainUntold(item, told, system));
    else if (makeLink(launcher, [{ item, text: told.text }]).length > LINK_MAX_CHARS) {
      telling.problems.set(item, `Its link is longer than the ${LINK_MAX_CHARS} characters a link may have`);
    } else telling.able.push({ item, text: told.text });
  }
  return telling;
}

/** mpv reads a list from an address, and so takes any number. The others take what one link holds. */
async function makeWay(
  launcher: Linking,
  able: readonly Told[],
  { lend }: Occasion,
  listUrls: Map<string, string>,
): Promise<{ url: string; count: number }> {
  if (!launcher.many || able.length === 1) return { url: makeLink(launcher, able.slice(0, 1)), count: 1 };
  if (launcher.kind !== "mpv") return fitLink(launcher, able);
  const text = makeList(able.map(({ item, text: media }) => ({ name: item.facts.label, media })));
  const listUrl = listUrls.get(text) ?? (await lend({ kind: "file", name: "tasks.m3u8", type: LIST_TYPE, text }));
  listUrls.set(text, listUrl);
  return { url: makeLink(launcher, able, listUrl), count: able.length };
}
