/** People. E-mails and salaries are for managers, and in lists only for administrators. */
import { type Answer, badArgument, badValue, checkId, forbidden, notFound, ok } from "./answer.ts";
import { listRows } from "./list.ts";
import { briefPerson, clientsPerson, fullPerson, type Person } from "./person-rows.ts";
import { readObject, type ZouRequest } from "./request.ts";
import { isAdmin, isClient, isManager, openProject, roleIn, sharesProject } from "./rights.ts";

const HIDDEN = ["contract_type", "daily_salary", "position", "seniority"];

/** Anyone may search by e-mail, but the answer doesn't contain it. */
export function listPersons({ state, caller: { person }, query }: ZouRequest): Answer {
  const columns = Object.keys(fullPerson(person));
  if (isAdmin(person)) return ok(listRows(state.persons.map(fullPerson), columns, query, ["departments"]));
  const hidden = HIDDEN.find((column) => query.has(column));
  if (hidden) throw badArgument(`Filtering on ${hidden} is not allowed.`);
  const wanted = listRows(state.persons.map(fullPerson), columns, onlyFilters(query));
  const ids = new Set(Array.isArray(wanted) ? wanted.map(({ id }) => id) : []);
  const known = state.persons.filter(
    (found) => ids.has(found.id) && (!isClient(person) || sharesProject(state, person, found)),
  );
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

export function readPerson({ state, caller, ids: [id = ""] }: ZouRequest): Answer {
  checkId(id);
  const found = state.persons.find((person) => person.id === id);
  if (!found) throw notFound();
  if (isClient(caller.person)) {
    if (!sharesProject(state, caller.person, found)) throw forbidden();
    return ok(clientsPerson(found));
  }
  return ok(isManager(caller.person) || caller.person.id === id ? fullPerson(found) : briefPerson(found));
}

/** The profile in Kitsu: everyone may change their own. */
export function changePerson({ state, caller, ids: [id = ""], body }: ZouRequest): Answer {
  checkId(id);
  const found = state.persons.find((person) => person.id === id);
  if (!found) throw notFound();
  if (!isAdmin(caller.person) && caller.person.id !== id) throw forbidden();
  const { locale = found.locale, timezone = found.timezone } = readObject(body);
  if (typeof locale !== "string" || typeof timezone !== "string") throw badValue("Wrong data format");
  Object.assign(found, { locale, timezone });
  return ok(fullPerson(found));
}

/** `project_role` is null if it is the person's own role. People who left stay in the team. */
export function readTeam({ state, caller: { person }, ids: [projectId = ""] }: ZouRequest): Answer {
  const project = openProject(state, person, projectId);
  const role = roleIn(state, person, project.id);
  const members = state.teams.get(project.id) ?? [];
  const show = (member: Person) => {
    if (role === "admin" || role === "manager") return fullPerson(member);
    return role === "client" ? clientsPerson(member) : { ...briefPerson(member), departments: [] };
  };
  return ok(
    members.map(({ person, project_role }) => ({
      ...show(person),
      project_role,
    })),
  );
}
