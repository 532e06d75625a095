// The Python that runs Zou: a virtual environment with the pinned version, made once and kept with what npm may throw away.
import { access, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { run } from "./program.ts";

export const ZOU_VERSION = "1.0.67";
export const CACHE = join(import.meta.dirname, "../../node_modules/.cache");

const FOLDER = join(CACHE, `zou-${ZOU_VERSION}`);
const MARK = join(FOLDER, "installed");

/** The path of its Python, or why it can't be had. */
export async function installZou(): Promise<{ python: string } | { missing: string }> {
  const python = join(FOLDER, "bin/python");
  if (await exists(MARK)) return { python };
  try {
    await run("python3", ["--version"]);
  } catch {
    return { missing: "There is no python3 on this computer." };
  }
  // An installation that was interrupted is no installation: it has no mark, and is made again.
  await rm(FOLDER, { recursive: true, force: true });
  await mkdir(dirname(FOLDER), { recursive: true });
  try {
    await run("nice", ["python3", "-m", "venv", FOLDER]);
    await run("nice", [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", `zou==${ZOU_VERSION}`]);
  } catch (error) {
    return { missing: `zou ${ZOU_VERSION} can't be installed: ${lastLine(error)}` };
  }
  await writeFile(`${MARK}.new`, ZOU_VERSION);
  await rename(`${MARK}.new`, MARK);
  return { python };
}

export function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Of what a program wrote while failing, the line that says why: the last one. */
export function lastLine(error: unknown): string {
  const text = error instanceof Error ? ("stderr" in error && String(error.stderr)) || error.message : String(error);
  return text.trim().split("\n").at(-1) ?? "";
}
