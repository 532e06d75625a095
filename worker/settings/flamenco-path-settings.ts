// The members `blend` and `output` of the setting FLAMENCO: templates of paths, by type of task.
import * as v from "valibot";
import { settingProblem } from "../format/setting-problem.ts";
import { isAbsolute, isWindows } from "../launch/paths.ts";
import { type Template, TemplateText } from "../launch/template.ts";
import { TASK_VARIABLES } from "../launch/template-variables.ts";
import { explainAlternatives } from "./setting-alternatives.ts";

/** These have a meaning for Blender or for a shell. */
export const FORBIDDEN = /[#'"`$;]/;
export const FORBIDDEN_TEXT = "# ' \" ` $ ;";

const Path = v.pipe(
  TemplateText(TASK_VARIABLES),
  v.check(
    ({ parts: [first] }) => typeof first === "string" && isAbsolute(first),
    settingProblem("settings.absolutePath", { example: "/mnt/prod" }),
  ),
  v.check(
    ({ source }) => !FORBIDDEN.test(source),
    settingProblem("settings.forbiddenCharacters", { characters: FORBIDDEN_TEXT }),
  ),
);

/**
 * One path for all tasks, or a list of which the first path that fits the type of the task is used.
 */
export const TaskPaths = v.pipe(
  v.union(
    [
      Path,
      v.array(
        v.strictObject({
          task_type: v.optional(
            v.pipe(
              v.union([v.string(), v.array(v.string())]),
              v.transform((names) => [names].flat()),
            ),
          ),
          path: Path,
        }),
      ),
    ],
    explainAlternatives(settingProblem("settings.pathForms", { members: "{task_type, path}" })),
  ),
  v.transform((paths) => (Array.isArray(paths) ? paths : [{ path: paths }])),
);
export type TaskPaths = readonly { task_type?: readonly string[] | undefined; path: Template }[];

/** The first path that fits the type of the task. */
export const findPath = (paths: TaskPaths, taskType: string): Template | undefined =>
  paths.find(({ task_type }) => task_type?.includes(taskType) ?? true)?.path;

export const fitsPlatform = (paths: TaskPaths, platform: string) =>
  platform === "manager" || paths.every(({ path: { source } }) => isWindows(source) === (platform === "windows"));
