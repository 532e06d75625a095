/** Lists in the browser's storage. It may be full or forbidden: then nothing is kept. What is there may be anybody's, and is parsed. */
import * as v from "valibot";
import { quietly } from "./realm.ts";

export function load<S extends v.GenericSchema>(storage: () => Storage, key: string, entry: S): v.InferOutput<S>[] {
  const stored = v.safeParse(
    v.array(entry),
    quietly(() => JSON.parse(storage().getItem(key) ?? "")),
  );
  return stored.success ? stored.output : [];
}

export function save(storage: () => Storage, key: string, entries: readonly unknown[], most: number): void {
  quietly(() => storage().setItem(key, JSON.stringify(entries.slice(0, most))));
}
