// The migrations that take an older version back after this one: Cloudflare never undoes one, so a
// new one gives the classes their old names again, and deletes those that the older version has
// not. docs/upgrading.md has it for people.
import * as v from "valibot";
import { PACKAGE_FOLDER } from "../package-folder.ts";
import { readMigrations } from "./service.ts";

const Migration = v.looseObject({
  renamed_classes: v.optional(v.array(v.object({ from: v.string(), to: v.string() })), []),
  new_sqlite_classes: v.optional(v.array(v.string()), []),
});

/** @param older the folder of the older version */
export async function listWayBack(older: string): Promise<Record<string, unknown>[]> {
  const [then, now] = [await readMigrations(older), await readMigrations(PACKAGE_FOLDER)];
  const since = now.slice(then.length).map((migration) => v.parse(Migration, migration));
  const renamed = since.flatMap(({ renamed_classes }) =>
    renamed_classes.map(({ from, to }) => ({ from: to, to: from })),
  );
  // A version from before all migrations uses none of the classes.
  const added = then.length === 0 ? [] : since.flatMap(({ new_sqlite_classes }) => new_sqlite_classes);
  if (renamed.length + added.length === 0) return now;
  return [...now, { tag: "back", renamed_classes: renamed, deleted_classes: added }];
}
