#!/usr/bin/env node
// npm create kitsu-actions <folder>: writes the repository of a studio's own actions, from
// template/. JavaScript without dependencies, because npm runs it before anything is installed.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";

const USAGE = `npm create kitsu-actions <folder>

  Writes the repository of your studio's own actions into a new folder. Without a name, into this one.`;

/** npm leaves out files of these names when it packs a package. */
const RENAMED = { gitignore: ".gitignore", npmrc: ".npmrc" };

/** An error that the person at the terminal can fix. */
class UsageError extends Error {}

try {
  create(readArguments());
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}

function readArguments() {
  const { values, positionals } = parse();
  if (positionals.length > 1) throw new UsageError(`Name one folder, not ${positionals.join(" and ")}.\n\n${USAGE}`);
  return { folder: resolve(positionals[0] ?? "."), dependency: readDependency(values.package), isHelp: values.help };
}

function parse() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        help: { type: "boolean", short: "h", default: false },
        // The package to depend on, for versions that are not published: a version, or a file.
        package: { type: "string" },
      },
    });
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
  }
}

/** @param {string | undefined} given */
function readDependency(given) {
  if (given !== undefined && existsSync(given)) return `file:${resolve(given)}`;
  if (given?.endsWith(".tgz")) throw new UsageError(`There is no file ${resolve(given)}. Make it with npm pack.`);
  if (given !== undefined) return given;
  return `^${readJson(join(import.meta.dirname, "package.json")).version}`;
}

/** @param {{ folder: string, dependency: string, isHelp: boolean }} options */
function create({ folder, dependency, isHelp }) {
  if (isHelp) return console.log(USAGE);
  if (existsSync(folder) && !isEmpty(folder))
    throw new UsageError(`${folder} is not an empty folder. Name a new one: npm create kitsu-actions my-studio`);
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new UsageError(
      `${folder} can't be created (${error instanceof Error ? error.message : error}). Name another.`,
    );
  }
  cpSync(join(import.meta.dirname, "template"), folder, { recursive: true });
  for (const [packed, name] of Object.entries(RENAMED)) renameSync(join(folder, packed), join(folder, name));
  const manifest = readJson(join(folder, "package.json"));
  manifest.name = toPackageName(basename(folder));
  manifest.dependencies["kitsu-actions"] = dependency;
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  const path = relative(process.cwd(), folder);
  console.log(`Created the repository of your actions in ${folder}. Next:

${path === "" ? "" : `  cd ${/\s/.test(path) ? JSON.stringify(path) : path}\n`}  npm install
  npm start                   # the playground: your action "Hello" is in its menu, under "New"
  npm run new make-movie      # another action, and its test

README.md has the rest, such as how to deploy.`);
}

/** "git init" may come first. @param {string} folder */
function isEmpty(folder) {
  return statSync(folder).isDirectory() && readdirSync(folder).every((name) => name === ".git");
}

/** @param {string} folder */
function toPackageName(folder) {
  const name = folder.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  return name.replace(/^-|-$/g, "") || "studio";
}

/** @param {string} path */
function readJson(path) {
  return JSON.parse(readFileSync(path, "utf8"));
}
