// Tasks with a history: comments with statuses, retakes, time spent, dates, pictures.
import { type Connection, forEach, type Row } from "./connection.ts";
import { makePng } from "./png.ts";

const DAY_MS = 86_400_000;

export type Statuses = { todo: string; wip: string; wfa: string; retake: string; done: string };
type Task = Row & { entity_id: string; task_type_id: string; project_id: string };

/** One task per entity and task type, in the order of the task types. */
export async function makeTasks(
  zou: Connection,
  project: string,
  kind: "shots" | "assets",
  types: readonly string[],
  ids: readonly string[],
): Promise<Task[]> {
  const tasks = await forEach(types, (type) =>
    zou.post<Task[]>(`/actions/projects/${project}/task-types/${type}/${kind}/create-tasks`, ids),
  );
  return tasks.flat();
}

/** Every ninth task has no estimate or date, every seventh is late, every fifth is due soon. */
export async function plan(zou: Connection, tasks: readonly Task[], now: number): Promise<void> {
  await forEach(tasks, async ({ id }, index) => {
    if (index % 9 === 8) return;
    const due = now + (index % 7 === 0 ? -3 : index % 5 === 0 ? 2 : 20 + (index % 30)) * DAY_MS;
    const dates = { start_date: toDay(due - 10 * DAY_MS), due_date: toDay(due) };
    await zou.put(`/data/tasks/${id}`, {
      ...dates,
      estimation: 480 * (1 + (index % 4)),
      priority: index % 4,
      difficulty: 1 + (index % 5),
    });
  });
}

/**
 * Assigns the first person to every other task and the second to every third, so that some tasks
 * have both or no one.
 */
export async function assign(
  zou: Connection,
  tasks: readonly Task[],
  [first, second]: readonly [string, string],
): Promise<void> {
  const every = (step: number) => tasks.filter((_, index) => index % step === 0).map(({ id }) => id);
  await zou.put(`/actions/persons/${first}/assign`, { task_ids: every(2) });
  await zou.put(`/actions/persons/${second}/assign`, { task_ids: every(3) });
}

/** Records time spent by a person in the last days. Zou requires that the person is assigned. */
export async function spend(zou: Connection, tasks: readonly Task[], person: string, now: number): Promise<void> {
  await forEach(tasks, async ({ id }, index) => {
    for (const day of [3, 2, 1].slice(index % 3)) {
      const path = `/actions/tasks/${id}/time-spents/${toDay(now - (day + (index % 20)) * DAY_MS)}/persons/${person}`;
      await zou.post(path, { duration: 60 * (1 + ((index + day) % 8)) });
    }
  });
}

/** Takes each task through some statuses, one comment per step, on different days. */
export async function comment(
  zou: Connection,
  tasks: readonly Task[],
  to: Statuses,
  person_id: string,
  now: number,
): Promise<void> {
  const ways = [[], [to.wip], [to.wfa], [to.retake], [to.retake, to.done]];
  await forEach([...tasks.entries()], async ([index, { id }]) => {
    for (const [step, task_status_id] of (ways[index % ways.length] ?? []).entries()) {
      const created_at = new Date(now - (30 - step * 3 - (index % 7)) * DAY_MS).toISOString().slice(0, 19);
      await zou.post(`/actions/tasks/${id}/comment`, {
        task_status_id,
        comment: `Step ${step} <script>alert(1)</script> "ok" 👍`,
        person_id,
        created_at,
      });
    }
  });
}

/** Spreads done tasks over weeks: Zou uses the time of the request, not the comment's date. */
export async function spreadDone(zou: Connection, project: string, done: string, now: number): Promise<void> {
  const tasks = await zou.get(`/data/tasks?project_id=${project}&task_status_id=${done}`);
  await forEach(tasks, ({ id }, index) => {
    const moment = new Date(now - (index % 28) * DAY_MS).toISOString().slice(0, 19);
    return zou.put(`/data/tasks/${id}`, { done_date: moment, end_date: moment });
  });
}

/** Publishes a picture on a task without changing its status. */
export async function publish(
  zou: Connection,
  { id, status }: { id: string; status: string },
  index: number,
): Promise<string> {
  const { id: note } = await zou.post(`/actions/tasks/${id}/comment`, {
    task_status_id: status,
    comment: "Please look",
  });
  const { id: preview } = await zou.post(`/actions/tasks/${id}/comments/${note}/add-preview`, {});
  await zou.upload(
    `/pictures/preview-files/${preview}`,
    `preview ${index}.png`,
    makePng(64, 36, [index * 20, 128, 200]),
  );
  return preview;
}

/**
 * Files as the studio's own tools record them: two revisions of the working file and of the output
 * file.
 */
export async function recordFiles(zou: Connection, tasks: readonly Task[]): Promise<void> {
  const [output, software, status] = await Promise.all([
    zou.post("/data/output-types", { name: "Movie", short_name: "mov" }),
    zou.post("/data/softwares", { name: "Blender", short_name: "blender", file_extension: "blend" }),
    zou.post("/data/file-status", { name: "To be reviewed", color: "#ffffff" }),
  ]);
  for (const [index, { id: task_id, entity_id, task_type_id }] of tasks.entries()) {
    for (const revision of [1, 2]) {
      const path = `/mnt/prod/fox/sh${index}/sh${index}_v00${revision}`;
      const common = { name: "main", revision, entity_id };
      await zou.post("/data/working-files", { ...common, path: `${path}.blend`, task_id, software_id: software.id });
      const kind = { task_type_id, output_type_id: output.id, file_status_id: status.id, representation: "" };
      await zou.post("/data/output-files", { ...common, ...kind, path: `${path}.mov`, extension: "mov" });
    }
  }
}

function toDay(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
