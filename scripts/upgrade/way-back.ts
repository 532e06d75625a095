// The migrations that take an older version back after this one, and this one there again: nobody
// undoes a migration, so `back` gives the classes their old names, and deletes those that the older
// version does not have. docs/upgrading.md has it for people.
import * as v from "valibot";
import { PACKAGE_FOLDER } from "../package-folder.ts";
import { readMigrations } from "./service.ts";

const Names = v.optional(v.array(v.string()), []);
const Migration = v.looseObject({
  tag: v.string(),
  new_sqlite_classes: Names,
  renamed_classes: v.optional(v.array(v.object({ from: v.string(), to: v.string() })), []),
  deleted_classes: Names,
});
type Migration = v.InferOutput<typeof Migration>;
type Change = Record<string, unknown> & { tag: string };
export type WayBack = { back: Change[]; again: Change[] };

/** @param older the folder of the older version */
export async function listWayBack(older: string): Promise<WayBack> {
  return planWayBack(await readMigrations(older), await readMigrations(PACKAGE_FOLDER));
}

/** The migrations for the older version, and for this one after it. */
export function planWayBack(then: readonly unknown[], now: readonly unknown[]): WayBack {
  const all = v.parse(v.array(Migration), now);
  // Each class of now, with its name then. None if it was added since.
  const names = new Map<string, string | undefined>();
  for (const [index, migration] of all.entries()) {
    if (index === then.length) for (const name of names.keys()) names.set(name, name);
    run(migration, names);
  }
  if (then.length >= all.length) return { back: all, again: all };
  const added = [...names].flatMap(([name, old]) => (old === undefined ? [name] : []));
  const renamed = [...names].flatMap(([to, from]) => (from === undefined || from === to ? [] : [{ from, to }]));
  const back = {
    tag: "back",
    ...(renamed.length > 0 && { renamed_classes: renamed.map(({ from, to }) => ({ from: to, to: from })) }),
    ...(added.length > 0 && { deleted_classes: added }),
  };
  const again = {
    tag: "again",
    ...(renamed.length > 0 && { renamed_classes: renamed }),
    ...(added.length > 0 && { new_sqlite_classes: added }),
  };
  return { back: [...all, back], again: [...all, back, again] };
}

function run(migration: Migration, names: Map<string, string | undefined>): void {
  for (const name of migration.deleted_classes) names.delete(name);
  for (const { from, to } of migration.renamed_classes) {
    names.set(to, names.get(from));
    names.delete(from);
  }
  for (const name of migration.new_sqlite_classes) names.set(name, undefined);
}
