/** The people of the studio: one of each role or more, one who has left, and the bot. */
import { idOf } from "./ids.ts";
import type { Role, Person as ZouPerson } from "./zou/person-rows.ts";

export type { Role };

export type Department = { id: string; name: string; color: string };

/** With what Kitsu's page draws in place of a picture. */
export type Person = ZouPerson & { initials: string; color: string };

export const DEPARTMENTS: readonly Department[] = [
  ["Layout", "#7CB342"],
  ["Animation", "#009688"],
  ["Lighting & <FX>", "#F9A825"],
  ["Compositing", "#FF5252"],
  ["Modeling", "#78909C"],
].map(([name = "", color = ""]) => ({ id: idOf(`department/${name}`), name, color }));

/** The id of a department by the start of its name. */
export function departmentId(name: string): string {
  const found = DEPARTMENTS.find((department) => department.name.startsWith(name));
  if (!found) throw new Error(`No department ${name}`);
  return found.id;
}

type More = { departments?: readonly string[]; active?: boolean; is_bot?: boolean; email?: string };

function person(first_name: string, last_name: string, role: Role, color: string, more: More = {}): Person {
  const name = `${first_name} ${last_name}`;
  const { departments = [], active = true, is_bot = false } = more;
  return {
    id: idOf(`person/${name}`),
    email: more.email ?? `${first_name.toLowerCase()}.${last_name.toLowerCase()}@studio.example`,
    full_name: name,
    first_name,
    last_name,
    role,
    locale: "en_US",
    timezone: "Europe/Paris",
    initials: [first_name, last_name].map((part) => /\p{L}/u.exec(part)?.[0]).join(""),
    color,
    departments: departments.map(departmentId),
    active,
    is_bot,
  };
}

export const ADA = person("Ada", "Roy", "manager", "#c2255c");
export const BRUNO = person("Bruno", "Keller", "user", "#b3541e", { departments: ["Animation"] });
export const CHIARA = person("Chiara", "Moretti", "user", "#00755e", { departments: ["Layout", "Animation"] });
export const DJIBRIL = person("Djibril", "Sow", "supervisor", "#6741d9", { departments: ["Animation"] });
export const EIKO = person("Eiko", "Tanabe", "user", "#2b6cb0", { departments: ["Lighting"] });
export const FRIDA = person("Frida", "Lund", "vendor", "#6b5b00", { departments: ["Modeling"] });
export const GRETA = person("Greta", "Olsen", "client", "#a61e4d");
export const HAMID = person("Hamid", "Farouk", "admin", "#364fc7");
/** Has left the studio, but is still in teams and on tasks, as in Kitsu. */
export const INES = person("Ines", "Duarte", "supervisor", "#5f3dc4", { departments: ["Compositing"], active: false });
export const JO = person("Jo", `"the <b>brush</b>" O'Neil 🎨`, "user", "#087f5b", {
  departments: ["Compositing"],
  email: "jo.oneil@studio.example",
});
export const NOOR = person("نور", "حداد", "user", "#862e9c", {
  departments: ["Modeling"],
  email: "noor.haddad@studio.example",
});
/** A manager, but in no team here. */
export const OLGA = person("Olga", "Petrova", "manager", "#495057");
export const BOT = person("Kitsu Actions", "Bot", "manager", "#343a40", {
  is_bot: true,
  email: "kitsu-actions@studio.example",
});

export const PERSONS: readonly Person[] = [
  ADA,
  BRUNO,
  CHIARA,
  DJIBRIL,
  EIKO,
  FRIDA,
  GRETA,
  HAMID,
  INES,
  JO,
  NOOR,
  OLGA,
  BOT,
];

/** The people you can switch to. */
export const USERS = PERSONS.filter(({ active, is_bot }) => active && !is_bot);
