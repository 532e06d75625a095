import { onTestFinished } from "vitest";
import { createTempDirectory, removeTempDirectory } from "../../../../scripts/temp-directory.ts";

/** An empty folder for the rest of the test. */
export function createFolder(): string {
  const folder = createTempDirectory("test");
  onTestFinished(() => removeTempDirectory(folder));
  return folder;
}
