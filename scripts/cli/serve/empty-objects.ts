// Durable Objects that have nothing stored: workerd leaves an empty database of each, of those that
// have deleted everything and of those that were only asked. So every run, and every question for a
// run that does not exist, would take 4 KB forever.
import { closeSync, existsSync, openSync, readdirSync, readSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { PausedWork } from "./pause.ts";

/** Where the first page of a SQLite database has its tables, and how many. */
const PAGE_TYPE_AT = 100;
const CELLS_AT = 103;
const LEAF_OF_TABLE = 13;
const HEADER_BYTES = 105;
const PAGE_BYTES = 4_096;

/** How many are looked at before other requests get their turn. */
const LOOKED_AT_ONCE = 200;
/** How many are removed in one pause: a few milliseconds. */
const REMOVED_AT_ONCE = 100;

type Pausable = { pause(work: PausedWork): Promise<boolean> };

/** Before workerd starts: nobody has them open. Returns how many there were. */
export function removeEmptyObjects(objects: string): number {
  const empty = listDatabases(objects).filter(isEmpty);
  for (const path of empty) remove(path);
  return empty.length;
}

/**
 * While workerd runs: it would go on with a file that is removed while it is open, and lose what it
 * stores there. So files are removed only while workerd is stopped. Returns how many there were.
 */
export async function sweepEmptyObjects(objects: string, runtime: Pausable): Promise<number> {
  const empty: string[] = [];
  for (const [index, path] of listDatabases(objects).entries()) {
    if (isEmpty(path)) empty.push(path);
    if (index % LOOKED_AT_ONCE === 0) await nextTurn();
  }
  let removed = 0;
  for (let at = 0; at < empty.length; at += REMOVED_AT_ONCE) {
    await runtime.pause((isOpen) => {
      for (const path of empty.slice(at, at + REMOVED_AT_ONCE)) {
        if (isOpen(path) || !isEmpty(path)) continue;
        remove(path);
        removed += 1;
      }
    });
  }
  return removed;
}

/** Not metadata.sqlite, which has the alarms of all objects. */
const listDatabases = (objects: string): string[] =>
  readdirSync(objects, { withFileTypes: true })
    .filter((namespace) => namespace.isDirectory())
    .flatMap(({ name }) => readdirSync(join(objects, name)).map((file) => join(objects, name, file)))
    .filter((path) => path.endsWith(".sqlite") && !path.endsWith("/metadata.sqlite"));

/** A write-ahead log may have more than the file says. A killed worker leaves empty ones. */
function isEmpty(path: string): boolean {
  if ((findSize(path) ?? 0) > PAGE_BYTES || (findSize(`${path}-wal`) ?? 0) > 0) return false;
  // Its creation was interrupted.
  if (existsSync(`${path}-journal`)) return false;
  const header = Buffer.alloc(HEADER_BYTES);
  const file = openSync(path, "r");
  try {
    const length = readSync(file, header, 0, HEADER_BYTES, 0);
    return length === HEADER_BYTES && header[PAGE_TYPE_AT] === LEAF_OF_TABLE && header.readUInt16BE(CELLS_AT) === 0;
  } finally {
    closeSync(file);
  }
}

const findSize = (path: string) => statSync(path, { throwIfNoEntry: false })?.size;

function remove(path: string): void {
  for (const file of [`${path}-wal`, `${path}-shm`, path]) rmSync(file, { force: true });
}
