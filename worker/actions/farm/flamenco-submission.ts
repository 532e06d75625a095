// One shot as a job for Flamenco. The manager fills in no defaults, so every setting of the job
// type is sent.
import { type Message, message, type Text } from "../../format/message.ts";
import type { Outcome } from "../../format/reply.ts";
import { refuseFarmName } from "../../launch/path-safety.ts";
import { fillTemplate, type Values } from "../../launch/template.ts";
import type { TaskInfo } from "../../launch/template-variables.ts";
import type { RecordedFile } from "../../services/files.ts";
import type { JobTypeInfo } from "../../services/flamenco-objects.ts";
import { FORMATS } from "../../settings/flamenco-formats.ts";
import { type JobTypeSetting, SIMPLE_RENDER } from "../../settings/flamenco-job-types.ts";
import type { FlamencoSubmission } from "./flamenco-farm.ts";
import { findBlend, findOutput, findTarget, makeOutputPath } from "./flamenco-paths.ts";
import type { RenderOptions } from "./flamenco-render-options.ts";
import { parseFrames } from "./frames.ts";
import { readFrameRange } from "./shot-frame-range.ts";

type Value = string | number | boolean;

/** `tasks` and `path` are absent if a studio's own job type decides about them. */
export type PreparedSubmission = {
  submission: FlamencoSubmission;
  frames: number;
  tasks?: number | undefined;
  path?: string | undefined;
};
export type SubmissionResult = PreparedSubmission | { problem: Text };

export function makeSubmission(
  facts: TaskInfo,
  recorded: readonly RecordedFile[],
  options: RenderOptions,
): SubmissionResult {
  const { flamenco, jobType, info, minor } = options;
  const most = flamenco.frames_most;
  const frames = options.frames === "" ? readFrameRange(facts, most) : parseFrames(options.frames, most);
  if ("problem" in frames) return frames;
  const name = fillTemplate(flamenco.name, facts.values, refuseFarmName);
  if ("problem" in name) return name;
  const blend = findBlend(facts, recorded, options);
  if ("problem" in blend) return blend;
  const root = findOutput(facts, options);
  if ("problem" in root) return root;
  const path = makeOutputPath(root.text, blend.text, name.text, flamenco);
  const standard: Record<string, Value> = {
    frames: frames.text,
    chunk_size: options.chunkSize,
    blendfile: blend.text,
    render_output_root: root.text,
    add_path_components: flamenco.add_path_components,
    render_output_path: path,
    fps: facts.fps ?? flamenco.fps,
    format: options.format,
    image_file_extension: FORMATS[options.format].extension,
    has_previews: flamenco.has_previews,
    // The job type of managers before 3.6 has no scene.
    ...((minor >= 6 || info !== undefined) && { scene: options.scene }),
  };
  const values: Values = {
    ...facts.values,
    job_name: name.text,
    frames: frames.text,
    chunk_size: options.chunkSize,
    format: options.format,
    blend: blend.text,
    output: root.text,
    output_path: path,
    timestamp: "{timestamp}",
  };
  const settings = info === undefined ? { settings: standard } : fillSettings(info, standard, values, options);
  if ("problem" in settings) return settings;
  const submission: FlamencoSubmission = {
    name: name.text,
    type: jobType.type,
    ...(info?.etag !== undefined && { type_etag: info.etag }),
    priority: options.priority,
    submitter_platform: flamenco.platform,
    settings: settings.settings,
    metadata: describeTask(facts, options),
    ...(flamenco.worker_tag !== undefined && { worker_tag: flamenco.worker_tag }),
  };
  return {
    submission,
    frames: frames.count,
    tasks: jobType.type === SIMPLE_RENDER ? countJobTasks(frames.count, options) : undefined,
    path: info === undefined ? path : findTarget(settings.settings, info, root.text),
  };
}

/** Flamenco accepts only strings. */
const describeTask = (
  { taskId, entityId, values }: TaskInfo,
  { person, run }: RenderOptions,
): Record<string, string> => ({
  project: String(values.project ?? ""),
  "user.name": person.name,
  "kitsu.task_id": taskId,
  "kitsu.entity_id": entityId,
  "kitsu.project_id": String(values["project.id"] ?? ""),
  "kitsu.run_id": run,
});

