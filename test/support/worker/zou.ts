// The playground's Zou in place of fetch, with the tests' own people and projects. Its rules are in
// playground/zou/.
import { vi } from "vitest";
import { entityRow } from "../../../playground/zou/entity-rows.ts";
import type { Person, Role } from "../../../playground/zou/person-rows.ts";
import { descriptorRow, projectRow } from "../../../playground/zou/project-rows.ts";
import type { Tables } from "../../../playground/zou/state.ts";
import {
  departmentRow,
  entityTypeRow,
  organisationRow,
  statusRow,
  taskTypeRow,
} from "../../../playground/zou/table-rows.ts";
import { taskRow } from "../../../playground/zou/task-rows.ts";
import { makeFakeZou, type FakeZou as ZouWithTables } from "../../../testing/fake-zou.ts";
import { makeId } from "../../../testing/sample-ids.ts";
import { makePerson } from "../../../testing/sample-people.ts";
import { checkStays } from "./no-redirect.ts";

export const API = "https://kitsu.studio.tld/api";
export const BOT_TOKEN = "bot-token-of-a-manager";

export const id = makeId;

export type Row = Record<string, unknown> & { id: string };

const person = (number: number, role: Role, rest: Partial<Person> = {}): Person =>
  makePerson({
    id: id(1, number),
    full_name: `Person ${number}`,
    email: `person${number}@studio.tld`,
    role,
    ...rest,
  });

export const ADMIN = person(1, "admin");
export const MANAGER = person(2, "manager");
export const SUPERVISOR = person(3, "supervisor");
export const ARTIST = person(4, "user", { full_name: `Zoé "<script>" 🦊` });
export const CLIENT = person(5, "client");
export const VENDOR = person(6, "vendor");
/** A supervisor in the tests' projects. */
export const PROMOTED = person(7, "user");
/** An artist in the tests' projects. */
export const DEMOTED = person(8, "manager");
export const INACTIVE = person(9, "manager", { active: false });
/** In no team. */
export const OUTSIDER = person(10, "manager");
export const BOT = person(11, "manager", { is_bot: true });
export const PEOPLE = [ADMIN, MANAGER, SUPERVISOR, ARTIST, CLIENT, VENDOR, PROMOTED, DEMOTED, INACTIVE, OUTSIDER, BOT];

export const STATUS = {
  todo: id(5, 1),
  wip: id(5, 2),
  retake: id(5, 3),
  done: id(5, 4),
  old: id(5, 5),
  concept: id(5, 6),
};
const status = (key: keyof typeof STATUS, color: string, rest: object = {}) =>
  statusRow({ id: STATUS[key], name: key, short_name: key, color, ...rest });

const ENTITY_TYPES = ["Shot", "Character", "Episode", "Sequence"];

const TABLES: Tables = {
  taskTypes: [
    taskTypeRow({
      ...{ id: id(4, 1), name: "Animation", color: "#009688", priority: 1, for_entity: "Shot", department_id: null },
    }),
    taskTypeRow({
      ...{ id: id(4, 2), name: "Modeling", color: "#78909C", priority: 2, for_entity: "Asset", department_id: null },
    }),
  ],
  statuses: [
    status("todo", "#f5f5f5"),
    status("wip", "#3273dc", { is_client_allowed: false }),
    status("retake", "#ff3860"),
    status("done", "#22d160", { is_artist_allowed: false }),
    status("old", "#8d6e63", { archived: true }),
    status("concept", "#cccccc", { for_concept: true }),
  ],
  departments: [departmentRow({ id: id(8, 1), name: "Animation", color: "#009688" })],
  entityTypes: ENTITY_TYPES.map((name, index) => entityTypeRow({ id: id(6, index + 1), name })),
  assetTypes: [],
  projectStatuses: [],
  organisation: organisationRow({ id: id(7, 1), name: "Studio" }),
};

type Team = readonly { person: Person; project_role: string | null }[];

/** The rows that tests add need only the members that matter. */
export type FakeZou = Omit<
  ZouWithTables,
  | ("tasks" | "entities" | "projects" | "teams" | "playlists" | "shares" | "comments" | "previews")
  | ("outputFiles" | "workingFiles")
> & {
  tasks: Map<string, Row>;
  entities: Map<string, Row>;
  projects: Map<string, Row>;
  teams: Map<string, Team>;
  playlists: Row[];
  /** links for guests */
  shares: { id: string; playlist_id: string }[];
  comments: Row[];
  previews: Map<string, Row>;
  outputFiles: Row[];
  workingFiles: Row[];
};

/** Replaces fetch with a Zou, whatever its address. */
export function openFakeZou(): FakeZou {
  const zou = makeFakeZou({ persons: PEOPLE, tables: TABLES, bot: { person: BOT, token: BOT_TOKEN } });
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    checkStays(init);
    return zou.answer(new Request(input, init));
  });
  return zou;
}

const EVERYONE: Team = PEOPLE.filter((one) => one !== OUTSIDER).map((one) => ({
  person: one,
  project_role: one === PROMOTED ? "supervisor" : one === DEMOTED ? "user" : null,
}));

/** Creates a project with everyone except the outsider, and tasks on shots of one sequence. */
export function addProject(
  zou: FakeZou,
  number: number,
  taskCount: number,
  changes: object = {},
): { projectId: string; taskIds: string[] } {
  const projectId = id(2, number);
  const { team = EVERYONE, descriptors = [], ...rest }: { team?: Team; descriptors?: readonly object[] } = changes;
  const project = projectRow({
    id: projectId,
    name: `Project ${number}`,
    production_type: "short",
    fps: "25.000",
    project_status_id: id(13, 1),
    descriptors: descriptors.map((column, index) => ({
      ...descriptorRow({ id: id(12, index), name: "", field_name: "", entity_type: "Shot" }),
      ...column,
    })),
  });
  zou.projects.set(projectId, { ...project, ...rest });
  zou.teams.set(projectId, team);
  const sequence = addEntity(zou, projectId, number * 100_000, "Sequence", { name: "SQ01" });
  const taskIds = Array.from({ length: taskCount }, (_, index) => {
    const shot = addEntity(zou, projectId, number * 100_000 + index + 1, "Shot", {
      name: `SH${index + 1}`,
      parent_id: sequence,
      nb_frames: 48,
      data: { frame_in: "101", frame_out: 148 },
    });
    return addTask(zou, projectId, shot, number * 100_000 + index);
  });
  return { projectId, taskIds };
}

export function addEntity(
  zou: FakeZou,
  project_id: string,
  number: number,
  type: string,
  changes: object = {},
): string {
  const entity = entityRow({
    id: id(3, number),
    name: `${type} ${number}`,
    type,
    project_id,
    entity_type_id: id(6, ENTITY_TYPES.indexOf(type) + 1 || 1),
  });
  zou.entities.set(entity.id, { ...entity, ...changes });
  return entity.id;
}

export function addTask(
  zou: FakeZou,
  project_id: string,
  entity_id: string,
  number: number,
  changes: object = {},
): string {
  const task = taskRow({
    id: id(9, number),
    project_id,
    entity_id,
    task_type_id: id(4, 1),
    task_status_id: STATUS.wip,
    duration: 480,
    estimation: 960,
    due_date: "2026-11-20T00:00:00",
  });
  zou.tasks.set(task.id, { ...task, ...changes });
  return task.id;
}
