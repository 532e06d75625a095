// npm run test:openapi: Schemathesis makes requests from the description of the routes, valid ones
// and others, and holds every answer of the running worker against it.
import { spawn } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createTempDirectory } from "../../scripts/temp-directory.ts";
import { installPackage } from "../support/python/virtual-environment.ts";
import { LOG_TOKEN, openStudio, type Studio } from "./studio.ts";
import { withExamples } from "./with-examples.ts";

const SCHEMATHESIS = { name: "schemathesis", version: "4.32.5" };
const DESCRIPTION = join(import.meta.dirname, "../../gen/openapi.json");

const installed = await installPackage(SCHEMATHESIS);
if ("missing" in installed) console.log(`Schemathesis can't run here: ${installed.missing}`);
else process.exitCode = await test(installed.python);

async function test(python: string): Promise<number> {
  const studio = await openStudio();
  try {
    const folder = createTempDirectory("schemathesis");
    const config = join(folder, "schemathesis.toml");
    await writeFile(config, await describeStudio(studio));
    const description = join(folder, "openapi.json");
    await writeFile(description, withExamples(await readFile(DESCRIPTION, "utf8"), studio.known));
    const args = ["--config-file", config, "run", description, "--url", studio.worker, ...process.argv.slice(2)];
    return await run(python, ["-m", "schemathesis.cli", ...args], { cwd: folder });
  } finally {
    await studio.close();
  }
}

/** The configuration, with what this studio knows. */
async function describeStudio({ worker, kitsu, known }: Studio): Promise<string> {
  const template = await readFile(join(import.meta.dirname, "schemathesis.toml"), "utf8");
  const lists = Object.entries(known).map(
    ([name, values]) => `[dictionaries.${name}]\nvalues = ${JSON.stringify(values)}\n`,
  );
  const filled = template.replaceAll("{kitsu}", kitsu).replaceAll("{worker}", worker).replaceAll("{token}", LOG_TOKEN);
  return `${filled}\n${lists.join("\n")}`;
}

function run(file: string, args: readonly string[], options: { cwd: string }): Promise<number> {
  const child = spawn(file, args, { ...options, stdio: "inherit" });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? 1));
  });
}
