// Reads the selected tasks and their entities with a limited number of requests, however many tasks
// there are. Cloudflare's free plan allows 50 subrequests per call.
import * as v from "valibot";
import { Failure } from "../format/failure.ts";
import { message } from "../format/message.ts";
import type { EntityMemory } from "./entity-memory.ts";
import { IDS_MAX, idsQuery, type Zou } from "./zou.ts";
import { Entity, Task } from "./zou-objects.ts";

export type FoundTasks = { tasks: Map<string, Task>; entities: Map<string, Entity> };

/**
 * - `mayContinue`: resolves once we know who calls. Before that, nothing is read that is expensive
 *   for Kitsu.
 * - `readParents`: puts the sequences and episodes of these projects into the memory, if they are
 *   not there
 * - `onProjects`: is told the projects of the tasks as soon as they are known
 */
type Reading = {
  zou: Zou;
  memory: EntityMemory;
  mayContinue: Promise<unknown>;
  readParents: ReadParents;
  onProjects: (projectIds: readonly string[]) => void;
};
export type ReadParents = (projectIds: readonly string[]) => Promise<void>;

/** Each project costs three requests: for its tasks, its entities and its team. */
const PROJECTS_MAX = 12;

/** Of a caller who is not known yet, so that their call stays small. */
const GUESSED_PROJECTS_MAX = 3;

/** How many requests may be spent on ids if Kitsu returned none of a sample of them. */
const MISSING_REQUESTS_MAX = 10;

/**
 * Up to 80 tasks are read by id, in two rounds of requests, or one if it is known which entities
 * they are on. More tasks are read project by project: one request to find the next projects, two
 * for each project's tasks and entities. Throws if the tasks belong to too many projects.
 */
export function findTasks(reading: Reading, ids: readonly string[]): Promise<FoundTasks> {
  return ids.length <= IDS_MAX ? findByIds(reading, ids) : findByProjects(reading, ids);
}

async function findByIds(
  { zou, memory, mayContinue, readParents, onProjects }: Reading,
  ids: readonly string[],
): Promise<FoundTasks> {
  if (ids.length === 0) return { tasks: new Map(), entities: new Map() };
  const readEntities = async (wanted: readonly string[]) =>
    wanted.length === 0 ? [] : zou.read(`/data/entities?${idsQuery(wanted)}`, v.array(Entity));
  const { entityIds: guessed, projectIds } = memory.guessPlaces(ids);
  onProjects(projectIds.slice(0, GUESSED_PROJECTS_MAX));
  const [rows, ahead] = await Promise.all([
    zou.read(`/data/tasks?${idsQuery(ids)}&relations=true`, v.array(Task)),
    readEntities(guessed),
  ]);
  await mayContinue;
  const tasks = byId(rows);
  const projects = new Set(rows.map((task) => task.project_id));
  checkProjects(projects);
  onProjects([...projects]);
  memory.rememberTasks(rows);
  const wanted = new Set(rows.map((task) => task.entity_id));
  const [rest] = await Promise.all([
    readEntities([...wanted].filter((id) => !guessed.includes(id))),
    readParents([...projects]),
  ]);
  const entities = byId([...ahead.filter(({ id }) => wanted.has(id)), ...rest]);
  // The sequences of the shots, and their episodes.
  for (let parents = listParents(entities.values(), entities); parents.length > 0; ) {
    const known = memory.findParents(parents, readEntities);
    const knownIds = new Set(known.map(({ id }) => id));
    const read = await readEntities(parents.filter((id) => !knownIds.has(id)));
    memory.rememberParents(read);
    for (const entity of [...known, ...read]) entities.set(entity.id, entity);
    parents = listParents([...known, ...read], entities);
  }
  return { tasks, entities };
}

const listParents = (children: Iterable<Entity>, known: ReadonlyMap<string, Entity>) =>
  unique([...children].flatMap(({ parent_id, source_id }) => parent_id ?? source_id ?? [])).filter(
    (id) => !known.has(id),
  );

/** Finds the projects by reading samples of the remaining tasks, taken evenly from all of them. */
async function findByProjects({ zou, mayContinue, onProjects }: Reading, ids: readonly string[]): Promise<FoundTasks> {
  const found: FoundTasks = { tasks: new Map(), entities: new Map() };
  const wanted = new Set(ids);
  const readProjects = new Set<string>();
  for (let rest = [...ids]; rest.length > 0; ) {
    const asked = new Set(takeSample(rest));
    const sample = await zou.read(`/data/tasks?${idsQuery([...asked])}`, v.array(Task));
    await mayContinue;
    // Ids of the sample that Kitsu did not return are missing. The remaining ones are sampled
    // again.
    rest = rest.filter((id) => !asked.has(id));
    const projects = unique(sample.map((task) => task.project_id)).filter((id) => !readProjects.has(id));
    if (projects.length === 0 && rest.length > IDS_MAX * MISSING_REQUESTS_MAX) throw tooManyMissing(rest.length);
    for (const projectId of projects) readProjects.add(projectId);
    checkProjects(readProjects);
    onProjects(projects);
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
