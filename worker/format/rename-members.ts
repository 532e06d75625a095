// Members of stored data that had other names in earlier versions.
import * as v from "valibot";

const Members = v.record(v.string(), v.unknown());

/** A copy with these members under their new names, and without those that are named "". */
export function renameMembers(value: unknown, names: Readonly<Record<string, string>>): Record<string, unknown> {
  const members = v.is(Members, value) ? value : {};
  const renamed = Object.entries(members).map(([name, member]) => [names[name] ?? name, member]);
  return Object.fromEntries(renamed.filter(([name]) => name !== ""));
}
