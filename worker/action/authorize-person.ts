// Whether the studio's limits of an action are for this person, whatever the selection is.
import type { Person } from "../access/person.ts";
import { Failure } from "../format/failure.ts";
import { message } from "../format/message.ts";
import { type ActionLimits, limitsOf, type Settings } from "../settings/settings.ts";
import type { Action } from "./action.ts";

/** Throws if the studio limits the action to departments or people, and this person is not one. */
export function checkPerson(person: Person, { id, title }: Action, settings: Settings): void {
  const limits = limitsOf(settings, id);
  if (!isOneOf(person, limits))
    throw new Failure("not-allowed", {
      text: message("authorize.otherPeople", { title }),
      advice: message("authorize.askForAccess"),
    });
  if (isInDepartment(person, limits)) return;
  throw new Failure("not-allowed", {
    text: message("authorize.otherDepartments", { title }),
    advice: message("authorize.askManager"),
  });
}

export const isOneOf = ({ id, emailInKitsu }: Person, { people }: ActionLimits): boolean =>
  people === undefined || [id, emailInKitsu?.toLowerCase()].some((name) => name !== undefined && people.includes(name));

export const isInDepartment = ({ departments: own }: Pick<Person, "departments">, { departments }: ActionLimits) =>
  departments === undefined || departments.some((id) => own.includes(id));
