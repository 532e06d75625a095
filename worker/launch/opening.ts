// Decides which items are opened, makes the links for them, and reports why the others are not opened.
import type { LaunchOption, Outcome } from "../../contract.ts";
import type { Item } from "./launch-item.ts";
import { type Launcher, type LauncherOf, nameApp, opensMany } from "./launchers.ts";
import {
  fillCommand,
  fitLink,
  LINK_MAX_CHARS,
  type LinkLauncher,
  makeLink,
  mergeOptions,
  renderTarget,
  type Target,
} from "./link.ts";
import { LIST_TYPE, makeList } from "./m3u8.ts";
import { nameSystem, SYSTEMS, type System } from "./operating-system.ts";
import type { LinkTarget } from "./ticket.ts";
import { makeTicket, makeTicketItem } from "./ticket.ts";

export type Opening = {
  options: LaunchOption[];
  /** the items that are opened, in order */
  opened: Item[];
  /** all items that can be opened, including the opened ones */
  openable: Item[];
  outcomes: Outcome[];
  /** for links with a ticket */
  ticketUrl?: string;
};

type OpeningContext = {
  system: System | undefined;
  createLink(target: LinkTarget): Promise<string>;
  person: { id?: string | undefined; email?: string | undefined };
  run: { id: string };
};

/** The item's path on this system, or the link to its preview. */
export const getMedia = ({ paths, mediaUrl }: Item, system: System | undefined): string | undefined =>
  (system === undefined ? Object.values(paths)[0] : paths[system]) ?? mediaUrl;

export function openItems(launcher: Launcher, items: readonly Item[], context: OpeningContext): Promise<Opening> {
  return launcher.kind === "ticket" ? openByTicket(launcher, items, context) : openByLink(launcher, items, context);
}

const makeOutcome = ({ facts }: Item, state: Outcome["state"], reason?: string): Outcome => ({
  id: facts.taskId,
  label: facts.label,
  state,
  ...(reason !== undefined && { reason }),
});

/** Why there is no file to open on this system. */
function explainMissing({ facts, problem, previewProblem, paths }: Item, system: System | undefined): string {
  const others = SYSTEMS.filter((one) => paths[one] !== undefined).map(nameSystem);
  if (system !== undefined && others.length > 0)
    return `Its path is only known for ${others.join(" and ")}, not for ${nameSystem(system)}`;
  const noFile = `Kitsu has no recorded file for it, and LAUNCHERS has no path for ${facts.entityType || "its entity"} / ${facts.taskType}`;
  return [problem ?? noFile, previewProblem].filter(Boolean).join(". ");
}

function explainProblem(item: Item, { problem, missing }: { problem: string; missing?: string }, system: System) {
  if (missing === "path") return explainMissing(item, system);
  return (missing === "media_url" && item.previewProblem) || problem;
}

async function openByTicket(
  launcher: LauncherOf<"ticket">,
  items: readonly Item[],
  context: OpeningContext,
): Promise<Opening> {
  const { system, person, run, createLink } = context;
  const openable = items.filter((item) => launcher.file === "none" || getMedia(item, system) !== undefined);
  const opened = launcher.many ? openable : openable.slice(0, 1);
  const outcomes = items.map((item) => {
    if (!openable.includes(item)) return makeOutcome(item, "failed", explainMissing(item, system));
    if (!opened.includes(item)) return makeOutcome(item, "skipped", ONE_AT_A_TIME);
    return makeOutcome(item, "waiting", item.problem);
  });
  if (opened.length === 0) return { options: [], opened, openable, outcomes };
  const ticket = makeTicket(
    {
      verb: launcher.verb,
      app: launcher.id,
      person: { id: person.id, email: person.email },
      run: run.id,
      items: opened.map(({ facts, paths, mediaUrl }) => makeTicketItem(facts, paths, mediaUrl)),
    },
    Date.now(),
  );
  const ticketUrl = await createLink({ kind: "ticket", content: ticket });
  const url = `${launcher.scheme}://${launcher.verb}?u=${encodeURIComponent(ticketUrl)}`;
  const options = SYSTEMS.map((one) => [one, { url, command: fillCommand(launcher.command, opened, one) }] as const);
  return { options: mergeOptions(Object.fromEntries(options)), opened, openable, outcomes, ticketUrl };
}

