// Reads persons and their current roles in projects from Zou.
import * as v from "valibot";
import { Failure } from "../failure.ts";
import type { Zou } from "./zou.ts";
import { type Role, TeamMember, ZouPerson } from "./zou-objects.ts";

const Authenticated = v.object({ user: ZouPerson });

/** The account that the token belongs to. */
export const readOwnAccount = async (zou: Zou): Promise<ZouPerson> =>
  (await zou.read("/auth/authenticated", Authenticated)).user;

/** The roles of the account that the token belongs to. */
export async function readOwnRoles(
  zou: Zou,
  projectIds: readonly string[],
): Promise<ReadonlyMap<string, Role | undefined>> {
  const user = await readOwnAccount(zou);
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
type Team = readonly TeamMember[];

/** The project's team; undefined if Zou does not show it, which it does only to its members. */
export async function readTeam(zou: Zou, projectId: string): Promise<Team | undefined> {
  try {
    return await zou.read(`/data/projects/${projectId}/team`, v.array(TeamMember));
  } catch (thrown) {
    if (thrown instanceof Failure && thrown.code === "kitsu-forbidden") return undefined;
    throw thrown;
  }
}

/**
 * The role in the project, else the role in the studio; undefined if the person is not in the team.
 * Administrators have their role in every project.
 * @param readTeamOnce reads the project's team
 */
export async function findRole(
  { id, role }: PersonRole,
  readTeamOnce: () => Promise<Team | undefined>,
): Promise<Role | undefined> {
  if (role === "admin") return "admin";
  const member = (await readTeamOnce())?.find((one) => one.id === id && one.active);
  return member && (member.project_role ?? member.role);
}

/** The role as it is now. */
export const readRole = (zou: Zou, person: PersonRole, projectId: string): Promise<Role | undefined> =>
  findRole(person, () => readTeam(zou, projectId));
