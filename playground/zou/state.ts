/** Everything that the small Zou stores. The rules depend on nothing else. */
import { notFound } from "./answer.ts";
import type { CommentRow } from "./comment-rows.ts";
import type { CustomActionMembers, CustomActionRow } from "./custom-action-rows.ts";
import type { EntityRow } from "./entity-rows.ts";
import type { OutputFileRow, WorkingFileRow } from "./file-rows.ts";
import type { Person } from "./person-rows.ts";
import type { Picture } from "./picture.ts";
import type { PlaylistRow, ShareLinkRow } from "./playlist-rows.ts";
import type { PreviewRow } from "./preview-rows.ts";
import type { Member, ProjectRow } from "./project-rows.ts";
import type {
  assetTypeRow,
  DepartmentRow,
  entityTypeRow,
  OrganisationRow,
  projectStatusRow,
  StatusRow,
  TaskTypeRow,
} from "./table-rows.ts";
import type { TaskRow } from "./task-rows.ts";

/** Whose token it is. `sessionId` identifies a session, to end it; a bot has none. */
export type Caller = { person: Person; sessionId?: string };

export type Sessions = {
  /** @throws a Refusal that says what is wrong with the token, in Zou's words */
  find(token: string): Caller;
  open(person: Person): { access: string; refresh: string };
  end(sessionId: string): void;
};

export type Tables = {
  taskTypes: readonly TaskTypeRow[];
  statuses: readonly StatusRow[];
  departments: readonly DepartmentRow[];
  entityTypes: readonly ReturnType<typeof entityTypeRow>[];
  assetTypes: readonly ReturnType<typeof assetTypeRow>[];
  projectStatuses: readonly ReturnType<typeof projectStatusRow>[];
  organisation: OrganisationRow;
};

export type State = {
  version: string;
  /** in epoch milliseconds */
  now(): number;
  sessions: Sessions;
  persons: readonly Person[];
  tables: Tables;
  projects: Map<string, ProjectRow>;
  teams: Map<string, readonly Member[]>;
  entities: Map<string, EntityRow>;
  tasks: Map<string, TaskRow>;
  /** the oldest first */
  comments: CommentRow[];
  /** the oldest first */
  previews: Map<string, PreviewRow>;
  /** what previews look like, by their ids */
  pictures: Map<string, Picture>;
  /** what all movies look like */
  movie: Uint8Array;
  outputFiles: OutputFileRow[];
  workingFiles: WorkingFileRow[];
  /** the oldest first */
  playlists: PlaylistRow[];
  /** links to playlists for guests */
  shares: ShareLinkRow[];
  customActions: Map<string, CustomActionRow>;
  /** the custom actions that no one created, by id: what the worker offered last */
  offered: Map<string, CustomActionMembers>;
  /** called with the id of each task that changes, in place of Zou's event stream */
  listeners: Set<(taskId: string) => void>;
};

/** A state without any productions. */
export const emptyState = (given: Pick<State, "sessions" | "persons" | "tables"> & Partial<State>): State => ({
  version: "1.0.97",
  now: Date.now,
  projects: new Map(),
  teams: new Map(),
  entities: new Map(),
  tasks: new Map(),
  comments: [],
  previews: new Map(),
  pictures: new Map(),
  movie: new Uint8Array(),
  outputFiles: [],
  workingFiles: [],
  playlists: [],
  shares: [],
  customActions: new Map(),
  offered: new Map(),
  listeners: new Set(),
  ...given,
});

/** @throws a Refusal if there is no such task */
export function findTask({ tasks }: State, id: string): TaskRow {
  const task = tasks.get(id);
  if (!task) throw notFound();
  return task;
}

export function notifyChange({ listeners }: State, taskId: string): void {
  for (const listener of listeners) listener(taskId);
}
