/** Files that were published and worked on, as the studio's tools recorded them: of one production, and there not of all shots. */
import { TASKS, type Task } from "../data.ts";
import { ADA } from "../data-people.ts";
import { PAPER_LANTERN } from "../data-projects.ts";
import { idOf, pickOf } from "../ids.ts";
import { type Answer, forbidden, ok } from "./answer.ts";
import { listRows } from "./list.ts";
import { NEVER } from "./never.ts";
import type { ZouRequest } from "./request.ts";
import { projectsOf } from "./rights.ts";

/** What comes out of each kind of work that anybody records. */
const OUTPUTS: Readonly<Record<string, string>> = {
  Layout: "mov",
  Animation: "mov",
  Lighting: "exr",
  Compositing: "mov",
};

/** Of the last sequence nothing was ever recorded. */
const isRecorded = ({ entity, status }: Task): boolean =>
  ["Shot", "Asset"].includes(entity.kind) &&
  entity.projectId === PAPER_LANTERN.id &&
  entity.group !== "SQ030" &&
  !["todo", "ready"].includes(status.shortName);

const slug = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_|_$/g, "");

function pathOf({ entity, type }: Task, kind: string, revision: number, extension: string): string {
  const folder = `/mnt/prod/paper_lantern/${entity.kind === "Shot" ? "shots" : "assets"}/${slug(entity.group)}/${slug(entity.name)}`;
  const name = `${slug(entity.name)}_${slug(type.name)}_v${String(revision).padStart(3, "0")}`;
  return extension === "exr" ? `${folder}/${kind}/${name}/${name}.%04d.exr` : `${folder}/${kind}/${name}.${extension}`;
}

const revisionsOf = ({ id }: Task): number[] =>
  Array.from({ length: 1 + pickOf(`${id}/files`, 4) }, (_, index) => index + 1);

const commonRow = (task: Task, revision: number) => ({
  shotgun_id: null,
  name: "main",
  size: null,
  checksum: null,
  description: null,
  comment: null,
  revision,
  data: null,
  entity_id: task.entity.id,
  project_id: task.entity.projectId,
  person_id: task.assignees[0]?.id ?? ADA.id,
  ...NEVER,
});

const OUTPUT_ROWS = TASKS.filter((task) => isRecorded(task) && OUTPUTS[task.type.name] !== undefined).flatMap(
  (task) => {
    const extension = OUTPUTS[task.type.name] ?? "";
    return revisionsOf(task).map((revision) => ({
      ...commonRow(task, revision),
      canceled: false,
      quality: null,
      extension,
      representation: "",
      nb_elements: extension === "exr" ? (task.entity.frames ?? 1) : 1,
      source: null,
      path: pathOf(task, "publish", revision, extension),
      file_status_id: idOf("file-status/To be reviewed"),
      asset_instance_id: null,
      output_type_id: idOf(`output-type/${extension}`),
      task_type_id: task.type.id,
      source_file_id: null,
      source_file: null,
      temporal_entity_id: null,
      id: idOf(`output-file/${task.id}/${revision}`),
      type: "OutputFile",
    }));
  },
);

const WORKING_ROWS = TASKS.filter(isRecorded).flatMap((task) =>
  revisionsOf(task).map((revision) => ({
    ...commonRow(task, revision),
    path: pathOf(task, "work", revision, "blend"),
    validation_status: "neutral",
    task_id: task.id,
    software_id: idOf("software/Blender"),
    outputs: [],
    id: idOf(`working-file/${task.id}/${revision}`),
    type: "WorkingFile",
  })),
);

export const listOutputFiles = (request: ZouRequest): Answer => list(OUTPUT_ROWS, request);
export const listWorkingFiles = (request: ZouRequest): Answer => list(WORKING_ROWS, request, ["outputs"]);

/** Vendors see none, not even of their own tasks. */
function list(
  rows: readonly { project_id: string }[],
  { caller, query }: ZouRequest,
  relations: readonly string[] = [],
): Answer {
  if (caller.person.role === "vendor") throw forbidden();
  const visible = new Set(projectsOf(caller.person).map(({ id }) => id));
  const shown = rows.filter((row) => visible.has(row.project_id)).map(({ project_id, ...row }) => row);
  return ok(listRows(shown, Object.keys(shown[0] ?? {}), query, relations));
}
