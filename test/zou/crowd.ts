// A project as large as the largest selection, for figures and limits: as many shots as wanted, each with every task type.
import { connect, forEach, type Row } from "./connection.ts";

export type Crowd = { project: string; tasks: string[] };

/** Makes a project of `shots` × `types` tasks, with `team` in it; 500 × 10 take about a minute and a half. */
export async function makeCrowd(
  api: string,
  adminToken: string,
  team: readonly string[],
  shots = 500,
  types = 10,
): Promise<Crowd> {
  const zou = connect(api, adminToken);
  const { id: project } = await zou.post("/data/projects", {
    name: `Crowd ${shots} × ${types}`,
    production_type: "short",
  });
  for (const person_id of team) await zou.post(`/data/projects/${project}/team`, { person_id });
  const sequences = await forEach(
    Array.from({ length: Math.ceil(shots / 50) }, (_, index) => `SQ${index}`),
    (name) => zou.post(`/data/projects/${project}/sequences`, { name }),
  );
  const made = await forEach(Array.from({ length: shots }), (_, index) =>
    zou.post(`/data/projects/${project}/shots`, {
      name: `SH${String(index).padStart(4, "0")}`,
      sequence_id: sequences[index % sequences.length]?.id,
      nb_frames: 24 + (index % 200),
      data: { frame_in: 1001, frame_out: 1024 + (index % 200), note: "As a studio writes into its own columns" },
    }),
  );
  const ids = made.map(({ id }) => id);
  const taskTypes = await forEach(Array.from({ length: types }), (_, index) =>
    zou.post("/data/task-types", {
      name: `Crowd step ${index}`,
      short_name: `c${index}`,
      color: "#888888",
      for_entity: "Shot",
      priority: 50 + index,
    }),
  );
  const tasks = await forEach(taskTypes, ({ id }) =>
    zou.post<Row[]>(`/actions/projects/${project}/task-types/${id}/shots/create-tasks`, ids),
  );
  const taskIds = tasks.flat().map(({ id }) => id);
  for (const [index, person] of team.entries()) {
    const task_ids = taskIds.filter((_, position) => position % 4 === index % 4).slice(0, 500);
    await zou.put(`/actions/persons/${person}/assign`, { task_ids });
  }
  return { project, tasks: taskIds };
}
