// The statuses, task types and other tables of the sample data.
import type { Tables } from "../playground/zou/state.ts";
import {
  assetTypeRow,
  departmentRow,
  entityTypeRow,
  organisationRow,
  projectStatusRow,
  statusRow,
  taskTypeRow,
} from "../playground/zou/table-rows.ts";
import { idOf } from "./sample-ids.ts";

const STATUSES = [
  ["todo", "Todo", "#f5f5f5"],
  ["wip", "Work In Progress", "#3273dc"],
  ["wfa", "Waiting For Approval", "#ab26ff"],
  ["retake", "Retake", "#ff3860"],
  ["done", "Done", "#22d160"],
] as const;
const TASK_TYPES = [
  ["Animation", "Shot", "#009688"],
  ["Compositing", "Shot", "#ff5252"],
  ["Modeling", "Asset", "#78909c"],
] as const;
const ENTITY_TYPES = ["Shot", "Sequence", "Episode", "Characters", "Props"] as const;

/** The short name of a status. */
export type SampleStatus = (typeof STATUSES)[number][0];
export type SampleTaskType = (typeof TASK_TYPES)[number][0];
export type SampleEntityType = (typeof ENTITY_TYPES)[number];

export const statusId = (shortName: SampleStatus) =>
  idOf("status", STATUSES.findIndex(([short]) => short === shortName) + 1);
export const taskTypeId = (type: SampleTaskType) =>
  idOf("task-type", TASK_TYPES.findIndex(([name]) => name === type) + 1);
export const entityTypeId = (type: SampleEntityType) => idOf("entity-type", ENTITY_TYPES.indexOf(type) + 1);
const departmentId = idOf("department", 1);

export const SAMPLE_TABLES: Tables = {
  taskTypes: TASK_TYPES.map(([name, for_entity, color], index) =>
    taskTypeRow({ id: taskTypeId(name), name, color, priority: index + 1, for_entity, department_id: departmentId }),
  ),
  // Artists can't approve, and what is in progress is none of the client's business.
  statuses: STATUSES.map(([short_name, name, color]) =>
    statusRow({
      ...{ id: statusId(short_name), name, short_name, color },
      is_artist_allowed: short_name !== "done",
      is_client_allowed: short_name !== "wip",
    }),
  ),
  departments: [departmentRow({ id: departmentId, name: "Production", color: "#009688" })],
  entityTypes: ENTITY_TYPES.map((name) => entityTypeRow({ id: entityTypeId(name), name })),
  assetTypes: (["Characters", "Props"] as const).map((name) => assetTypeRow({ id: entityTypeId(name), name })),
  projectStatuses: [projectStatusRow({ id: idOf("production-status", 1), name: "Open" })],
  organisation: organisationRow({ id: idOf("organisation", 1), name: "Studio Example" }),
};

/** The short name of a status by its id. */
export const nameStatus = (id: string): string =>
  SAMPLE_TABLES.statuses.find((status) => status.id === id)?.short_name ?? id;
