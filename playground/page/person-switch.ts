/** Switches the person: it starts a new session, as if that person had logged in. */
import { PERSONS, type Person, USERS } from "../data-people.ts";
import { PROJECTS } from "../data-projects.ts";
import { element } from "./element.ts";
import { logInAs } from "./session.ts";
import type { Store } from "./store.ts";

const ROLES = {
  admin: "admin",
  manager: "manager",
  supervisor: "supervisor",
  user: "artist",
  client: "client",
  vendor: "vendor",
};
const ORDER = Object.keys(ROLES);

export function drawPersonSwitch(store: Store): HTMLElement {
  const people = USERS.toSorted((a, b) => ORDER.indexOf(a.role) - ORDER.indexOf(b.role));
  const list = element("select", { id: "person", title: "Log in as someone else. The selection stays." });
  list.append(...people.map((person) => element("option", { value: person.id }, describe(person))));
  store.watch(["person"], () => {
    list.value = store.user.id;
  });
  list.addEventListener("change", () => {
    const person = PERSONS.find(({ id }) => id === list.value);
    if (!person) return;
    list.disabled = true;
    logInAs(person)
      .then(
        (profile) => store.setUser({ ...person, ...profile }),
        () => {
          list.value = store.user.id;
        },
      )
      .finally(() => {
        list.disabled = false;
        list.focus();
      });
  });
  return element("label", { class: "person-switch" }, "Person: ", list);
}

/** "Eiko Tanabe, artist (supervisor in Night Tram)". */
function describe({ id, full_name, role }: Person): string {
  const elsewhere = PROJECTS.flatMap(({ name, team, roles }) => {
    const other = roles[id];
    if (other) return [`${ROLES[other]} in ${name}`];
    return team.includes(id) || role === "admin" ? [] : [`not in ${name}`];
  });
  if (role !== "admin" && !PROJECTS.some(({ team }) => team.includes(id)))
    return `${full_name}, ${ROLES[role]} (in no team)`;
  return `${full_name}, ${ROLES[role]}${elsewhere.length > 0 ? ` (${elsewhere.join(", ")})` : ""}`;
}
