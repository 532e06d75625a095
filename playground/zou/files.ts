/** Published files and working files. Vendors see none, not even those of their own tasks. */
import { type Answer, forbidden, ok } from "./answer.ts";
import { OUTPUT_FILE_COLUMNS, WORKING_FILE_COLUMNS } from "./file-rows.ts";
import { listRows } from "./list.ts";
import type { ZouRequest } from "./request.ts";
import { projectsOf } from "./rights.ts";

export function listOutputFiles(request: ZouRequest): Answer {
  const { outputFiles, entities } = request.state;
  const sees = checkSight(request);
  const rows = outputFiles.filter(({ entity_id }) => sees(entities.get(entity_id)));
  return ok(listRows(rows, OUTPUT_FILE_COLUMNS, request.query));
}

export function listWorkingFiles(request: ZouRequest): Answer {
  const { workingFiles, tasks } = request.state;
  const sees = checkSight(request);
  const rows = workingFiles.filter(({ task_id }) => sees(tasks.get(task_id)));
  return ok(listRows(rows, WORKING_FILE_COLUMNS, request.query, ["outputs"]));
}

function checkSight({ state, caller: { person } }: ZouRequest) {
  if (person.role === "vendor") throw forbidden();
  const visible = new Set(projectsOf(state, person).map(({ id }) => id));
  return (owner: { project_id: string } | undefined) => owner !== undefined && visible.has(owner.project_id);
}
