// Compares what the statistics have counted, on disk, with what the log says.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import * as v from "valibot";
import type { LogRecord } from "./log-store.ts";
import type { Violation } from "./violations.ts";
import { objectsDirectory } from "./worker-process.ts";

const Counted = v.object({
  keys: v.array(v.object({ key: v.string() })),
  sums: v.object({ runs: v.nullish(v.number(), 0), undos: v.nullish(v.number(), 0) }),
});

/** Each run that has ended is counted once, and so is its undo. The worker may be running. */
export function findMiscounted(directory: string, logged: ReadonlyMap<string, readonly LogRecord[]>): Violation[] {
  const { keys, sums } = readCounted(directory);
  const all = new Set(keys.map(({ key }) => key));
  const expected = new Set([...logged.values()].flat().flatMap(listKeys));
  const violations: Violation[] = [];
  const add = (kind: Violation["kind"], key: string, text: string) =>
    violations.push({ kind, run: key.split("-")[0] ?? "", text });
  for (const key of expected) if (!all.has(key)) add("lost", key, `It was not counted: ${key}`);
  for (const key of all)
    if (!expected.has(key)) add("lost", key, `It was counted, but the log does not say so: ${key}`);
  const count = sums.runs + sums.undos;
  if (count !== all.size) add("doubled", "", `${all.size} runs and undos were counted as ${count}`);
  return violations;
}

/** As the worker names them. */
function listKeys({ id, at, reply, undone, call }: LogRecord): string[] {
  const isOver = reply.kind === "done" || reply.kind === "failed";
  if (!isOver || call?.changeOf !== undefined || call?.isDry) return [];
  return [`${id}-${at}`, ...(undone === undefined ? [] : [`${id}-${at}-undo`])];
}

function readCounted(directory: string): v.InferOutput<typeof Counted> {
  const folder = join(objectsDirectory(directory), "ActionUse");
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const name = names.find((file) => file.endsWith(".sqlite") && file !== "metadata.sqlite");
  if (name === undefined) return { keys: [], sums: { runs: 0, undos: 0 } };
  const database = new DatabaseSync(join(folder, name), { readOnly: true });
  try {
    return v.parse(Counted, {
      keys: database.prepare("SELECT key FROM seen").all(),
      sums: database.prepare("SELECT SUM(runs) AS runs, SUM(undos) AS undos FROM days").get(),
    });
  } finally {
    database.close();
  }
}
