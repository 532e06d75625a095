// Finds a task's file for each operating system: the file recorded in Zou, else the path from the
// studio's template. Paths made from names are checked. Otherwise anyone who can rename a shot
// could choose which file is opened.

import { message, type Text } from "../format/message.ts";
import type { RecordedFile } from "../services/files.ts";
import { formatSystem, isSystem, SYSTEMS, type System } from "./operating-system.ts";
import { fillTemplate, type Template } from "./template.ts";
import type { TaskInfo } from "./template-variables.ts";

export type Paths = Readonly<Partial<Record<System, string>>>;

/** The paths, or why there are none. Without either, nothing says where the file is. */
export type FoundFile = { paths: Paths; problem?: Text | undefined };

/** The path of one folder on each system. */
export type Root = { [system in System]?: string | undefined };

export type PathTemplate = { [system in System]?: Template | undefined } & {
  for: string;
  task_type?: readonly string[] | undefined;
  file: "output" | "working";
};

type FileFilter = { file: "output" | "working"; extensions?: readonly string[] | undefined };

/** A recorded file takes precedence on all systems: the template could lead to another file. */
export function findFile(
  info: TaskInfo,
  recorded: readonly RecordedFile[],
  filter: FileFilter,
  { paths, roots }: { paths: readonly PathTemplate[]; roots: readonly Root[] },
): FoundFile {
  const file = recorded.find((one) => matches(one, filter));
  if (file !== undefined) return readRecorded(file, filter, roots);
  const template = paths.find(
    (one) =>
      one.file === filter.file && one.for === info.entityType && (one.task_type?.includes(info.taskType) ?? true),
  );
  return template === undefined ? { paths: {} } : fillPaths(template, info, roots);
}

const extensionOf = (path: string) => /\.([^./\\]+)$/.exec(path)?.[1]?.toLowerCase();

const kindOf = ({ path, extension }: RecordedFile) =>
  extensionOf(path) ?? (extension?.replace(/^\./, "").toLowerCase() || undefined);

/** A file without a recorded extension matches: it may be the right one. */
function matches(file: RecordedFile, { extensions }: FileFilter): boolean {
  const kind = kindOf(file);
  return extensions === undefined || kind === undefined || extensions.includes(kind);
}

/**
 * Zou's own paths of working files have no extension. It is the recorded one, or the launcher's if
 * that has only one.
 */
function readRecorded(file: RecordedFile, { extensions = [] }: FileFilter, roots: readonly Root[]): FoundFile {
  const [only, another] = extensions;
  const extension = kindOf(file) ?? (another === undefined ? only : undefined);
  const isBare = extensionOf(file.path) === undefined && extension !== undefined;
  const path = isBare ? `${file.path}.${extension}` : file.path;
  const problem = refusePath(path, "recorded");
  if (problem !== undefined) return { paths: {}, problem };
  if (isWindows(path)) return { paths: mapRoots(path, ["windows"], roots) };
  return { paths: mapRoots(path, ["linux", "darwin"], roots) };
}

function fillPaths(template: PathTemplate, { values }: TaskInfo, roots: readonly Root[]): FoundFile {
  let paths: Paths = {};
  const problems: Text[] = [];
  for (const system of SYSTEMS) {
    const text = template[system];
    if (text === undefined) continue;
    const filled = fillTemplate(text, values, refuseName);
    const problem = "problem" in filled ? filled.problem : refusePath(filled.text, system);
    if (problem !== undefined) problems.push(problem);
    else if ("text" in filled)
      paths = { ...mapRoots(filled.text, [system], roots), ...paths, [system]: unifySlashes(filled.text) };
  }
  return { paths, problem: Object.keys(paths).length > 0 ? undefined : problems[0] };
}

/**
 * Why this can't be a name within a path.
 * @param variable where the name comes from, "{entity}"
 */
