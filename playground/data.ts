/** The tasks of the playground's studio: invented, and always the same. */
import { ENTITIES, type Entity, nameEntity } from "./data-entities.ts";
import { ADA, BRUNO, CHIARA, DJIBRIL, EIKO, FRIDA, JO, NOOR, type Person } from "./data-people.ts";
import { CARNIVAL, PAPER_LANTERN } from "./data-projects.ts";
import { STATUSES, TASK_TYPES, type TaskStatus, type TaskType } from "./data-tables.ts";
import { idOf, pickOf } from "./ids.ts";

/** `status` is the first one; the page replaces it with the current one. */
export type Task = { id: string; entity: Entity; type: TaskType; status: TaskStatus; assignees: readonly Person[] };

/** Some cells of a production are always empty: no one lights a shot that was cut. */
const UNPLANNED = new Set(["SQ030/SH0040/Lighting", "SQ030/SH0040/Compositing", "SQ020/SH0060/Compositing"]);

export const TASKS: readonly Task[] = ENTITIES.flatMap((entity) =>
  TASK_TYPES.filter((type) => type.forEntity === entity.kind && isPlanned(entity, type)).map((type, column) =>
    task(entity, type, column),
  ),
);

function isPlanned({ projectId, kind, group, name }: Entity, type: TaskType): boolean {
  if (projectId === CARNIVAL.id) return kind === "Shot" && type.name === "Animation";
  return !UNPLANNED.has(`${group}/${name}/${type.name}`);
}

/** Later departments are less far, as in any production. */
function task(entity: Entity, type: TaskType, column: number): Task {
  const name = `${entity.id}/${type.name}`;
  // Concepts have their own statuses.
  const concept = STATUSES.find(({ forConcepts }) => forConcepts);
  const progress = Math.max(0, Math.min(5, 6 + headStart(entity) - 2 * column - pickOf(`${name}/late`, 3)));
  const status = type.forEntity === "Concept" ? concept : STATUSES[progress];
  if (!status) throw new Error(`No status for ${name}`);
  const assignees = crewOf(entity)
    .filter((_, index) => pickOf(`${name}/${index}`, 5) === 0)
    .slice(0, 2);
  return { id: idOf(`task/${name}`), entity, type, status, assignees };
}

/** The first episode is nearly done, Carnival is at every stage, single tasks are in progress. */
function headStart({ id, projectId, kind, episode }: Entity): number {
  if (projectId === CARNIVAL.id) return -pickOf(id, 6);
  if (kind !== "Shot" && kind !== "Asset") return -3;
  return projectId === PAPER_LANTERN.id || episode?.name === "E02" ? 0 : 3;
}

function crewOf({ projectId }: Entity): readonly Person[] {
  if (projectId === CARNIVAL.id) return [BRUNO, EIKO, FRIDA, JO];
  return projectId === PAPER_LANTERN.id
    ? [ADA, BRUNO, CHIARA, DJIBRIL, EIKO, FRIDA]
    : [ADA, BRUNO, EIKO, FRIDA, JO, NOOR];
}

/** "SQ010 / SH0010 / Animation". */
export function labelTask(task: Task): string {
  return `${nameEntity(task.entity)} / ${task.type.name}`;
}
