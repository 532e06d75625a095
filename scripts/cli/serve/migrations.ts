// [[migrations]] of wrangler.toml, as Cloudflare runs them: each once, in their order. A class that
// is renamed keeps what is stored, because its folder and its ids stay the same.
import * as v from "valibot";

const Names = v.optional(v.array(v.string()), []);
export const Migration = v.object({
  tag: v.string(),
  new_classes: Names,
  new_sqlite_classes: Names,
  renamed_classes: v.optional(v.array(v.object({ from: v.string(), to: v.string() })), []),
  deleted_classes: Names,
});
export type Migration = v.InferOutput<typeof Migration>;

type Migrated = { migrations: string[]; classes: Record<string, string> };

export function migrateClasses<T extends Migrated>(state: T, migrations: readonly Migration[]): T {
  const classes = new Map(Object.entries(state.classes));
  const add = (name: string, tag: string) =>
    // A class of this name may have been there before.
    void classes.set(name, [...classes.values()].includes(name) ? `${name}-${tag}` : name);
  for (const migration of migrations) {
    if (state.migrations.includes(migration.tag)) continue;
    for (const name of migration.deleted_classes) classes.delete(name);
    for (const { from, to } of migration.renamed_classes) {
      const folder = classes.get(from);
      classes.delete(from);
      // In a new folder, nothing is stored under the old name.
      if (state.migrations.length === 0) add(to, migration.tag);
      else if (folder !== undefined) classes.set(to, folder);
    }
    for (const name of [...migration.new_classes, ...migration.new_sqlite_classes]) add(name, migration.tag);
  }
  return { ...state, migrations: migrations.map(({ tag }) => tag), classes: Object.fromEntries(classes) };
}
