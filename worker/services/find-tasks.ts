// Reads the selected tasks and their entities with a limited number of requests, however many tasks
// there are. Cloudflare's free plan allows 50 subrequests per call.
import * as v from "valibot";
import { Failure } from "../failure.ts";
import { message } from "../format/message.ts";
import { IDS_MAX, idsQuery, type Zou } from "./zou.ts";
import { Entity, Task } from "./zou-objects.ts";

export type FoundTasks = { tasks: Map<string, Task>; entities: Map<string, Entity> };

/** Each project costs three requests: for its tasks, its entities and its team. */
const PROJECTS_MAX = 12;

/** How many requests may be spent on ids if Kitsu returned none of a sample of them. */
const MISSING_REQUESTS_MAX = 10;

/**
 * Up to 80 tasks are read by id, in at most four requests. More are read project by project: one
 * request to find the next projects, two for each project's tasks and entities. Throws if the tasks
 * belong to too many projects.
 */
export function findTasks(zou: Zou, ids: readonly string[]): Promise<FoundTasks> {
  return ids.length <= IDS_MAX ? findByIds(zou, ids) : findByProjects(zou, ids);
}

async function findByIds(zou: Zou, ids: readonly string[]): Promise<FoundTasks> {
  const tasks = byId(
    ids.length === 0 ? [] : await zou.read(`/data/tasks?${idsQuery(ids)}&relations=true`, v.array(Task)),
  );
  checkProjects(new Set([...tasks.values()].map((task) => task.project_id)));
  const entities = new Map<string, Entity>();
  // First the shots, then their sequences, then their episodes.
  for (let wanted = unique([...tasks.values()].map((task) => task.entity_id)); wanted.length > 0; ) {
    const read = await zou.read(`/data/entities?${idsQuery(wanted)}`, v.array(Entity));
    for (const entity of read) entities.set(entity.id, entity);
    wanted = unique(read.flatMap(({ parent_id, source_id }) => parent_id ?? source_id ?? [])).filter(
      (id) => !entities.has(id),
    );
  }
  return { tasks, entities };
}

/** Finds the projects by reading samples of the remaining tasks, taken evenly from all of them. */
async function findByProjects(zou: Zou, ids: readonly string[]): Promise<FoundTasks> {
  const found: FoundTasks = { tasks: new Map(), entities: new Map() };
  const wanted = new Set(ids);
  const readProjects = new Set<string>();
  for (let rest = [...ids]; rest.length > 0; ) {
    const asked = new Set(takeSample(rest));
    const sample = await zou.read(`/data/tasks?${idsQuery([...asked])}`, v.array(Task));
    // Ids of the sample that Kitsu did not return are missing. The remaining ones are sampled
    // again.
    rest = rest.filter((id) => !asked.has(id));
    const projects = unique(sample.map((task) => task.project_id)).filter((id) => !readProjects.has(id));
    if (projects.length === 0 && rest.length > IDS_MAX * MISSING_REQUESTS_MAX) throw tooManyMissing(rest.length);
    for (const projectId of projects) readProjects.add(projectId);
    checkProjects(readProjects);
    for (const projectId of projects) {
      const { tasks, entities } = await readProject(zou, projectId);
      for (const [id, task] of tasks) if (wanted.has(id)) found.tasks.set(id, task);
      for (const [id, entity] of entities) found.entities.set(id, entity);
    }
    rest = rest.filter((id) => !found.tasks.has(id));
  }
  return found;
}

export async function readProject(zou: Zou, projectId: string): Promise<FoundTasks> {
  const [tasks, entities] = await Promise.all([
    // Not /data/projects/<id>/tasks, which shows vendors and clients everyone's tasks.
    zou.read(`/data/tasks?project_id=${projectId}&relations=true`, v.array(Task)),
    zou.read(`/data/entities?project_id=${projectId}`, v.array(Entity)),
  ]);
  return { tasks: byId(tasks), entities: byId(entities) };
}

function checkProjects(projects: ReadonlySet<string>): void {
  if (projects.size <= PROJECTS_MAX) return;
  throw new Failure("invalid-call", {
    title: message("kitsu.tooManyProjects"),
    text: message("kitsu.tooManyProjectsSelected", { max: PROJECTS_MAX }),
    advice: message("kitsu.selectFewerProjects"),
    field: "selection",
  });
}

const tooManyMissing = (count: number) =>
  new Failure("kitsu-unknown", {
    title: message("kitsu.mostNotFound"),
    text: message("kitsu.manyNotShown", { count }),
    advice: message("kitsu.selectAgain"),
  });

const byId = <T extends { id: string }>(rows: readonly T[]) => new Map(rows.map((row) => [row.id, row]));
const unique = (ids: readonly string[]) => [...new Set(ids)];

/** As many ids as fit in one request, taken evenly from all of them. */
function takeSample(ids: readonly string[]): string[] {
  const step = Math.max(1, ids.length / IDS_MAX);
  return Array.from({ length: Math.min(IDS_MAX, ids.length) }, (_, index) => ids[Math.floor(index * step)] ?? "");
}
