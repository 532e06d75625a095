/** The studio that the playground shows: its people, productions, entities and tasks. Nothing here is real, everything is fixed. */
import { idOf, pickOf } from "./ids.ts";

export type Person = {
  id: string;
  email: string;
  full_name: string;
  first_name: string;
  last_name: string;
  role: string;
  locale: string;
  initials: string;
  color: string;
};

export type Project = { id: string; name: string; production_type: string; color: string };

/** `forEntity` is what Kitsu derives the type of a selection from; the page's path is not. */
export type TaskType = { id: string; name: string; forEntity: EntityKind; color: string };
export type TaskStatus = { id: string; shortName: string; name: string; color: string };

export type EntityKind = "Shot" | "Asset";
/** `group` is the sequence of a shot, the asset type of an asset. */
export type Entity = { id: string; name: string; kind: EntityKind; group: string; projectId: string; frames: number | null };

export type Task = { id: string; entity: Entity; type: TaskType; status: TaskStatus; assignees: readonly Person[] };

function person(first_name: string, last_name: string, role: string, color: string): Person {
  const name = `${first_name} ${last_name}`;
  const email = `${first_name.toLowerCase()}.${last_name.toLowerCase()}@studio.example`;
  const initials = `${first_name[0]}${last_name[0]}`;
  return { id: idOf(`person/${name}`), email, full_name: name, first_name, last_name, role, locale: "en_US", initials, color };
}

/** The person at the keyboard comes first. */
export const ADA = person("Ada", "Roy", "manager", "#c2255c");
const PERSONS: readonly Person[] = [
  ADA,
  person("Bruno", "Keller", "user", "#b3541e"),
  person("Chiara", "Moretti", "user", "#00755e"),
  person("Djibril", "Sow", "supervisor", "#6741d9"),
  person("Eiko", "Tanabe", "user", "#2b6cb0"),
  person("Frida", "Lund", "vendor", "#6b5b00"),
];

function project(name: string, color: string): Project {
  return { id: idOf(`project/${name}`), name, production_type: "short", color };
}

export const PAPER_LANTERN = project("Paper Lantern", "#b3541e");
export const NIGHT_TRAM = project("Night Tram", "#2b6cb0");
export const PROJECTS: readonly Project[] = [PAPER_LANTERN, NIGHT_TRAM];

/** Kitsu's own first statuses, in their own colours. */
const STATUSES: readonly TaskStatus[] = [
  ["todo", "Todo", "#f5f5f5"],
  ["ready", "Ready To Start", "#fbc02d"],
  ["wip", "Work In Progress", "#3273dc"],
  ["wfa", "Waiting For Approval", "#ab26ff"],
  ["retake", "Retake", "#ff3860"],
  ["done", "Done", "#22d160"],
].map(([shortName = "", name = "", color = ""]) => ({ id: idOf(`status/${shortName}`), shortName, name, color }));

function taskTypes(forEntity: EntityKind, types: readonly (readonly [name: string, color: string])[]): readonly TaskType[] {
  return types.map(([name, color]) => ({ id: idOf(`type/${name}`), name, forEntity, color }));
}

const SHOT_TYPES = taskTypes("Shot", [
  ["Layout", "#7cb342"],
  ["Animation", "#009688"],
  ["Lighting", "#f9a825"],
  ["Compositing", "#ff5252"],
]);
const ASSET_TYPES = taskTypes("Asset", [
  ["Modeling", "#78909c"],
  ["Rigging", "#9ccc65"],
  ["Shading", "#64b5f6"],
]);
const TASK_TYPES: readonly TaskType[] = [...SHOT_TYPES, ...ASSET_TYPES];

function entity(projectId: string, kind: EntityKind, group: string, name: string): Entity {
  const path = `${projectId}/${group}/${name}`;
  return { id: idOf(path), name, kind, group, projectId, frames: kind === "Shot" ? 48 + pickOf(path, 120) : null };
}

function shots(projectId: string, sequence: string, count: number): Entity[] {
  return Array.from({ length: count }, (_, index) =>
    entity(projectId, "Shot", sequence, `SH${String((index + 1) * 10).padStart(4, "0")}`),
  );
}

function assets(projectId: string, type: string, names: readonly string[]): Entity[] {
  return names.map((name) => entity(projectId, "Asset", type, name));
}

/** A name that breaks every page which pastes names into markup, CSV or a shell. */
export const HOSTILE_NAME = `<script>alert("Zoë & 'Max'")</script> 🏮`;

const ENTITIES: readonly Entity[] = [
  ...shots(PAPER_LANTERN.id, "SQ010", 6),
  ...shots(PAPER_LANTERN.id, "SQ020", 6),
  ...shots(PAPER_LANTERN.id, "SQ030", 4),
  ...assets(PAPER_LANTERN.id, "Characters", ["Mira", "Old Lin", HOSTILE_NAME, "Stray Dog"]),
  ...assets(PAPER_LANTERN.id, "Environment", ["Harbour at Dusk", "Lantern Workshop", "Rooftops"]),
  ...assets(PAPER_LANTERN.id, "Props", ["Paper Lantern", "Rowing Boat", "Tea Kettle"]),
  ...shots(NIGHT_TRAM.id, "SQ001", 5),
  ...assets(NIGHT_TRAM.id, "Characters", ["Conductor", "Passenger"]),
  ...assets(NIGHT_TRAM.id, "Vehicles", ["Tram 7"]),
];

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
  const progress = Math.max(0, Math.min(5, 6 - 2 * column - pickOf(`${name}/late`, 3)));
  const status = STATUSES[progress];
  if (!status) throw new Error(`No status for ${name}`);
  const assignees = PERSONS.filter((_, index) => pickOf(`${name}/${index}`, 5) === 0).slice(0, 2);
  return { id: idOf(`task/${name}`), entity, type, status, assignees };
}

export function findProject(id: string): Project | undefined {
  return PROJECTS.find((project) => project.id === id);
}

/** As Kitsu names a task in its lists: "SQ010 / SH0010 / Animation". */
export function labelTask(task: Task): string {
  return `${task.entity.group} / ${task.entity.name} / ${task.type.name}`;
}
