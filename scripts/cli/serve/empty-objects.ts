// Durable Objects that have deleted everything: workerd leaves an empty database of each, so every
// run would take 4 KB forever. They are removed before workerd starts: then nobody has them open.
import { closeSync, existsSync, openSync, readdirSync, readSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";

/** Where the first page of a SQLite database has its tables, and how many. */
const PAGE_TYPE_AT = 100;
const CELLS_AT = 103;
const LEAF_OF_TABLE = 13;
const HEADER_BYTES = 105;
const PAGE_BYTES = 4_096;

/** Returns how many there were. */
export function removeEmptyObjects(objects: string): number {
  let removed = 0;
  for (const namespace of readdirSync(objects, { withFileTypes: true })) {
    if (!namespace.isDirectory()) continue;
    const folder = join(objects, namespace.name);
    for (const name of readdirSync(folder)) {
      // metadata.sqlite has the alarms of all objects.
      if (!name.endsWith(".sqlite") || name === "metadata.sqlite") continue;
      const path = join(folder, name);
      if (!isEmpty(path)) continue;
      rmSync(path);
      removed += 1;
    }
  }
  return removed;
}

/** A database with a write-ahead log may have more than its file says. */
function isEmpty(path: string): boolean {
  if (statSync(path).size > PAGE_BYTES || existsSync(`${path}-wal`)) return false;
  const header = Buffer.alloc(HEADER_BYTES);
  const file = openSync(path, "r");
  try {
    const length = readSync(file, header, 0, HEADER_BYTES, 0);
    return length === HEADER_BYTES && header[PAGE_TYPE_AT] === LEAF_OF_TABLE && header.readUInt16BE(CELLS_AT) === 0;
  } finally {
    closeSync(file);
  }
}
