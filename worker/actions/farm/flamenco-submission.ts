// One shot as a job for Flamenco. The manager fills in no defaults, so every setting of the job type is sent.

import type { Outcome } from "../../../contract.ts";
import { refuseFarmName } from "../../launch/path-safety.ts";
import { fillTemplate, type Values } from "../../launch/template.ts";
import type { TaskFacts } from "../../launch/template-variables.ts";
import type { RecordedFile } from "../../services/files.ts";
import type { JobTypeInfo } from "../../services/flamenco-objects.ts";
import { FORMATS, type JobTypeSetting, SIMPLE_RENDER } from "../../settings/flamenco-settings.ts";
import type { FlamencoOrder } from "./flamenco-farm.ts";
import { findBlend, findOutput, findTarget, makeOutputPath } from "./flamenco-paths.ts";
import type { Terms } from "./flamenco-terms.ts";
import { parseFrames } from "./frames.ts";
import { findOwnFrames } from "./shot-frame-range.ts";

type Value = string | number | boolean;

/** `tasks` and `path` are absent where a studio's own job type does as it likes: then nothing is said of them. */
export type Ordered = { order: FlamencoOrder; frames: number; tasks?: number | undefined; path?: string | undefined };
export type OrderMade = Ordered | { problem: string };

export function makeOrder(facts: TaskFacts, recorded: readonly RecordedFile[], terms: Terms): OrderMade {
  const { flamenco, jobType, info, minor } = terms;
  const most = flamenco.frames_most;
  const frames = terms.frames === "" ? findOwnFrames(facts, most) : parseFrames(terms.frames, most);
  if (typeof frames === "string") return { problem: frames };
  const name = fillTemplate(flamenco.name, facts.values, refuseFarmName);
  if ("problem" in name) return name;
  const blend = findBlend(facts, recorded, terms);
  if ("problem" in blend) return blend;
  const root = findOutput(facts, terms);
  if ("problem" in root) return root;
  const path = makeOutputPath(root.text, blend.text, name.text, flamenco);
  const standard: Record<string, Value> = {
    frames: frames.text,
    chunk_size: terms.chunkSize,
    blendfile: blend.text,
    render_output_root: root.text,
    add_path_components: flamenco.add_path_components,
    render_output_path: path,
    fps: facts.fps ?? flamenco.fps,
    format: terms.format,
    image_file_extension: FORMATS[terms.format].extension,
    has_previews: flamenco.has_previews,
    // Older managers do not have it in theirs.
    ...((minor >= 6 || info !== undefined) && { scene: terms.scene }),
  };
  const values: Values = {
    ...facts.values,
    job_name: name.text,
    frames: frames.text,
    chunk_size: terms.chunkSize,
    format: terms.format,
    blend: blend.text,
    output: root.text,
    output_path: path,
    timestamp: "{timestamp}",
  };
  const settings = info === undefined ? { settings: standard } : fillSettings(info, standard, values, terms);
  if ("problem" in settings) return settings;
  const order: FlamencoOrder = {
    name: name.text,
    type: jobType.type,
    ...(info?.etag !== undefined && { type_etag: info.etag }),
    priority: terms.priority,
    submitter_platform: flamenco.platform,
    settings: settings.settings,
    metadata: describeTask(facts, terms),
    ...(flamenco.worker_tag !== undefined && { worker_tag: flamenco.worker_tag }),
  };
  return {
    order,
    frames: frames.count,
    tasks: jobType.type === SIMPLE_RENDER ? countTasks(frames.count, terms) : undefined,
    path: info === undefined ? path : findTarget(settings.settings, info, root.text),
  };
}

/** Texts all of them: Flamenco refuses others. */
const describeTask = ({ taskId, entityId, values }: TaskFacts, { person, run }: Terms): Record<string, string> => ({
  project: String(values.project ?? ""),
  "user.name": person.name,
  "kitsu.task_id": taskId,
  "kitsu.entity_id": entityId,
  "kitsu.project_id": String(values["project.id"] ?? ""),
  "kitsu.run_id": run,
});

