// The paths of a job for Flamenco: the file it reads, and the folder it writes to.
import { message, type Text } from "../../format/message.ts";
import { refuseFarmName } from "../../launch/path-safety.ts";
import { findFile, isUnc, isWindows, joinPath, refusePath, unifySlashes } from "../../launch/paths.ts";
import { fillTemplate, type Template } from "../../launch/template.ts";
import type { TaskInfo } from "../../launch/template-variables.ts";
import type { RecordedFile } from "../../services/files.ts";
import type { JobTypeInfo } from "../../services/flamenco-objects.ts";
import { findPath } from "../../settings/flamenco-path-settings.ts";
import type { Flamenco } from "../../settings/flamenco-settings.ts";
import type { FlamencoSubmission } from "./flamenco-farm.ts";
import type { RenderOptions } from "./flamenco-render-options.ts";

type PathResult = { text: string } | { problem: Text };

/** `working`: the working file recorded in Kitsu */
type PathSubject = "blend" | "working" | "output";

/** The typed path, otherwise the recorded file, otherwise the filled template. */
export function findBlend(facts: TaskInfo, recorded: readonly RecordedFile[], options: RenderOptions): PathResult {
  const { flamenco, blend, roots } = options;
  if (blend !== undefined) return checkPath(blend, "blend");
  if (flamenco.recorded && recorded.length > 0) {
    const { paths, problem } = findFile(
      facts,
      recorded,
      { file: "working", extensions: ["blend"] },
      { paths: [], roots },
    );
    const path = flamenco.platform === "manager" ? (paths.linux ?? paths.windows) : paths[flamenco.platform];
    if (path !== undefined) return checkPath(path, "working");
    if (problem !== undefined) return { problem };
  }
  const template = findPath(flamenco.blend, facts.taskType);
  if (template !== undefined) return fillPath(template, facts, "blend");
  const { taskType } = facts;
  return {
    problem: taskType === "" ? message("flamenco.noBlendFile") : message("flamenco.noBlendFileFor", { taskType }),
  };
}

export function findOutput(facts: TaskInfo, { flamenco, output }: RenderOptions): PathResult {
  if (output !== undefined) return checkPath(output, "output");
  const template = findPath(flamenco.output, facts.taskType);
  if (template !== undefined) return fillPath(template, facts, "output");
  const { taskType } = facts;
  return {
    problem: taskType === "" ? message("flamenco.noOutputFolder") : message("flamenco.noOutputFolderFor", { taskType }),
  };
}

function fillPath(template: Template, facts: TaskInfo, subject: PathSubject): PathResult {
  const filled = fillTemplate(template, facts.values, refuseFarmName);
  return "problem" in filled ? { problem: filled.problem } : checkPath(filled.text, subject);
}

function checkPath(path: string, subject: PathSubject): PathResult {
  const [character] = /['"`$#{};\n]/.exec(path) ?? [];
  const problem =
    refusePath(path, subject) ??
    (character && message("flamenco.charInPath", { subject, character, path: path.slice(0, 120) }));
  return problem === undefined ? { text: normalizeSlashes(path) } : { problem };
}

/**
 * With slashes, every manager finds its two-way variables in a path: older managers do not find the
 * value P:/prod in P:\prod\x, and all find P:\prod in P:/prod/x. The name of a server keeps its
 * backslashes, because Blender reads "//" as the folder of the file.
 */
const normalizeSlashes = (path: string) =>
  isWindows(path) && !isUnc(path) ? path.replaceAll("\\", "/") : unifySlashes(path);

/**
 * Made like in Flamenco's add-on for Blender. The time in it gives each render a folder of its own:
 * existing frames would not be overwritten.
 */
export function makeOutputPath(
  root: string,
  blend: string,
  name: string,
  { add_path_components: count }: Flamenco,
): string {
  const folders = blend.split(/[\\/]/).slice(1, -1);
  return joinPath(root, [...(count > 0 ? folders.slice(-count) : []), name, "{timestamp}", "######"]);
}

/** A setting whose name has one of these words is an input. */
const INPUT_SETTING = /(^|_)(in|input|source|src|from|root)(_|$)/i;

const PATH_SEPARATOR = /^[\\/]/;

/**
 * The folder that a studio's own job type writes to: the only setting with a path below the output
 * folder.
 */
export function findTarget(
  settings: FlamencoSubmission["settings"],
  { settings: wanted }: JobTypeInfo,
  root: string,
): string | undefined {
  if (typeof settings.render_output_path === "string" && settings.render_output_path !== "")
    return settings.render_output_path;
  const base = root.replace(/[\\/]+$/, "");
  const below = wanted.flatMap(({ key }) => {
    const value = settings[key];
    return !INPUT_SETTING.test(key) &&
      typeof value === "string" &&
      (value === base || (PATH_SEPARATOR.test(value.slice(base.length)) && value.startsWith(base)))
      ? [value]
      : [];
  });
  const [target, another] = new Set(below);
  return another === undefined ? target : undefined;
}