const ONE_AT_A_TIME = "Only one task is opened at a time";

/** Makes a link for each system. The outcomes describe the person's own system. */
async function openByLink(launcher: LinkLauncher, items: readonly Item[], context: OpeningContext): Promise<Opening> {
  const rendered = new Map(SYSTEMS.map((system) => [system, renderAll(launcher, items, system)]));
  const view = context.system ?? SYSTEMS.find((system) => rendered.get(system)?.targets.length) ?? "linux";
  const own = rendered.get(view) ?? { targets: [], problems: new Map<Item, string>() };
  const counts = new Map<System, number>();
  const options: Partial<Record<System, LaunchOption>> = {};
  const listUrls = new Map<string, string>();
  for (const [system, { targets }] of rendered) {
    if (targets.length === 0) continue;
    const { url, count } = await linkTargets(launcher, targets, context, listUrls);
    const linked = targets.slice(0, count).map(({ item }) => item);
    options[system] = { url, command: fillCommand(launcher.command, linked, system) };
    counts.set(system, count);
  }
  const opened = own.targets.slice(0, counts.get(view) ?? 0);
  const outcomes = items.map((item): Outcome => {
    const target = own.targets.find((one) => one.item === item);
    if (target === undefined) return makeOutcome(item, "failed", own.problems.get(item));
    if (opened.includes(target)) return makeOutcome(item, "waiting", item.problem);
    if (opensMany(launcher)) return makeOutcome(item, "skipped", `One link only has room for ${opened.length} of them`);
    return {
      ...makeOutcome(item, "skipped", ONE_AT_A_TIME),
      link: { label: `Open in ${nameApp(launcher)}`, url: makeLink(launcher, [target]) },
    };
  });
  const toItems = (targets: readonly Target[]) => targets.map(({ item }) => item);
  return { options: mergeOptions(options), opened: toItems(opened), openable: toItems(own.targets), outcomes };
}

type Rendered = { targets: Target[]; problems: Map<Item, string> };

function renderAll(launcher: LinkLauncher, items: readonly Item[], system: System): Rendered {
  const rendered: Rendered = { targets: [], problems: new Map() };
  for (const item of items) {
    const filled = renderTarget(launcher, item, system);
    if ("problem" in filled) rendered.problems.set(item, explainProblem(item, filled, system));
    else if (makeLink(launcher, [{ item, text: filled.text }]).length > LINK_MAX_CHARS) {
      rendered.problems.set(item, `Its link would be longer than the limit of ${LINK_MAX_CHARS} characters`);
    } else rendered.targets.push({ item, text: filled.text });
  }
  return rendered;
}

/** mpv reads a list from a URL, so it takes any number of files. Other players take what fits in a link. */
async function linkTargets(
  launcher: LinkLauncher,
  targets: readonly Target[],
  { createLink }: OpeningContext,
  listUrls: Map<string, string>,
): Promise<{ url: string; count: number }> {
  if (!opensMany(launcher) || targets.length === 1) return { url: makeLink(launcher, targets.slice(0, 1)), count: 1 };
  if (launcher.kind !== "mpv") return fitLink(launcher, targets);
  const text = makeList(targets.map(({ item, text: media }) => ({ name: item.facts.label, media })));
  const listUrl = listUrls.get(text) ?? (await createLink({ kind: "file", name: "tasks.m3u8", type: LIST_TYPE, text }));
  listUrls.set(text, listUrl);
  return { url: makeLink(launcher, targets, listUrl), count: targets.length };
}