/** One for each chunk, and one for the preview movie where there is one. */
function countTasks(frames: number, { chunkSize, format, flamenco }: Terms): number {
  const hasMovie = !format.startsWith("OPEN_EXR") || flamenco.has_previews;
  return Math.ceil(frames / chunkSize) + (hasMovie ? 1 : 0);
}

/** What the add-on sends where nothing is known: scripts of job types rely on it that every setting is there. */
const EMPTY = { string: "", int32: 0, float: 0, bool: false };

/** The settings of a studio's own job type: what FLAMENCO says, what we know, what was answered, what the type itself proposes. */
function fillSettings(
  { settings: wanted }: JobTypeInfo,
  standard: Readonly<Record<string, Value>>,
  values: Values,
  { jobType, asked }: Terms,
): { settings: Record<string, Value> } | { problem: string } {
  const unknown = Object.keys(jobType.settings).find((said) => wanted.every(({ key }) => key !== said));
  if (unknown !== undefined)
    return { problem: `FLAMENCO.job_types says ${unknown}, which is no setting of ${jobType.type}` };
  const settings: Record<string, Value> = {};
  for (const { key, type, required, choices, default: proposed } of wanted) {
    const preset = jobType.settings[key];
    const filled = typeof preset === "object" ? fillTemplate(preset, values) : undefined;
    if (filled !== undefined && "problem" in filled) return { problem: `The setting ${key}: ${filled.problem}` };
    const own = filled?.text ?? (typeof preset === "object" ? undefined : preset);
    const value = own ?? standard[key] ?? asked[key] ?? proposed;
    if (value === undefined && required)
      return { problem: `Nothing is known for the setting ${key}: FLAMENCO.job_types can say it` };
    const fitting = fitType(value ?? choices?.[0] ?? EMPTY[type], type);
    if (fitting === undefined)
      return { problem: `The setting ${key} must be ${type}, not "${String(value).slice(0, 40)}"` };
    settings[key] = fitting;
  }
  return { settings };
}

function fitType(value: Value, type: JobTypeInfo["settings"][number]["type"]): Value | undefined {
  if (type === "string") return String(value);
  if (type === "bool")
    return typeof value === "boolean"
      ? value
      : ({ true: true, false: false, 1: true, 0: false }[String(value)] ?? undefined);
  const number = Number(value);
  return Number.isFinite(number) && (type === "float" || Number.isInteger(number)) ? number : undefined;
}

/** Is this type one whose settings we know by heart? A studio may have made it its own, and then says of its settings. */
export const isSimple = ({ type, settings }: JobTypeSetting) =>
  type === SIMPLE_RENDER && Object.keys(settings).length === 0;

export type Made = { id: string; label: string; made: OrderMade };

/** Shots that would be rendered into one folder would overwrite each other. */
export function refuseSameFolder(all: readonly Made[]): Made[] {
  const pathOf = ({ made }: Made) => ("path" in made ? made.path : undefined);
  const paths = Map.groupBy(all, pathOf);
  return all.map((one) => {
    const path = pathOf(one);
    const other = path === undefined ? undefined : paths.get(path)?.find(({ id }) => id !== one.id);
    if (other === undefined) return one;
    const problem = `It would be rendered into the same folder as ${other.label}: FLAMENCO.output or FLAMENCO.name must tell them apart`;
    return { ...one, made: { problem } };
  });
}

export const planned = ({ id, label, made }: Made): Outcome =>
  "problem" in made
    ? { id, label, state: "failed", reason: made.problem }
    : { id, label, state: "planned", reason: sayPlan(made) };

const sayPlan = ({ frames, tasks, path }: Ordered) =>
  [
    frames === 1 ? "1 frame" : `${frames.toLocaleString("en")} frames`,
    tasks !== undefined && (tasks === 1 ? "1 task" : `${tasks} tasks`),
    path !== undefined && `to ${path.replace(/\/\{timestamp\}\/#+$/, "")}`,
  ]
    .filter(Boolean)
    .join(", ");
