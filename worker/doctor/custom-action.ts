// A custom action in Kitsu, how to tell ours from those that people created, and which ones Kitsu
// should have: `npm run register` creates them, and the doctor compares.
import type { OfferedAction } from "../../contract.ts";

/** The members that people can set in Kitsu, with Zou's names. */
export type CustomAction = { name: string; url: string; entity_type: string; is_ajax: boolean };

const MEMBERS = ["name", "url", "entity_type", "is_ajax"] as const satisfies (keyof CustomAction)[];

/** The members whose values differ. */
export const findDifferences = (one: CustomAction, other: CustomAction) =>
  MEMBERS.filter((member) => one[member] !== other[member]);

/** A custom action that exists in Kitsu. */
export type Registered = CustomAction & { id: string };

/**
 * The address of a custom action that we created. The "?" at its end marks it as ours: a change of
 * its name does not remove it, the worker ignores it, and nobody types it by hand. If parameters
 * follow, the custom action is somebody else's.
 */
const ownUrl = (worker: string, actionId: string) => `${plainUrl(worker, actionId)}?`;

/** The address on the worker's home page, which people copy to Kitsu. */
export const plainUrl = (worker: string, actionId: string) => `${worker}/actions/${actionId}`;

/** The action's ID of a custom action that we created; undefined for all others. */
export function ownActionId(worker: string, { url }: CustomAction): string | undefined {
  const prefix = plainUrl(worker, "");
  if (!url.startsWith(prefix)) return undefined;
  return /^([^/?#]+)\?$/.exec(url.slice(prefix.length))?.[1];
}

/** A custom action that Kitsu should have. */
export type Wanted = CustomAction & { actionId: string };

/** What decides which custom actions there are for it. */
type Offered = Pick<OfferedAction, "id" | "title" | "modes" | "entityTypes">;

/**
 * One for each mode. If an action has both, their names say where the outcome is shown.
 * @param suffix follows each name in parentheses: "staging"
 */
export function listWanted(worker: string, offered: readonly Offered[], suffix = ""): Wanted[] {
  const end = suffix === "" ? "" : ` (${suffix})`;
  return offered.flatMap(({ id, title, modes, entityTypes }) =>
    (["form", "ajax"] as const)
      .filter((mode) => modes.includes(mode))
      .map((mode, _, { length }) => ({
        actionId: id,
        name: `${title}${mode === "ajax" && length > 1 ? " (on this page)" : ""}${end}`,
        url: ownUrl(worker, id),
        entity_type: toEntityType(entityTypes),
        is_ajax: mode === "ajax",
      })),
  );
}

/**
 * A custom action in Kitsu has one type or "all". Several types become "all": a custom action for
 * each would appear twice when a selection mixes them. The worker refuses wrong types with a
 * reason.
 */
function toEntityType(types: readonly string[] = []): string {
  const [type = "all", ...others] = new Set(types);
  return others.length === 0 ? type : "all";
}
