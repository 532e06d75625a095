// The people of the test studio: one of each role, and some with unusual rights.
import { type Connection, forEach, type Row } from "./connection.ts";

export const PASSWORD = "correct-horse-battery";

const PEOPLE = {
  manager: { first_name: "Maya", last_name: "Roy", role: "manager" },
  supervisor: { first_name: "Sam", last_name: "O'Neil", role: "supervisor" },
  artist: { first_name: "Ada", last_name: "<script>alert('ada')</script>", role: "user" },
  colleague: { first_name: "محمد", last_name: "العربي", role: "user" },
  client: { first_name: "Carla", last_name: "Client", role: "client" },
  vendor: { first_name: "Vito", last_name: 'van "der" Berg 🐙', role: "vendor" },
  /** An artist in the studio, a supervisor in the TV show. */
  promoted: { first_name: "Pia", last_name: "Promoted", role: "user" },
  /** A manager in the studio, an artist in the TV show. */
  demoted: { first_name: "Dev", last_name: "Demoted", role: "manager" },
  /** In no team. */
  outsider: { first_name: "Otto", last_name: "Outside", role: "manager" },
  /** Is in the team, but has left the studio. */
  leaver: { first_name: "Lea", last_name: "Left", role: "supervisor" },
};

export type PersonName = keyof typeof PEOPLE;
export type Login = { id: string; email: string; password: string; role: string };
export type Bot = { id: string; email: string; token: string; role: string };

const BOTS = {
  /** The bot that the worker should have: a manager in every team. */
  manager: { first_name: "Edge", role: "manager" },
  /** The same, but in no team. */
  outsider: { first_name: "Forgotten", role: "manager" },
  /** The bot with the least rights. */
  artist: { first_name: "Small", role: "user" },
  admin: { first_name: "Mighty", role: "admin" },
};

export type BotName = keyof typeof BOTS;

export async function makePersons(zou: Connection, departments: readonly string[]): Promise<Record<PersonName, Login>> {
  const made = await forEach(Object.entries(PEOPLE), async ([name, person], index) => {
    const email = `${name}@studio.example`;
    const department = departments[index % departments.length];
    const body = { ...person, email, password: PASSWORD, departments: department === undefined ? [] : [department] };
    const { id } = await zou.post("/data/persons", body);
    return [name, { id, email, password: PASSWORD, role: person.role }];
  });
  return Object.fromEntries(made);
}

export async function makeBots(zou: Connection): Promise<Record<BotName, Bot>> {
  const made = await forEach(Object.entries(BOTS), async ([name, bot]) => {
    const email = `bot-${name}@studio.example`;
    const body = { ...bot, email, last_name: "Bot", is_bot: true };
    const { id, access_token: token } = await zou.post<Row & { access_token: string }>("/data/persons", body);
    return [name, { id, email, token, role: bot.role }];
  });
  return Object.fromEntries(made);
}

/**
 * Sets teams and, if this Zou has them, project roles. The supervisor is not in the TV show,
 * outsiders are in no team.
 */
export async function makeTeams(
  zou: Connection,
  projects: { short: string; tvshow: string },
  persons: Record<PersonName, Login>,
  bots: Record<BotName, Bot>,
): Promise<{ hasProjectRoles: boolean }> {
  const { supervisor, outsider: _, ...everywhere } = persons;
  const members = [...Object.values(everywhere), bots.manager, bots.artist].map(({ id }) => id);
  for (const person_id of [...members, supervisor.id])
    await zou.post(`/data/projects/${projects.short}/team`, { person_id });
  for (const person_id of members) await zou.post(`/data/projects/${projects.tvshow}/team`, { person_id });
  const roleOf = ({ id }: { id: string }) => `/data/projects/${projects.tvshow}/team/${id}`;
  const hasProjectRoles = await zou.knows("PUT", roleOf(persons.promoted));
  if (hasProjectRoles) {
    await zou.put(roleOf(persons.promoted), { role: "supervisor" });
    await zou.put(roleOf(persons.demoted), { role: "user" });
  }
  return { hasProjectRoles };
}

/**
 * Makes the bot a supervisor during `work`: in the project, or in the studio if this Zou has no
 * project roles.
 */
export async function withoutManagersRights(
  zou: Connection,
  { id }: Bot,
  project: { id: string; hasProjectRoles: boolean },
  work: () => Promise<void>,
): Promise<void> {
  const path = project.hasProjectRoles ? `/data/projects/${project.id}/team/${id}` : `/data/persons/${id}`;
  await zou.put(path, { role: "supervisor" });
  try {
    await work();
  } finally {
    await zou.put(path, { role: "manager" });
  }
}
