// What is released together has one version.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { PACKAGE_FOLDER, PACKAGE_VERSION } from "../../scripts/package-folder.ts";

it.each([
  ["package-lock.json", `"name": "kitsu-actions",\n  "version": "${PACKAGE_VERSION}"`],
  ["create-kitsu-actions/package.json", `"version": "${PACKAGE_VERSION}"`],
  ["python/pyproject.toml", `version = "${PACKAGE_VERSION}"`],
  ["docs/studio.md", `create-kitsu-actions-${PACKAGE_VERSION}.tgz`],
  ["docs/studio.md", `--package kitsu-actions-${PACKAGE_VERSION}.tgz`],
  ["CHANGELOG.md", `\n## ${PACKAGE_VERSION}\n`],
])("%s has the version of the package", async (path, text) => {
  expect(await readFile(join(PACKAGE_FOLDER, path), "utf8")).toContain(text);
});
