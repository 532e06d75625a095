// Reads persons and their current roles in projects from Zou.
import * as v from "valibot";
import { Failure } from "../failure.ts";
import type { Zou } from "./zou.ts";
import { type Role, TeamMember, ZouPerson } from "./zou-objects.ts";

const Authenticated = v.object({ user: ZouPerson });

/** The account that the token belongs to. */
export const readSelf = async (zou: Zou): Promise<ZouPerson> =>
  (await zou.read("/auth/authenticated", Authenticated)).user;

/** The roles of the account that the token belongs to. */
export async function readOwnRoles(
  zou: Zou,
  projectIds: readonly string[],
): Promise<ReadonlyMap<string, Role | undefined>> {
  const user = await readSelf(zou);
  return new Map(await Promise.all(projectIds.map(async (id) => [id, await readRole(zou, user, id)] as const)));
}

/** Undefined if Zou has no person with this id. */
export async function readPerson(zou: Zou, id: string): Promise<ZouPerson | undefined> {
  try {
    return await zou.read(`/data/persons/${encodeURIComponent(id)}`, ZouPerson);
  } catch (thrown) {
    if (thrown instanceof Failure && thrown.code === "kitsu-unknown") return undefined;
    throw thrown;
  }
}

type PersonRole = { id?: string | undefined; role?: Role | undefined };

/**
 * The role in the project, else the role in the studio; undefined if the person is not in the team.
 * Administrators have their role in every project.
 */
export async function readRole(zou: Zou, { id, role }: PersonRole, projectId: string): Promise<Role | undefined> {
  if (role === "admin") return "admin";
  try {
    const team = await zou.read(`/data/projects/${projectId}/team`, v.array(TeamMember));
    const member = team.find((one) => one.id === id && one.active);
    return member && (member.project_role ?? member.role);
  } catch (thrown) {
    // Zou shows a team only to its members.
    if (thrown instanceof Failure && thrown.code === "kitsu-forbidden") return undefined;
    throw thrown;
  }
}
