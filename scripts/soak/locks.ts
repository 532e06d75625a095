// The task locks that remain on disk after the worker has ended. No answer shows a lock that nobody
// needs.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import * as v from "valibot";
import { objectsDirectory } from "./worker-process.ts";

const TaskLock = v.object({ task: v.string(), run: v.string(), until: v.number() });
export type TaskLock = v.InferOutput<typeof TaskLock>;

/** The locks that have not expired at `now`, in epoch milliseconds. */
export function readLocks(directory: string, now: number): TaskLock[] {
  const folder = join(objectsDirectory(directory), "Locks");
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((name) => name.endsWith(".sqlite") && name !== "metadata.sqlite");
  return files.flatMap((name) => {
    const database = new DatabaseSync(join(folder, name));
    try {
      return v.parse(
        v.array(TaskLock),
        database.prepare("SELECT task, run, until FROM holds WHERE until > ?").all(now),
      );
    } finally {
      database.close();
    }
  });
}
