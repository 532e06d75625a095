// The Python that runs Zou: a virtual environment with one version of it, made once and kept with what npm may throw away.
import { access, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { run } from "./program.ts";
import { NEWEST_ZOU } from "./versions.ts";

export const ZOU_VERSION = process.env.ZOU_VERSION || NEWEST_ZOU;
export const CACHE = join(import.meta.dirname, "../../node_modules/.cache");

const FOLDER = join(CACHE, `zou-${ZOU_VERSION}`);
const MARK = join(FOLDER, "installed");
/** Older Zous need packages that are built with the setuptools of their time, by its pkg_resources. */
const CONSTRAINTS = join(FOLDER, "constraints.txt");
/** No network, or a Python that this Zou is not for. Whatever else fails is broken, and not missing. */
const NOT_TO_BE_HAD = /no matching distribution|connection|timed out|max retries|name resolution/i;

/** The path of its Python, or why it can't be had. Throws where it can and breaks. */
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
    if (!NOT_TO_BE_HAD.test(outputOf(error))) throw error;
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

/** Of what a program wrote while failing, the line that says why: the last one. */
const lastLine = (error: unknown) => outputOf(error).trim().split("\n").at(-1) ?? "";

const outputOf = (error: unknown) =>
  error instanceof Error ? ("stderr" in error && String(error.stderr)) || error.message : String(error);
