/** Published files and working files of one production, recorded for some of its shots. */
import { TASKS, type Task } from "./data.ts";
import { ADA } from "./data-people.ts";
import { PAPER_LANTERN } from "./data-projects.ts";
import { idOf, pickOf } from "./ids.ts";
import { outputFileRow, workingFileRow } from "./zou/file-rows.ts";

/** The file format of each task type whose output is recorded. */
const OUTPUTS: Readonly<Record<string, string>> = {
  Layout: "mov",
  Animation: "mov",
  Lighting: "exr",
  Compositing: "mov",
};

/** Nothing was ever recorded for the last sequence. */
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
  revision,
  entity_id: task.entity.id,
  person_id: task.assignees[0]?.id ?? ADA.id,
});

export const OUTPUT_FILES = TASKS.filter(isRecorded).flatMap((task) => {
  const extension = OUTPUTS[task.type.name];
  if (extension === undefined) return [];
  return revisionsOf(task).map((revision) =>
    outputFileRow({
      ...commonRow(task, revision),
      id: idOf(`output-file/${task.id}/${revision}`),
      path: pathOf(task, "publish", revision, extension),
      extension,
      nb_elements: extension === "exr" ? (task.entity.frames ?? 1) : 1,
      file_status_id: idOf("file-status/To be reviewed"),
      output_type_id: idOf(`output-type/${extension}`),
      task_type_id: task.type.id,
    }),
  );
});

export const WORKING_FILES = TASKS.filter(isRecorded).flatMap((task) =>
  revisionsOf(task).map((revision) =>
    workingFileRow({
      ...commonRow(task, revision),
      id: idOf(`working-file/${task.id}/${revision}`),
      path: pathOf(task, "work", revision, "blend"),
      task_id: task.id,
      software_id: idOf("software/Blender"),
    }),
  ),
);
