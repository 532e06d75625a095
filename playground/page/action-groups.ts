/** Sorts custom actions for newcomers: a few to start with, new ones, the rest by purpose. */
import { type CustomAction, customActions, FIRST } from "../custom-actions.ts";
import { forwardTargets } from "../forward-targets.ts";

export type ActionGroup = { title: string; actions: readonly CustomAction[] };
export type GroupedActions = {
  first: readonly CustomAction[];
  /** actions that someone is writing */
  own: readonly CustomAction[];
  groups: readonly ActionGroup[];
};

const FIRST_COUNT = 6;

export function groupActions(actions: readonly CustomAction[]): GroupedActions {
  const first = FIRST.flatMap((name) => actions.find((action) => action.name === name) ?? []).slice(0, FIRST_COUNT);
  const rest = actions.filter((action) => !first.includes(action));
  const own = rest.filter(({ url }) => idIn(url) !== undefined && !KNOWN.has(idIn(url)));
  const groups = GROUPS.map(([title, fits]) => ({
    title,
    actions: rest.filter((action) => fits(action) && !own.includes(action)),
  }));
  const grouped = new Set([...own, ...groups.flatMap((group) => group.actions)]);
  const elsewhere = { title: "Other servers, and none", actions: rest.filter((action) => !grouped.has(action)) };
  return { first, own, groups: [...groups, elsewhere].filter((group) => group.actions.length > 0) };
}

const hasId =
  (...ids: readonly string[]) =>
  ({ url }: CustomAction) =>
    !url.startsWith("/") && ids.includes(idIn(url) ?? "");

const GROUPS: readonly (readonly [title: string, fits: (action: CustomAction) => boolean])[] = [
  ["Tasks", hasId("comment", "debug", "playlist", "statistics")],
  ["Renders", hasId("flamenco", "afanasy")],
  ["Programs", hasId("launch", "kabaret")],
  ["The studio's server", hasId(...forwardTargets("").map(({ id }) => id))],
  ["The same, with Kitsu's session", ({ url }) => url.startsWith("/")],
];

/** The actions that the playground comes with. */
const KNOWN = new Set(
  customActions({ worker: "", other: "", hasEdge: true, hasFarms: true }).map(({ url }) => idIn(url)),
);

/** "launch" of "http://localhost:8787/actions/launch?with=rv"; undefined for other URLs. */
function idIn(url: string): string | undefined {
  return /\/actions\/([^/?#]+)/.exec(url)?.[1];
}
