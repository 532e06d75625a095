// The Python that runs Zou: a virtual environment for one version, cached in node_modules.
import { access, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { run } from "./program.ts";
import { NEWEST_ZOU } from "./versions.ts";

export const ZOU_VERSION = process.env.ZOU_VERSION || NEWEST_ZOU;
export const CACHE = join(import.meta.dirname, "../../node_modules/.cache");

const FOLDER = join(CACHE, `zou-${ZOU_VERSION}`);
const MARK = join(FOLDER, "installed");
/** Older Zous need packages that build only with an older setuptools. */
const CONSTRAINTS = join(FOLDER, "constraints.txt");
/** No network, or the wrong Python for this Zou. Other errors are real failures. */
const NOT_AVAILABLE = /no matching distribution|connection|timed out|max retries|name resolution/i;

/**
 * @returns the path of its Python, or the reason why it is not available.
 * @throws if the installation fails
 */
export async function installZou(): Promise<{ python: string } | { missing: string }> {
  const python = join(FOLDER, "bin/python");
  if (await exists(MARK)) return { python };
  try {
    await run("python3", ["--version"]);
  } catch {
    return { missing: "There is no python3 on this computer." };
  }
  // An interrupted installation has no mark, and is done again.
  await rm(FOLDER, { recursive: true, force: true });
  await mkdir(dirname(FOLDER), { recursive: true });
  try {
    await run("nice", ["python3", "-m", "venv", FOLDER]);
  } catch (error) {
    return { missing: `python3 makes no virtual environment: ${lastLine(error)}` };
  }
  await writeFile(CONSTRAINTS, "setuptools<81\n");
  try {
    await run(
      "nice",
      [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", `zou==${ZOU_VERSION}`],
      {
        env: { PIP_CONSTRAINT: CONSTRAINTS, PIP_BUILD_CONSTRAINT: CONSTRAINTS },
      },
    );
  } catch (error) {
    if (!NOT_AVAILABLE.test(outputOf(error))) throw error;
    return { missing: `zou ${ZOU_VERSION} can't be had: ${lastLine(error)}` };
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

/** The last line that a failing program printed, which has the reason. */
const lastLine = (error: unknown) => outputOf(error).trim().split("\n").at(-1) ?? "";

const outputOf = (error: unknown) =>
  error instanceof Error ? ("stderr" in error && String(error.stderr)) || error.message : String(error);
