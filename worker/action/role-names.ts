// The names of Kitsu's roles and kinds of entities. An artist's role is "user" in Zou.
import { message, type Text } from "../format/message.ts";
import { ROLES, type Role } from "../services/zou-objects.ts";

const ROLE_KEYS = {
  admin: ["authorize.roleAdmin", "authorize.roleAdmins"],
  manager: ["authorize.roleManager", "authorize.roleManagers"],
  supervisor: ["authorize.roleSupervisor", "authorize.roleSupervisors"],
  user: ["authorize.roleArtist", "authorize.roleArtists"],
  client: ["authorize.roleClient", "authorize.roleClients"],
  vendor: ["authorize.roleVendor", "authorize.roleVendors"],
} as const;

/** "artist" */
export const nameRole = (role: Role): Text => message(ROLE_KEYS[role][0]);

/** @param role as a run's record has it */
export function labelRole(role: string): Text {
  const known = ROLES.find((one) => one === role);
  return known === undefined ? role : nameRole(known);
}

/** "artists" */
export const nameRoles = (role: Role): Text => message(ROLE_KEYS[role][1]);

const KINDS: ReadonlyMap<string, Text> = new Map([
  ["asset", message("authorize.kindAssets")],
  ["shot", message("authorize.kindShots")],
  ["sequence", message("authorize.kindSequences")],
  ["edit", message("authorize.kindEdits")],
  ["episode", message("authorize.kindEpisodes")],
  ["scene", message("authorize.kindScenes")],
  ["concept", message("authorize.kindConcepts")],
]);

/**
 * "shots". A kind that we don't know has Zou's name.
 * @param type in lower case
 */
export const nameKind = (type: string): Text => KINDS.get(type) ?? type;
