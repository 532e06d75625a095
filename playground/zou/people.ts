/** The routes about people: e-mails and salaries are for managers, and in lists for administrators only. */
import { PERSONS, type Person } from "../data-people.ts";
import { type Answer, badArgument, checkId, forbidden, notFound, ok } from "./answer.ts";
import { listRows } from "./list.ts";
import { briefPerson, clientsPerson, fullPerson } from "./person-rows.ts";
import type { ZouRequest } from "./request.ts";
import { isAdmin, isClient, isManager, meets, openProject, roleIn } from "./rights.ts";

const [anybody] = PERSONS;
const COLUMNS = anybody ? Object.keys(fullPerson(anybody)) : [];
const HIDDEN = ["contract_type", "daily_salary", "position", "seniority"];

/** Anybody may look for an e-mail, which is not in the answer then. */
export function listPersons({ caller: { person }, query }: ZouRequest): Answer {
  if (isAdmin(person)) return ok(listRows(PERSONS.map(fullPerson), COLUMNS, query, ["departments"]));
  const hidden = HIDDEN.find((column) => query.has(column));
  if (hidden) throw badArgument(`Filtering on ${hidden} is not allowed.`);
  const wanted = listRows(PERSONS.map(fullPerson), COLUMNS, onlyFilters(query));
  const ids = new Set(Array.isArray(wanted) ? wanted.map(({ id }) => id) : []);
  const known = PERSONS.filter((found) => ids.has(found.id) && (!isClient(person) || meets(person, found)));
  if (isClient(person)) return ok(listRows(known.map(clientsPerson), [], query));
  const found = known.map((found) => {
    const row = briefPerson(found);
    return query.get("relations") === "true" ? row : { ...row, departments: [] };
  });
  return ok(listRows(found, [], query));
}

function onlyFilters(query: URLSearchParams): URLSearchParams {
  const filters = new URLSearchParams(query);
  for (const name of ["fields", "page", "limit"]) filters.delete(name);
  return filters;
}

export function readPerson({ caller, ids: [id = ""] }: ZouRequest): Answer {
  checkId(id);
  const found = PERSONS.find((person) => person.id === id);
  if (!found) throw notFound();
  if (isClient(caller.person)) {
    if (!meets(caller.person, found)) throw forbidden();
    return ok(clientsPerson(found));
  }
  return ok(isManager(caller.person) || caller.person === found ? fullPerson(found) : briefPerson(found));
}

/** With the role that differs in this production, or null. Whoever has left is still in it. */
export function readTeam({ caller: { person }, ids: [projectId = ""] }: ZouRequest): Answer {
  const project = openProject(person, projectId);
  const role = roleIn(person, project);
  const members = PERSONS.filter(({ id }) => project.team.includes(id));
  const show = (member: Person) => {
    if (role === "admin" || role === "manager") return fullPerson(member);
    return role === "client" ? clientsPerson(member) : { ...briefPerson(member), departments: [] };
  };
  return ok(
    members.map((member) => ({
      ...show(member),
      project_role: project.roles[member.id] ?? null,
    })),
  );
}