export function refuseName(name: string, variable: string): Text | undefined {
  if (name === "." || name.includes("..")) return message("launch.nameHasParent", { variable, name: clip(name) });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern is meant to match them
  if (/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(name)) return message("launch.nameHasControl", { variable });
  const [character] = /[/\\:*?"<>|]/.exec(name) ?? [];
  return character && message("launch.nameHasCharacter", { variable, character, name: clip(name) });
}

/** Which path it is: the one recorded in Kitsu, a system's, or one for the farm. */
export type PathSubject = System | "recorded" | "working" | "blend" | "output";

/** Why this can't be passed to a program as the path of a file. */
export function refusePath(path: string, subject: PathSubject): Text | undefined {
  const values = { subject, system: isSystem(subject) ? formatSystem(subject) : "", path: clip(path) };
  if (path.startsWith("-")) return message("launch.pathIsOption", values);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern is meant to match them
  if (/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(path)) return message("launch.pathHasControl", values);
  if (path.split(/[/\\]/).includes("..")) return message("launch.pathHasParent", values);
  return isAbsolute(path) ? undefined : message("launch.pathIsRelative", values);
}

/** May this be passed to a program as the path of a file? */
export const isSafePath = (path: string) => refusePath(path, "recorded") === undefined;

const clip = (text: string) => (text.length > 120 ? `${text.slice(0, 120)}…` : text);

/** "\\server\share", or "//server/share" as in Blender and Python. */
export const isUnc = (path: string) => /^[\\/]{2}[^\\/]/.test(path);
/** "P:\", "P:/", "\\server\share", "//server/share" */
export const isWindows = (path: string) => /^[a-z]:[\\/]/i.test(path) || isUnc(path);
export const isAbsolute = (path: string) => /^\/(?![\\/])/.test(path) || isWindows(path);

/** Makes all slashes the same: backslashes in UNC and mixed paths. "P:/prod" stays unchanged. */
export function unifySlashes(path: string): string {
  if (!isWindows(path)) return path;
  return isUnc(path) || path.includes("\\") ? path.replaceAll("/", "\\") : path;
}

/** Appends folders to a path, with the path's kind of slash. */
export function joinPath(root: string, names: readonly string[]): string {
  const start = unifySlashes(root).replace(/[\\/]+$/, "");
  return [start, ...names].join(isWindows(start) && start.includes("\\") ? "\\" : "/");
}

/** The path on its own systems, and on those that have a root for the same folder. */
function mapRoots(path: string, systems: readonly System[], roots: readonly Root[]): Paths {
  const own = unifySlashes(path);
  for (const root of roots) {
    for (const system of systems) {
      const rest = cutRoot(path, root[system], system);
      if (rest !== undefined) return { ...moveTo(root, rest), [system]: own };
    }
  }
  return Object.fromEntries(systems.map((system) => [system, own]));
}

/** The part of the path below the root; undefined if the path is not below it. */
function cutRoot(path: string, root: string | undefined, system: System): string[] | undefined {
  if (root === undefined) return undefined;
  // Ignore a duplicate slash, as in "/mnt//prod", but keep the two before a server's name.
  const split = (text: string) =>
    text.split(system === "windows" ? /[\\/]/ : "/").filter((part, index) => part !== "" || index < 2);
  const [whole, start] = [split(path), split(root.replace(/[\\/]+$/, ""))];
  // Paths on Windows are not case-sensitive.
  const fold = (text: string | undefined) => (system === "windows" ? text?.toLowerCase() : text);
  return start.every((part, index) => fold(part) === fold(whole[index])) ? whole.slice(start.length) : undefined;
}

function moveTo(root: Root, rest: readonly string[]): Paths {
  const moved = SYSTEMS.flatMap((system): [System, string][] => {
    const start = root[system]?.replace(/[\\/]+$/, "");
    if (start === undefined) return [];
    return [
      [
        system,
        system === "windows" ? `${start}\\${rest.join("\\")}`.replaceAll("/", "\\") : `${start}/${rest.join("/")}`,
      ],
    ];
  });
  return Object.fromEntries(moved);
}
