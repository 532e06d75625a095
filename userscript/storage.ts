/**
 * Lists in the browser's storage. If storage is full or forbidden, nothing is saved. Everything
 * that is read is parsed, because any script of the origin may have written it.
 */
import * as v from "valibot";
import { ignoreErrors } from "./realm.ts";

export function loadList<S extends v.GenericSchema>(storage: () => Storage, key: string, entry: S): v.InferOutput<S>[] {
  const stored = v.safeParse(
    v.array(entry),
    ignoreErrors(() => JSON.parse(storage().getItem(key) ?? "")),
  );
  return stored.success ? stored.output : [];
}

export function saveList(storage: () => Storage, key: string, entries: readonly unknown[], max: number): void {
  ignoreErrors(() => storage().setItem(key, JSON.stringify(entries.slice(0, max))));
}

/** A list for each person who logs in here, in the storage of Kitsu's origin. */
export function createPersonalList<S extends v.GenericSchema>(name: string, entry: S, max: number) {
  const keyOf = (person: string) => `${name}:${person}`;
  return {
    load: (person: string) => loadList(() => localStorage, keyOf(person), entry),
    save: (person: string, entries: readonly v.InferOutput<S>[]) =>
      saveList(() => localStorage, keyOf(person), entries, max),
  };
}
