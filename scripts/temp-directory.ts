import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const directories = new Set<string>();
process.on("exit", () => directories.forEach(removeTempDirectory));

/** A new, empty directory. It is removed when this process exits, at the latest. */
export function createTempDirectory(name: string): string {
  const directory = mkdtempSync(join(tmpdir(), `kitsu-actions-${name}-`));
  directories.add(directory);
  return directory;
}

export function removeTempDirectory(directory: string): void {
  rmSync(directory, { recursive: true, force: true });
  directories.delete(directory);
}
