// Reads persons and their current roles in projects from Zou.
import * as v from "valibot";
import { Failure } from "../format/failure.ts";
import type { Zou } from "./zou.ts";
import { type Role, TeamMember, ZouPerson } from "./zou-objects.ts";

const Authenticated = v.object({ user: ZouPerson });

/** The account that the token belongs to. */
export const readOwnAccount = async (zou: Zou): Promise<ZouPerson> =>
  (await zou.read("/auth/authenticated", Authenticated)).user;

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

/** A project's team; undefined if Zou does not show it, which it does only to its members. */
export type ReadTeam = (projectId: string) => Promise<Team | undefined>;

/** Reads each team once. */
export function openTeams(zou: Zou): ReadTeam {
  const teams = new Map<string, Promise<Team | undefined>>();
  return (projectId) => {
    const team = teams.get(projectId) ?? readTeam(zou, projectId);
    teams.set(projectId, team);
    return team;
  };
}

async function readTeam(zou: Zou, projectId: string): Promise<Team | undefined> {
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
 */
export async function findRole(
  { id, role }: PersonRole,
  projectId: string,
  readTeam: ReadTeam,
): Promise<Role | undefined> {
  if (role === "admin") return "admin";
  const member = (await readTeam(projectId))?.find((one) => one.id === id && one.active);
  return member && (member.project_role ?? member.role);
}

/** By project id. */
export async function findRoles(
  person: PersonRole,
  projectIds: readonly string[],
  readTeam: ReadTeam,
): Promise<ReadonlyMap<string, Role | undefined>> {
  return new Map(await Promise.all(projectIds.map(async (id) => [id, await findRole(person, id, readTeam)] as const)));
}
