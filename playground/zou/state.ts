/** What the small Zou remembers for as long as it runs. */

import type { CommentRow } from "./comments.ts";
import { type CustomActionRow, customActionRow } from "./custom-actions.ts";
import type { PlaylistRow } from "./playlists.ts";
import { type PlannedTask, planTasks } from "./task-rows.ts";
import { openTokens, type Tokens } from "./tokens.ts";

export type State = {
  tokens: Tokens;
  tasks: readonly PlannedTask[];
  /** by task, the newest first */
  comments: Map<string, CommentRow[]>;
  /** Kitsu hears of what changes by a socket; whoever is in here hears the task's id */
  listeners: Set<(taskId: string) => void>;
  tellChange(taskId: string): void;
  playlists: Map<string, PlaylistRow>;
  customActions: Map<string, CustomActionRow>;
};

export type FirstAction = { id: string; name: string; url: string; entity_type: string; is_ajax: boolean };

/** @param today any moment of the day that the productions are shown at */
export function openState(today: Date, actions: readonly FirstAction[]): State {
  const listeners: State["listeners"] = new Set();
  const midnight = Date.UTC(today.getUTCFullYear(), today.getUTCMonth(), today.getUTCDate());
  return {
    tokens: openTokens(),
    tasks: planTasks(midnight),
    comments: new Map(),
    listeners,
    tellChange: (taskId) => {
      for (const tell of listeners) tell(taskId);
    },
    playlists: new Map(),
    customActions: new Map(actions.map((action) => [action.id, customActionRow(action)])),
  };
}
