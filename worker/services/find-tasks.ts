// The selected tasks and the entities they belong to, for a number of requests that is bounded however many tasks there are: Cloudflare lets a
// call make 50 on its free plan, and this is the part that grows with what was selected.
import * as v from "valibot";
import { Failure } from "../failure.ts";
import { IDS_MAX, idsQuery, type Zou } from "./zou.ts";
import { Entity, Task } from "./zou-objects.ts";

export type Found = { tasks: Map<string, Task>; entities: Map<string, Entity> };

/** The most projects that the selected tasks may be of: each costs three requests, for its tasks, its entities and its team. */
export const PROJECTS_MAX = 12;

/** How many requests may be spent on ids of which Kitsu showed none when some of them were tried. */
const MISSING_REQUESTS_MAX = 10;

/**
 * Up to 80 ids by id, in at most four requests; more of them by their projects: its tasks and its entities for each, and one request to find out
 * which project comes next. Throws where the tasks are of too many projects.
 */
export function findTasks(zou: Zou, ids: readonly string[]): Promise<Found> {
  return ids.length <= IDS_MAX ? findByIds(zou, ids) : findByProjects(zou, ids);
}

async function findByIds(zou: Zou, ids: readonly string[]): Promise<Found> {
  const tasks = byId(
    ids.length === 0 ? [] : await zou.read(`/data/tasks?${idsQuery(ids)}&relations=true`, v.array(Task)),
  );
  checkProjects(new Set([...tasks.values()].map((task) => task.project_id)));
  const entities = new Map<string, Entity>();
  // Shots, their sequences, their episodes.
  for (let wanted = unique([...tasks.values()].map((task) => task.entity_id)); wanted.length > 0; ) {
    const read = await zou.read(`/data/entities?${idsQuery(wanted)}`, v.array(Entity));
    for (const entity of read) entities.set(entity.id, entity);
    wanted = unique(read.flatMap(({ parent_id, source_id }) => parent_id ?? source_id ?? [])).filter(
      (id) => !entities.has(id),
    );
  }
  return { tasks, entities };
}

/** Every project is found by asking for some of the tasks that are not known yet, spread over all of them. */
async function findByProjects(zou: Zou, ids: readonly string[]): Promise<Found> {
  const found: Found = { tasks: new Map(), entities: new Map() };
  const wanted = new Set(ids);
  const known = new Set<string>();
  for (let rest = [...ids]; rest.length > 0; ) {
    const asked = new Set(spread(rest));
    const sample = await zou.read(`/data/tasks?${idsQuery([...asked])}`, v.array(Task));
    // What is tried and not there is known to be missing; what is left is asked again, for a few may be there.
    rest = rest.filter((id) => !asked.has(id));
    const projects = unique(sample.map((task) => task.project_id)).filter((id) => !known.has(id));
    if (projects.length === 0 && rest.length > IDS_MAX * MISSING_REQUESTS_MAX) throw tooManyMissing(rest.length);
    for (const projectId of projects) known.add(projectId);
    checkProjects(known);
    for (const projectId of projects) {
      const { tasks, entities } = await readProject(zou, projectId);
      for (const [id, task] of tasks) if (wanted.has(id)) found.tasks.set(id, task);
      for (const [id, entity] of entities) found.entities.set(id, entity);
    }
    rest = rest.filter((id) => !found.tasks.has(id));
  }
  return found;
}

export async function readProject(zou: Zou, projectId: string): Promise<Found> {
  const [tasks, entities] = await Promise.all([
    // Not /data/projects/<id>/tasks, which shows vendors and clients the tasks of everybody.
    zou.read(`/data/tasks?project_id=${projectId}&relations=true`, v.array(Task)),
    zou.read(`/data/entities?project_id=${projectId}`, v.array(Entity)),
  ]);
  return { tasks: byId(tasks), entities: byId(entities) };
}

function checkProjects(projects: ReadonlySet<string>): void {
  if (projects.size <= PROJECTS_MAX) return;
  throw new Failure("invalid-call", {
    title: "Too many projects",
    text: `The selected tasks belong to more than ${PROJECTS_MAX} projects, the most that an action works on at once.`,
    advice: "Select tasks of fewer projects.",
    field: "selection",
  });
}

const tooManyMissing = (count: number) =>
  new Failure("kitsu-unknown", {
    title: "Most of these tasks are not there",
    text: `Kitsu does not show some of the selected tasks, and there are ${count.toLocaleString("en")} more to ask for one by one. They were deleted, or are not for you to see.`,
    advice: "Reload Kitsu and select the tasks again.",
  });

const byId = <T extends { id: string }>(rows: readonly T[]) => new Map(rows.map((row) => [row.id, row]));
const unique = (ids: readonly string[]) => [...new Set(ids)];

/** As many ids as one request takes, evenly out of all. */
function spread(ids: readonly string[]): string[] {
  const step = Math.max(1, ids.length / IDS_MAX);
  return Array.from({ length: Math.min(IDS_MAX, ids.length) }, (_, index) => ids[Math.floor(index * step)] ?? "");
}
