// People and tasks of a running playground, to send calls with. They are read through its Kitsu's
// API, so they are as somebody has left them.
import * as v from "valibot";
import type { Fixture } from "../../../contract.ts";
import { HAMID } from "../../../playground/data-people.ts";
import type { Replacement } from "../../../testing/fixture-call.ts";
import { CliError } from "../../cli-error.ts";
import { readCallField } from "./call-field.ts";

const Login = v.object({ access_token: v.string() });
const Person = v.object({
  id: v.string(),
  email: v.string(),
  full_name: v.string(),
  role: v.string(),
  active: v.boolean(),
  is_bot: v.boolean(),
});
const Project = v.object({ id: v.string(), team: v.array(v.string()) });
const Task = v.object({ id: v.string(), project_id: v.string(), entity_id: v.string() });
const Entity = v.object({ id: v.string(), type: v.string() });

type Person = v.InferOutput<typeof Person>;
type PlaygroundTask = v.InferOutput<typeof Task> & { entityType: string };

/** An id in Kitsu. */
export const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The people by the words that everybody uses: Zou's own for an artist is "user". */
const ROLES: ReadonlyMap<string, string> = new Map([["artist", "user"]]);

export type Playground = {
  people: readonly Person[];
  /** of the productions, the first one's first */
  tasks: readonly PlaygroundTask[];
  teams: ReadonlyMap<string, readonly string[]>;
  server: string;
};

/** Undefined if there is no playground at this address. */
export async function openPlayground(address: string): Promise<Playground | undefined> {
  const body = JSON.stringify({ email: HAMID.email, password: "playground" });
  const headers = { "content-type": "application/json" };
  const response = await fetch(`${address}/api/auth/login`, { method: "POST", headers, body }).catch(() => undefined);
  const login = v.safeParse(Login, await response?.json().catch(() => undefined));
  if (!login.success) return undefined;
  const read = async <S extends v.GenericSchema>(path: string, schema: S): Promise<v.InferOutput<S>> => {
    const answer = await fetch(`${address}/api${path}`, {
      headers: { authorization: `Bearer ${login.output.access_token}` },
    });
    return v.parse(schema, await answer.json());
  };
  const [people, projects, tasks, entities] = await Promise.all([
    read("/data/persons", v.array(Person)),
    read("/data/projects/open", v.array(Project)),
    read("/data/tasks", v.array(Task)),
    read("/data/entities", v.array(Entity)),
  ]);
  const types = new Map(entities.map(({ id, type }) => [id, type.toLowerCase()]));
  const order = projects.map(({ id }) => id);
  return {
    people: people.filter(({ active, is_bot }) => active && !is_bot),
    tasks: tasks
      .map((task) => ({ ...task, entityType: types.get(task.entity_id) ?? "shot" }))
      .toSorted((one, other) => order.indexOf(one.project_id) - order.indexOf(other.project_id)),
    teams: new Map(projects.map(({ id, team }) => [id, team])),
    server: new URL(address).host,
  };
}

export type Caller = Pick<Person, "id" | "email" | "full_name">;

/**
 * What a call becomes in the playground.
 * - `person`: absent if nobody calls who is known there
 * - `replaced`: the tasks are not the recorded ones
 */
export type InPlayground = Omit<Required<Replacement>, "person"> & { person?: Caller; replaced: boolean };

/**
 * Tasks that the playground has stay, others are replaced by tasks of the same kind.
 * @param as a role, an id or an e-mail address; undefined for whoever is in the call
 */
export function castCall(
  playground: Playground,
  { tasks, request }: Pick<Fixture, "tasks" | "request">,
  as: string | undefined,
): InPlayground {
  const known = new Map(playground.tasks.map((task) => [task.id, task]));
  const own = readCallField(request, "project");
  const isKnown = tasks.length === 0 ? playground.teams.has(own) : tasks.some(({ id }) => known.has(id));
  const project =
    (tasks.length === 0 && isKnown ? own : undefined) ??
    tasks.map(({ id }) => known.get(id)?.project_id).find(Boolean) ??
    findProject(playground, as, tasks);
  const left = playground.tasks.filter(
    ({ id, project_id }) => project_id === project && !tasks.some((one) => one.id === id),
  );
  const chosen = tasks.map(({ id, entityType = "shot" }) => {
    const same = known.get(id);
    if (same !== undefined || isKnown) return { id };
    const at = left.findIndex((task) => task.entityType === entityType);
    const [other] = left.splice(at < 0 ? 0 : at, 1);
    if (other === undefined)
      throw new CliError(
        `The call has ${tasks.length} tasks, and the playground's production only ${playground.tasks.filter(({ project_id }) => project_id === project).length}. Send it to a worker whose Kitsu has them, or make a test of a run with them, which creates as many: record-test.`,
      );
    return { id: other.id };
  });
  const person = as === undefined ? undefined : findPerson(playground, as, playground.teams.get(project));
  const path = `/productions/${project}/shots`;
  return {
    ...(person && { person }),
    tasks: chosen,
    project,
    server: playground.server,
    replaced: !isKnown && tasks.length > 0,
    path: isKnown ? readCallField(request, "path") || path : path,
  };
}

/** The first production with this person in its team. */
function findProject(playground: Playground, as: string | undefined, tasks: Fixture["tasks"]): string {
  const projects = [...playground.teams];
  const [id] = projects.find(([, team]) => isListed(playground, as, team)) ?? projects[0] ?? [];
  if (id === undefined) throw new CliError(`The playground has no production for ${tasks.length} tasks.`);
  return id;
}

const isListed = ({ people }: Playground, as: string | undefined, team: readonly string[]) =>
  people.some((person) => isMeant(person, as) && team.includes(person.id));

const isMeant = ({ id, email, role }: Person, as = "") =>
  id === as.toLowerCase() || email === as.toLowerCase() || role === (ROLES.get(as) ?? as);

/** Undefined if it is neither an id nor an e-mail address. */
export function readStranger(as: string): { id: string; email: string } | undefined {
  if (ID.test(as)) return { id: as.toLowerCase(), email: "" };
  return as.includes("@") ? { id: "", email: as } : undefined;
}

function findPerson({ people }: Playground, as: string, team: readonly string[] = []): Caller {
  const meant = people.filter((person) => isMeant(person, as));
  const found = meant.find(({ id }) => team.includes(id)) ?? meant[0];
  if (found !== undefined) return found;
  // Somebody whom Kitsu does not know may call, too.
  const stranger = readStranger(as);
  if (stranger !== undefined) return { ...stranger, full_name: "" };
  const roles = [...new Set(people.map(({ role }) => (role === "user" ? "artist" : role)))];
  throw new CliError(`The playground has nobody like "${as}". Use ${roles.join(", ")}, an id or an e-mail address.`);
}
