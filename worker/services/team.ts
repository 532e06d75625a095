// Persons, and the role that counts in a project, as Zou says now.
import * as v from "valibot";
import { Failure } from "../failure.ts";
import type { Zou } from "./zou.ts";
import { type Role, TeamMember, ZouPerson } from "./zou-objects.ts";

const Authenticated = v.object({ user: ZouPerson });

/** Whose account Zou is asked with. */
export const readSelf = async (zou: Zou): Promise<ZouPerson> =>
  (await zou.read("/auth/authenticated", Authenticated)).user;

/** The roles of the account itself that Zou is asked with. */
export async function readOwnRoles(
  zou: Zou,
  projectIds: readonly string[],
): Promise<ReadonlyMap<string, Role | undefined>> {
  const user = await readSelf(zou);
  return new Map(await Promise.all(projectIds.map(async (id) => [id, await readRole(zou, user, id)] as const)));
}

/** Undefined where Zou knows nobody of that id. */
export async function readPerson(zou: Zou, id: string): Promise<ZouPerson | undefined> {
  try {
    return await zou.read(`/data/persons/${encodeURIComponent(id)}`, ZouPerson);
  } catch (thrown) {
    if (thrown instanceof Failure && thrown.code === "kitsu-unknown") return undefined;
    throw thrown;
  }
}

type Somebody = { id?: string | undefined; role?: Role | undefined };

/** The project's own role, else the studio's; undefined for whoever is not of its team. An administrator is one everywhere. */
export async function readRole(zou: Zou, { id, role }: Somebody, projectId: string): Promise<Role | undefined> {
  if (role === "admin") return "admin";
  try {
    const team = await zou.read(`/data/projects/${projectId}/team`, v.array(TeamMember));
    const member = team.find((one) => one.id === id && one.active);
    return member && (member.project_role ?? member.role);
  } catch (thrown) {
    // Zou does not show a team to whoever is not in it.
    if (thrown instanceof Failure && thrown.code === "kitsu-forbidden") return undefined;
    throw thrown;
  }
}
