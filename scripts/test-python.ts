// npm run test:python: the tests and types of the Python package, and its wheel, in a virtual
// environment of its own.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..");
const PACKAGE = join(ROOT, "python");
const SCHEMA = join(ROOT, "gen/contract.schema.json");
const ENVIRONMENT = join(ROOT, "node_modules/.cache/python");
const PYTHON = join(ENVIRONMENT, process.platform === "win32" ? "Scripts/python.exe" : "bin/python");
/** No network, or too old a Python. Other errors are real failures. */
const NOT_AVAILABLE =
  /no matching distribution|connection|timed out|max retries|name resolution|requires a different python/i;

// Its tests compare what it writes with the published schema.
if (!existsSync(SCHEMA)) execFileSync(process.execPath, [join(ROOT, "scripts/build.ts")], { stdio: "inherit" });
const missing = prepare();
if (missing !== undefined) console.log(`The Python package was not tested: ${missing}`);
else process.exitCode = testPackage() ? 0 : 1;

/** @returns a sentence about what this computer lacks */
function prepare(): string | undefined {
  if (!existsSync(PYTHON)) {
    const made = spawnSync("python3", ["-m", "venv", ENVIRONMENT], { encoding: "utf8" });
    if (made.error !== undefined) return "there is no python3.";
    if (made.status !== 0) {
      // The next attempt must not take half an environment for a whole one.
      rmSync(ENVIRONMENT, { recursive: true, force: true });
      return `python3 makes no virtual environment: ${lastLine(made.stdout + made.stderr)}`;
    }
  }
  // From the folder, as users do: what the wheel lacks fails the tests.
  const install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", `${PACKAGE}[test]`];
  const { status, stderr } = spawnSync(PYTHON, install, { encoding: "utf8" });
  if (status === 0) return undefined;
  if (NOT_AVAILABLE.test(stderr)) return `its packages can't be had: ${lastLine(stderr)}`;
  throw new Error(stderr);
}

function testPackage(): boolean {
  const folder = mkdtempSync(join(tmpdir(), "kitsu-actions-wheel-"));
  try {
    const version = execFileSync(PYTHON, ["--version"], { encoding: "utf8" }).trim();
    console.log(`The Python package, with ${version}`);
    return [["mypy"], ["mypy", "tests"], ["pytest", "-q"], ["build", "--outdir", folder]].every(
      ([module = "", ...args]) =>
        spawnSync(PYTHON, ["-m", module, ...args], { cwd: PACKAGE, stdio: "inherit" }).status === 0,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}
