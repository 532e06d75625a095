// What the worker's locks hold, read from their files once it is dead: no answer of the worker's tells that a task is kept for nobody.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import * as v from "valibot";
import { objectsIn } from "./worker-process.ts";

const Hold = v.object({ task: v.string(), run: v.string(), until: v.number() });
export type Hold = v.InferOutput<typeof Hold>;

/** The locks that last longer than now. */
export function readHolds(directory: string, now: number): Hold[] {
  const folder = join(objectsIn(directory), "Locks");
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((name) => name.endsWith(".sqlite") && name !== "metadata.sqlite");
  return files.flatMap((name) => {
    const database = new DatabaseSync(join(folder, name));
    try {
      return v.parse(v.array(Hold), database.prepare("SELECT task, run, until FROM holds WHERE until > ?").all(now));
    } finally {
      database.close();
    }
  });
}
