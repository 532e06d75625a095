// Where a task's file is, for each operating system: what was recorded in Zou, else what the studio's template makes. Whatever is made of names
// is checked, for anyone who may name a shot would otherwise choose the file that is opened.
import type { RecordedFile } from "../services/files.ts";
import { nameSystem, SYSTEMS, type System } from "./operating-system.ts";
import { fillTemplate, type Template } from "./template.ts";
import type { TaskFacts } from "./template-variables.ts";

export type Paths = Readonly<Partial<Record<System, string>>>;

/** The paths, or why there are none. Nothing of both: nobody says where the file is. */
export type Located = { paths: Paths; problem?: string | undefined };

/** One folder as the systems see it. */
export type Root = { [system in System]?: string | undefined };

export type PathTemplate = { [system in System]?: Template | undefined } & {
  for: string;
  task_type?: readonly string[] | undefined;
  file: "output" | "working";
};

/** Which file is meant, and what it may end with. */
export type Wanted = { file: "output" | "working"; extensions?: readonly string[] | undefined };

/** What Zou recorded wins, for all systems: a template could mean another file. */
export function locate(
  facts: TaskFacts,
  recorded: readonly RecordedFile[],
  wanted: Wanted,
  { paths, roots }: { paths: readonly PathTemplate[]; roots: readonly Root[] },
): Located {
  const file = recorded.find((one) => fits(one, wanted));
  if (file !== undefined) return readRecorded(file, wanted, roots);
  const template = paths.find(
    (one) =>
      one.file === wanted.file && one.for === facts.entityType && (one.task_type?.includes(facts.taskType) ?? true),
  );
  return template === undefined ? { paths: {} } : fillPaths(template, facts, roots);
}

const extensionOf = (path: string) => /\.([^./\\]+)$/.exec(path)?.[1]?.toLowerCase();

const kindOf = ({ path, extension }: RecordedFile) =>
  extensionOf(path) ?? (extension?.replace(/^\./, "").toLowerCase() || undefined);

/** A file whose kind nobody recorded may be the one. */
function fits(file: RecordedFile, { extensions }: Wanted): boolean {
  const kind = kindOf(file);
  return extensions === undefined || kind === undefined || extensions.includes(kind);
}

/** Zou leaves the extension off the working files it names itself: it is the recorded one, or the only one there can be. */
function readRecorded(file: RecordedFile, { extensions = [] }: Wanted, roots: readonly Root[]): Located {
  const [only, another] = extensions;
  const extension = kindOf(file) ?? (another === undefined ? only : undefined);
  const isBare = extensionOf(file.path) === undefined && extension !== undefined;
  const path = isBare ? `${file.path}.${extension}` : file.path;
  const problem = refusePath(path);
  if (problem !== undefined) return { paths: {}, problem: `The path recorded in Kitsu ${problem}` };
  if (isWindows(path)) return { paths: mapRoots(path, ["windows"], roots) };
  return { paths: mapRoots(path, ["linux", "darwin"], roots) };
}

function fillPaths(template: PathTemplate, { values }: TaskFacts, roots: readonly Root[]): Located {
  let paths: Paths = {};
  const problems: string[] = [];
  for (const system of SYSTEMS) {
    const text = template[system];
    if (text === undefined) continue;
    const filled = fillTemplate(text, values, refuseName);
    const problem = "problem" in filled ? filled.problem : refusePath(filled.text);
    if (problem !== undefined)
      problems.push("problem" in filled ? problem : `The path for ${nameSystem(system)} ${problem}`);
    else if ("text" in filled)
      paths = { ...mapRoots(filled.text, [system], roots), ...paths, [system]: unifySlashes(filled.text) };
  }
  return { paths, problem: Object.keys(paths).length > 0 ? undefined : problems[0] };
}

/** Why this can't be one name within a path. */
export function refuseName(name: string): string | undefined {
  if (name === "." || name.includes("..")) return `has "..", which leads elsewhere: "${clip(name)}"`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(name)) return "has a control character";
  const [character] = /[/\\:*?"<>|]/.exec(name) ?? [];
  return character === undefined ? undefined : `has ${character}, which no name in a path may have: "${clip(name)}"`;
}

/** Why this can't be handed to a program as the path of a file. */
export function refusePath(path: string): string | undefined {
  if (path.startsWith("-")) return `begins with "-", as an option does: "${clip(path)}"`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(path)) return "has a control character";
  if (path.split(/[/\\]/).includes("..")) return `has "..", which leads elsewhere: "${clip(path)}"`;
  return isAbsolute(path) ? undefined : `begins at no root: "${clip(path)}"`;
}

const clip = (text: string) => (text.length > 120 ? `${text.slice(0, 120)}…` : text);

/** "\\server\share", and "//server/share" as Blender and Python write it: two slashes of either kind. */
export const isUnc = (path: string) => /^[\\/]{2}[^\\/]/.test(path);
/** "P:\", "P:/", "\\server\share", "//server/share" */
export const isWindows = (path: string) => /^[a-z]:[\\/]/i.test(path) || isUnc(path);
export const isAbsolute = (path: string) => /^\/(?![\\/])/.test(path) || isWindows(path);

/** One kind of slash: a server's name has backslashes, what has both gets them too, and "P:/prod" may stay as it is. */
export function unifySlashes(path: string): string {
  if (!isWindows(path)) return path;
  return isUnc(path) || path.includes("\\") ? path.replaceAll("/", "\\") : path;
}

/** A path of folders below another one, with its kind of slash. */
export function joinPath(root: string, names: readonly string[]): string {
  const start = unifySlashes(root).replace(/[\\/]+$/, "");
  return [start, ...names].join(isWindows(start) && start.includes("\\") ? "\\" : "/");
}

/** The path for the systems it is of, and for those that see the same folder elsewhere. */
function mapRoots(path: string, of: readonly System[], roots: readonly Root[]): Paths {
  const own = unifySlashes(path);
  for (const root of roots) {
    for (const system of of) {
      const rest = cutRoot(path, root[system], system);
      if (rest !== undefined) return { ...moveTo(root, rest), [system]: own };
    }
  }
  return Object.fromEntries(of.map((system) => [system, own]));
}

/** What comes below the root: folders and a name. */
function cutRoot(path: string, root: string | undefined, system: System): string[] | undefined {
  if (root === undefined) return undefined;
  // A slash too many, as "/mnt//prod" has it, is none; the two before a server's name are.
  const split = (text: string) =>
    text.split(system === "windows" ? /[\\/]/ : "/").filter((part, index) => part !== "" || index < 2);
  const [whole, start] = [split(path), split(root.replace(/[\\/]+$/, ""))];
  // Windows does not tell letters apart by their case.
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
