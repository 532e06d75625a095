// The people of the sample data: one of each role, and the bot that the worker uses.
import type { Person, Role } from "../playground/zou/person-rows.ts";
import { idOf } from "./sample-ids.ts";

/** A person in Kitsu, with neutral values for what is not given. */
export function makePerson(row: Pick<Person, "id" | "full_name" | "email" | "role"> & Partial<Person>): Person {
  const [first_name = "", ...rest] = row.full_name.split(" ");
  return {
    first_name,
    last_name: rest.join(" "),
    active: true,
    locale: "en_US",
    timezone: "Europe/Paris",
    departments: [],
    is_bot: false,
    ...row,
  };
}

const samplePerson = (number: number, full_name: string, role: Role, rest: Partial<Person> = {}): Person =>
  makePerson({
    id: idOf("person", number),
    full_name,
    email: `${full_name.toLowerCase().replace(" ", ".")}@studio.example`,
    role,
    ...rest,
  });

export const SAMPLE_PEOPLE = {
  admin: samplePerson(1, "Hamid Farouk", "admin"),
  manager: samplePerson(2, "Ada Roy", "manager"),
  supervisor: samplePerson(3, "Djibril Sow", "supervisor"),
  /** assigned to every task */
  artist: samplePerson(4, "Bruno Keller", "user"),
  client: samplePerson(5, "Greta Olsen", "client"),
  /** assigned to every task; without that, a vendor sees none */
  vendor: samplePerson(6, "Frida Lund", "vendor"),
} as const satisfies Record<string, Person>;

export const BOT = samplePerson(7, "Kitsu Actions", "manager", { is_bot: true });
export const BOT_TOKEN = "token-of-the-bot";
