/** The tasks of the studio that the playground shows. Nothing here is real, everything is fixed. */
import { ENTITIES, type Entity } from "./data-entities.ts";
import { ADA, BRUNO, CHIARA, DJIBRIL, EIKO, FRIDA, JO, NOOR, type Person } from "./data-people.ts";
import { PAPER_LANTERN } from "./data-projects.ts";
import { STATUSES, TASK_TYPES, type TaskStatus, type TaskType } from "./data-tables.ts";
import { idOf, pickOf } from "./ids.ts";

/** `status` is the one it began with; the page of the playground puts the present one in its place. */
export type Task = { id: string; entity: Entity; type: TaskType; status: TaskStatus; assignees: readonly Person[] };

/** Some cells of a production are always empty: nobody lights a shot that was cut. */
const UNPLANNED = new Set(["SQ030/SH0040/Lighting", "SQ030/SH0040/Compositing", "SQ020/SH0060/Compositing"]);

export const TASKS: readonly Task[] = ENTITIES.flatMap((entity) =>
  TASK_TYPES.filter((type) => type.forEntity === entity.kind && !UNPLANNED.has(`${entity.group}/${entity.name}/${type.name}`)).map(
    (type, column) => task(entity, type, column),
  ),
);

/** The further a department is down the line, the less of it is done, as in any production. */
function task(entity: Entity, type: TaskType, column: number): Task {
  const name = `${entity.id}/${type.name}`;
  const progress = Math.max(0, Math.min(5, 6 + headStart(entity) - 2 * column - pickOf(`${name}/late`, 3)));
  const status = STATUSES[progress];
  if (!status) throw new Error(`No status for ${name}`);
  const assignees = crewOf(entity)
    .filter((_, index) => pickOf(`${name}/${index}`, 5) === 0)
    .slice(0, 2);
  return { id: idOf(`task/${name}`), entity, type, status, assignees };
}

/** The first episode is nearly through. */
function headStart({ projectId, episode }: Entity): number {
  return projectId === PAPER_LANTERN.id ? 0 : episode?.name === "E02" ? 0 : 3;
}

function crewOf({ projectId }: Entity): readonly Person[] {
  return projectId === PAPER_LANTERN.id ? [ADA, BRUNO, CHIARA, DJIBRIL, EIKO, FRIDA] : [ADA, BRUNO, EIKO, FRIDA, JO, NOOR];
}

/** As Kitsu names a task in its lists: "SQ010 / SH0010 / Animation". */
export function labelTask(task: Task): string {
  return `${task.entity.group} / ${task.entity.name} / ${task.type.name}`;
}
