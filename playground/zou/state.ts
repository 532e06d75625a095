/** What the small Zou remembers for as long as it runs. */
import { notFound } from "./answer.ts";
import type { CommentRow } from "./comments.ts";
import { type CustomActionRow, customActionRow } from "./custom-actions.ts";
import type { PlaylistRow } from "./playlists.ts";
import type { StoredPreview } from "./preview-rows.ts";
import { type PlannedTask, planTasks } from "./task-rows.ts";
import { openTokens, type Tokens } from "./tokens.ts";

export type State = {
  tokens: Tokens;
  tasks: readonly PlannedTask[];
  /** by task, the newest first */
  comments: Map<string, CommentRow[]>;
  /** by their id, the oldest first */
  previews: Map<string, StoredPreview>;
  /** Kitsu hears of what changes by a socket; whoever is in here hears the task's id */
  listeners: Set<(taskId: string) => void>;
  tellChange(taskId: string): void;
  playlists: Map<string, PlaylistRow>;
  customActions: Map<string, CustomActionRow>;
  /** the ids of those that nobody put there: they are what the worker offers */
  offered: Set<string>;
};

export type FirstAction = { id: string; name: string; url: string; entity_type: string; is_ajax: boolean };

/** @param today any moment of the day that the productions are shown at */
export function openState(today: Date, actions: readonly FirstAction[]): State {
  const listeners: State["listeners"] = new Set();
  const midnight = Date.UTC(today.getUTCFullYear(), today.getUTCMonth(), today.getUTCDate());
  const { tasks, previews } = planTasks(midnight);
  return {
    tokens: openTokens(),
    tasks,
    comments: new Map(),
    previews: new Map(previews.map((preview) => [preview.row.id, preview])),
    listeners,
    tellChange: (taskId) => {
      for (const tell of listeners) tell(taskId);
    },
    playlists: new Map(),
    customActions: new Map(actions.map((action) => [action.id, customActionRow(action)])),
    offered: new Set(),
  };
}

/** @throws a Refusal where there is none */
export function findTask(state: State, id: string): PlannedTask {
  const found = state.tasks.find(({ task }) => task.id === id);
  if (!found) throw notFound();
  return found;
}
