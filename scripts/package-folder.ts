// This package's own folder: the repository, or node_modules/kitsu-actions of a studio. Its modules
// are in dist/ there, so a path from a module's own folder would not do.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as v from "valibot";

const Manifest = v.object({ name: v.string(), version: v.string() });

export const { folder: PACKAGE_FOLDER, version: PACKAGE_VERSION } = findPackage(import.meta.dirname);

function findPackage(folder: string): { folder: string; version: string } {
  const path = join(folder, "package.json");
  if (existsSync(path)) {
    const { name, version } = v.parse(Manifest, JSON.parse(readFileSync(path, "utf8")));
    if (name === "kitsu-actions") return { folder, version };
  }
  if (dirname(folder) === folder) throw new Error(`No package.json of kitsu-actions above ${import.meta.dirname}.`);
  return findPackage(dirname(folder));
}
