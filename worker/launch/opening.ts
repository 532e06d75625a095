// Decides which items are opened, makes the links for them, and reports why the others are not
// opened.

import { message, type Text } from "../format/message.ts";
import type { LaunchOption, Outcome } from "../format/reply.ts";
import type { LaunchItem } from "./launch-item.ts";
import { getAppName, type Launcher, type LauncherOf, opensMany } from "./launchers.ts";
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
import { formatSystem, SYSTEMS, type System } from "./operating-system.ts";
import { joinReasons } from "./reasons.ts";
import type { TaskInfo } from "./template-variables.ts";
import type { LinkTarget } from "./ticket.ts";
import { makeTicket, makeTicketItem } from "./ticket.ts";

export type Opening = {
  options: LaunchOption[];
  /** the items that are opened, in order */
  opened: LaunchItem[];
  /** all items that can be opened, including the opened ones */
  openable: LaunchItem[];
  outcomes: Outcome[];
  /** for links with a ticket */
  ticketUrl?: string;
};

type OpeningContext = {
  system: System | undefined;
  createLink(target: LinkTarget): Promise<string>;
  localize(text: Text): string;
  person: { id?: string | undefined; email?: string | undefined };
  run: { id: string };
};

/** The item's path on this system, or the link to its preview. */
export const getMedia = ({ paths, mediaUrl }: LaunchItem, system: System | undefined): string | undefined =>
  (system === undefined ? Object.values(paths)[0] : paths[system]) ?? mediaUrl;

export function openItems(launcher: Launcher, items: readonly LaunchItem[], context: OpeningContext): Promise<Opening> {
  return launcher.kind === "ticket" ? openByTicket(launcher, items, context) : openByLink(launcher, items, context);
}

const makeOutcome = ({ info }: LaunchItem, state: Outcome["state"], reason?: Text): Outcome => ({
  id: info.taskId,
  label: info.label,
  state,
  ...(reason !== undefined && { reason }),
});

/** Why there is no file to open on this system. */
function explainMissing({ info, problem, previewProblem, paths }: LaunchItem, system: System | undefined): Text {
  const others = SYSTEMS.filter((one) => paths[one] !== undefined).map(formatSystem);
  if (system !== undefined && others.length > 0)
    return message("launch.otherSystem", { systems: others, system: formatSystem(system) });
  return joinReasons([problem ?? explainNoFile(info), previewProblem]) ?? "";
}

const explainNoFile = ({ entityType, taskType }: TaskInfo) =>
  entityType === ""
    ? message("launch.noFileForEntity", { taskType })
    : message("launch.noFile", { entityType, taskType });

function explainProblem(item: LaunchItem, { problem, missing }: { problem: Text; missing?: string }, system: System) {
  if (missing === "path") return explainMissing(item, system);
  return (missing === "media_url" && item.previewProblem) || problem;
}

async function openByTicket(
  launcher: LauncherOf<"ticket">,
  items: readonly LaunchItem[],
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
      items: opened.map(({ info, paths, mediaUrl }) => makeTicketItem(info, paths, mediaUrl)),
    },
    Date.now(),
  );
  const ticketUrl = await createLink({ kind: "ticket", content: ticket });
  const url = `${launcher.scheme}://${launcher.verb}?u=${encodeURIComponent(ticketUrl)}`;
  const options = SYSTEMS.map((one) => [one, { url, command: fillCommand(launcher.command, opened, one) }] as const);
  return { options: mergeOptions(Object.fromEntries(options)), opened, openable, outcomes, ticketUrl };
}

const ONE_AT_A_TIME = message("launch.oneAtATime");

/** Makes a link for each system. The outcomes describe the person's own system. */
async function openByLink(
  launcher: LinkLauncher,
  items: readonly LaunchItem[],
  context: OpeningContext,
): Promise<Opening> {
  const rendered = new Map(SYSTEMS.map((system) => [system, renderAll(launcher, items, system)]));
  const view = context.system ?? SYSTEMS.find((system) => rendered.get(system)?.targets.length) ?? "linux";
  const own = rendered.get(view) ?? { targets: [], problems: new Map<LaunchItem, Text>() };
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
    if (opensMany(launcher))
      return makeOutcome(item, "skipped", message("launch.linkHasRoom", { count: opened.length }));
    return {
      ...makeOutcome(item, "skipped", ONE_AT_A_TIME),
      link: { label: message("launch.openIn", { app: getAppName(launcher) }), url: makeLink(launcher, [target]) },
    };
  });
  const toItems = (targets: readonly Target[]) => targets.map(({ item }) => item);
  return { options: mergeOptions(options), opened: toItems(opened), openable: toItems(own.targets), outcomes };
}

type Rendered = { targets: Target[]; problems: Map<LaunchItem, Text> };

function renderAll(launcher: LinkLauncher, items: readonly LaunchItem[], system: System): Rendered {
  const rendered: Rendered = { targets: [], problems: new Map() };
  for (const item of items) {
    const filled = renderTarget(launcher, item, system);
    if ("problem" in filled) rendered.problems.set(item, explainProblem(item, filled, system));
    else if (makeLink(launcher, [{ item, text: filled.text }]).length > LINK_MAX_CHARS) {
      rendered.problems.set(item, message("launch.linkTooLong", { most: LINK_MAX_CHARS }));
    } else rendered.targets.push({ item, text: filled.text });
  }
  return rendered;
}

/**
 * mpv reads a list from a URL, so it takes any number of files. Other players take what fits in a
 * link.
 */
async function linkTargets(
  launcher: LinkLauncher,
  targets: readonly Target[],
  { createLink, localize }: OpeningContext,
  listUrls: Map<string, string>,
): Promise<{ url: string; count: number }> {
  if (!opensMany(launcher) || targets.length === 1) return { url: makeLink(launcher, targets.slice(0, 1)), count: 1 };
  if (launcher.kind !== "mpv") return fitLink(launcher, targets);
  const text = makeList(targets.map(({ item, text: media }) => ({ name: item.info.label, media })));
  const listUrl = listUrls.get(text) ?? (await createLink({ kind: "file", name: "tasks.m3u8", type: LIST_TYPE, text }));
  listUrls.set(text, listUrl);
  const title = localize(message("launch.tasks", { count: targets.length }));
  return { url: makeLink(launcher, targets, { url: listUrl, title }), count: targets.length };
}