/** One for each chunk, and one for the preview movie if there is one. */
function countJobTasks(frames: number, { chunkSize, format, flamenco }: RenderOptions): number {
  const hasMovie = !format.startsWith("OPEN_EXR") || flamenco.has_previews;
  return Math.ceil(frames / chunkSize) + (hasMovie ? 1 : 0);
}

/**
 * Sent for settings without a value, as the add-on does: the scripts of job types expect every
 * setting.
 */
const EMPTY_VALUES = { string: "", int32: 0, float: 0, bool: false };

/**
 * The settings of a studio's own job type: from FLAMENCO, from what is known, from the form, or the
 * type's own default, in this order.
 */
function fillSettings(
  { settings: wanted }: JobTypeInfo,
  standard: Readonly<Record<string, Value>>,
  values: Values,
  { jobType, ownSettings }: RenderOptions,
): { settings: Record<string, Value> } | { problem: Text } {
  const unknown = Object.keys(jobType.settings).find((name) => wanted.every(({ key }) => key !== name));
  if (unknown !== undefined)
    return { problem: message("flamenco.unknownSetting", { setting: unknown, jobType: jobType.type }) };
  const settings: Record<string, Value> = {};
  for (const { key, type, required, choices, default: proposed } of wanted) {
    const preset = jobType.settings[key];
    const filled = typeof preset === "object" ? fillTemplate(preset, values) : undefined;
    if (filled !== undefined && "problem" in filled)
      return { problem: message("flamenco.badSetting", { setting: key, problem: filled.problem }) };
    const fixed = filled?.text ?? (typeof preset === "object" ? undefined : preset);
    const value = fixed ?? standard[key] ?? ownSettings[key] ?? proposed;
    if (value === undefined && required) return { problem: message("flamenco.emptySetting", { setting: key }) };
    const converted = convertTo(value ?? choices?.[0] ?? EMPTY_VALUES[type], type);
    if (converted === undefined) {
      const problem = { setting: key, type, value: String(value).slice(0, 40) };
      return { problem: message("flamenco.wrongTypeOfSetting", problem) };
    }
    settings[key] = converted;
  }
  return { settings };
}

function convertTo(value: Value, type: JobTypeInfo["settings"][number]["type"]): Value | undefined {
  if (type === "string") return String(value);
  if (type === "bool")
    return typeof value === "boolean"
      ? value
      : ({ true: true, false: false, 1: true, 0: false }[String(value)] ?? undefined);
  const number = Number(value);
  return Number.isFinite(number) && (type === "float" || Number.isInteger(number)) ? number : undefined;
}

/** Whether its settings are known. A studio that has changed this job type gives it `settings`. */
export const isSimpleRender = ({ type, settings }: JobTypeSetting) =>
  type === SIMPLE_RENDER && Object.keys(settings).length === 0;

export type PreparedShot = { id: string; label: string; result: SubmissionResult };

/** Refuses shots with the same folder, which would overwrite each other. */
export function refuseSameFolder(all: readonly PreparedShot[]): PreparedShot[] {
  const pathOf = ({ result }: PreparedShot) => ("path" in result ? result.path : undefined);
  const paths = Map.groupBy(all, pathOf);
  return all.map((one) => {
    const path = pathOf(one);
    const other = path === undefined ? undefined : paths.get(path)?.find(({ id }) => id !== one.id);
    if (other === undefined) return one;
    return { ...one, result: { problem: message("flamenco.sameFolder", { label: other.label }) } };
  });
}

export const planOutcome = ({ id, label, result }: PreparedShot): Outcome =>
  "problem" in result
    ? { id, label, state: "failed", reason: result.problem }
    : { id, label, state: "planned", reason: formatPlan(result) };

function formatPlan({ frames, tasks, path: written }: PreparedSubmission): Message {
  const path = written?.replace(/\/\{timestamp\}\/#+$/, "");
  if (tasks === undefined)
    return path === undefined
      ? message("flamenco.planFrames", { frames })
      : message("flamenco.planFramesTo", { frames, path });
  return path === undefined
    ? message("flamenco.planTasks", { frames, tasks })
    : message("flamenco.planTasksTo", { frames, tasks, path });
}
