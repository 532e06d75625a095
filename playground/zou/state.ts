/** What the small Zou remembers for as long as it runs. */
import { type CustomActionRow, customActionRow } from "./custom-actions.ts";
import type { PlaylistRow } from "./playlists.ts";
import { type PlannedTask, planTasks } from "./task-rows.ts";
import { openTokens, type Tokens } from "./tokens.ts";

export type State = {
  tokens: Tokens;
  tasks: readonly PlannedTask[];
  playlists: Map<string, PlaylistRow>;
  customActions: Map<string, CustomActionRow>;
};

export type FirstAction = { id: string; name: string; url: string; entity_type: string; is_ajax: boolean };

/** @param today any moment of the day that the productions are shown at */
export function openState(today: Date, actions: readonly FirstAction[]): State {
  const midnight = Date.UTC(today.getUTCFullYear(), today.getUTCMonth(), today.getUTCDate());
  return {
    tokens: openTokens(),
    tasks: planTasks(midnight),
    playlists: new Map(),
    customActions: new Map(actions.map((action) => [action.id, customActionRow(action)])),
  };
}
