// A Python package in a virtual environment of its own, cached in node_modules.
import { access, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../zou/program.ts";

export const CACHE = join(import.meta.dirname, "../../../node_modules/.cache");

/** No network, or the wrong Python for this package. Other errors are real failures. */
const NOT_AVAILABLE = /no matching distribution|connection|timed out|max retries|name resolution/i;

type Package = {
  name: string;
  version: string;
  /** for what it and its build need, as in a constraints file of pip */
  constraints?: string;
};

/**
 * Installs a package, unless it is installed.
 * @returns the path of its Python, or the reason why it is not available
 * @throws if the installation fails
 */
export async function installPackage({
  name,
  version,
  constraints = "",
}: Package): Promise<{ python: string } | { missing: string }> {
  const folder = join(CACHE, `${name}-${version}`);
  const mark = join(folder, "installed");
  const python = join(folder, "bin/python");
  if (await exists(mark)) return { python };
  try {
    await run("python3", ["--version"]);
  } catch {
    return { missing: "There is no python3 on this computer." };
  }
  // An interrupted installation has no mark, and is done again.
  await rm(folder, { recursive: true, force: true });
  await mkdir(CACHE, { recursive: true });
  try {
    await run("nice", ["python3", "-m", "venv", folder]);
  } catch (error) {
    return { missing: `python3 makes no virtual environment: ${lastLine(error)}` };
  }
  const file = join(folder, "constraints.txt");
  await writeFile(file, constraints);
  try {
    await run(
      "nice",
      [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", `${name}==${version}`],
      {
        env: { PIP_CONSTRAINT: file, PIP_BUILD_CONSTRAINT: file },
      },
    );
  } catch (error) {
    if (!NOT_AVAILABLE.test(outputOf(error))) throw error;
    return { missing: `${name} ${version} can't be had: ${lastLine(error)}` };
  }
  await writeFile(`${mark}.new`, version);
  await rename(`${mark}.new`, mark);
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
