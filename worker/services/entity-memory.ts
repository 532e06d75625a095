// What this isolate remembers of entities between calls, for each account: where a task is, which
// hardly ever changes, and sequences and episodes, which are only named. Shots and assets are read
// anew by each call.
import { createMemory, type WaitUntil } from "./isolate-memory.ts";
import type { Entity, Task } from "./zou-objects.ts";

type ReadEntities = (ids: readonly string[]) => Promise<Entity[]>;

export type EntityMemory = {
  /** The entities and projects of these tasks, as far as they are known. */
  guessPlaces(taskIds: readonly string[]): { entityIds: string[]; projectIds: string[] };
  rememberTasks(tasks: readonly Task[]): void;
  /** Sequences and episodes. Those that are no longer fresh are read again in the background. */
  findParents(ids: readonly string[], read: ReadEntities): Entity[];
  /** @param ofProject the project of which these are all, or the first few hundred */
  rememberParents(entities: readonly Entity[], ofProject?: string): void;
  /** Were all sequences and episodes of this project remembered? */
  knowsParents(projectId: string): boolean;
};

const PARENT = { freshMs: 120_000, keepMs: 300_000, maxEntries: 5_000 };
const parents = createMemory<Entity>(PARENT);
/** Projects of which all sequences and episodes were read. */
const projects = createMemory<true>({ ...PARENT, maxEntries: 200 });
type Place = { entityId: string; projectId: string };
const places = createMemory<Place>({ freshMs: 3_600_000, keepMs: 3_600_000, maxEntries: 5_000 });

/** @param view identifies the Kitsu and the account: Zou shows each its own entities */
export function openEntityMemory(view: string, waitUntil: WaitUntil): EntityMemory {
  const keyOf = (id: string) => `${view} ${id}`;
  const rememberParents = (entities: readonly Entity[], ofProject?: string) => {
    if (ofProject !== undefined) projects.put(keyOf(ofProject), true);
    for (const entity of entities) parents.put(keyOf(entity.id), entity);
  };
  return {
    guessPlaces: (taskIds) => {
      const known = taskIds.flatMap((id) => places.find(keyOf(id))?.value ?? []);
      return {
        entityIds: [...new Set(known.map(({ entityId }) => entityId))],
        projectIds: [...new Set(known.map(({ projectId }) => projectId))],
      };
    },
    rememberTasks: (tasks) => {
      for (const { id, entity_id: entityId, project_id: projectId } of tasks)
        places.put(keyOf(id), { entityId, projectId });
    },
    findParents: (ids, read) => {
      const found = ids.flatMap((id) => parents.find(keyOf(id)) ?? []);
      const stale = found.filter(({ ageMs }) => ageMs >= PARENT.freshMs).map(({ value }) => value.id);
      if (stale.length > 0)
        waitUntil(
          read(stale).then(
            (entities) => rememberParents(entities),
            () => undefined,
          ),
        );
      return found.map(({ value }) => value);
    },
    rememberParents,
    knowsParents: (projectId) => projects.find(keyOf(projectId)) !== undefined,
  };
}
