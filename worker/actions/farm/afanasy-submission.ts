// One shot as a job for Afanasy. Names and paths end up in a command line on every machine of the
// farm. So a value in a studio's template is refused unless each of its characters is known to have
// no meaning for a shell or for Afanasy's frame patterns.
import * as v from "valibot";
import { type Message, message, type Text } from "../../format/message.ts";
import { LETTERS } from "../../launch/plain-letters.ts";
import { fillTemplate, type Template, type Values } from "../../launch/template.ts";
import type { TaskInfo } from "../../launch/template-variables.ts";
import { HOST_NAME } from "../../services/afanasy-client.ts";
import { AfanasyJob, NAME_MAX_BYTES, NUMERIC, validateJob } from "../../services/afanasy-job.ts";
import type { AfanasySettings, JobTemplate } from "../../settings/afanasy-settings.ts";
import { parseFrames } from "./frames.ts";
import { readFrameRange } from "./shot-frame-range.ts";

/** `kitsu` is stored in the job for the studio's scripts: the ids of project, entity and task. */
export const AfanasySubmission = v.object({ job: AfanasyJob, kitsu: v.record(v.string(), v.string()) });
export type AfanasySubmission = v.InferOutput<typeof AfanasySubmission>;

/** The person's choices for all shots. If `frames` is empty, each shot has its own range. */
export type AfanasyOptions = {
  template: JobTemplate;
  frames: string;
  framesPerTask: number;
  priority: number;
  isPaused: boolean;
};

/** The submission with its number of frames, or why it is refused. */
export type SubmissionResult = { submission: AfanasySubmission; frames: number; text: string } | { problem: Text };

export function makeSubmission(facts: TaskInfo, options: AfanasyOptions, settings: AfanasySettings): SubmissionResult {
  const { template } = options;
  if (template.task_types?.includes(facts.taskType) === false) {
    const ofTemplate = { template: getTemplateTitle(template), taskTypes: template.task_types };
    return { problem: message("afanasy.otherTaskType", ofTemplate) };
  }
  const most = settings.frames_most;
  const frames = options.frames.trim() === "" ? readFrameRange(facts, most) : parseFrames(options.frames, most);
  if ("problem" in frames) return frames;
  const filled = fillAll(facts.values, template, settings);
  if ("problem" in filled) return filled;
  const job: AfanasyJob = {
    ...template.job,
    ...readMaskType(template),
    name: toName(`${facts.values.project ?? ""} ${facts.name}`),
    user_name: filled.user,
    host_name: HOST_NAME,
    priority: options.priority,
    ...(options.isPaused && { offline: true }),
    project: toName(filled.project),
    branch: settings.branch,
    ...(filled.output !== undefined && { folders: { output: filled.output } }),
    blocks: splitRanges(frames.text).map(([first, last], _, all) => ({
      ...template.block,
      name: toName(all.length === 1 ? getTemplateTitle(template) : `${getTemplateTitle(template)} ${first}-${last}`),
      service: template.service,
      ...(template.parser !== undefined && { parser: template.parser }),
      command: filled.command,
      ...(filled.directory !== undefined && { working_directory: filled.directory }),
      ...(filled.files.length > 0 && { files: filled.files }),
      flags: NUMERIC,
      frame_first: first,
      frame_last: last,
      frames_per_task: options.framesPerTask,
      frames_inc: 1,
    })),
  };
  const refusal = validateJob(job);
  if (refusal !== undefined) return { problem: message("afanasy.cannotAccept", { reason: refusal }) };
  const kitsu = { project: String(facts.values["project.id"] ?? ""), entity: facts.entityId, task: facts.taskId };
  return { submission: { job, kitsu }, frames: frames.count, text: frames.text };
}

export const getTemplateTitle = ({ id, title }: JobTemplate) => title ?? id;

/**
 * Sent with every mask: how a server reads a mask by default depends on its version and the job's
 * user.
 */
const readMaskType = ({ job: { hosts_mask, hosts_mask_exclude, hosts_mask_type = "regex" } }: JobTemplate) =>
  hosts_mask === undefined && hosts_mask_exclude === undefined ? {} : { hosts_mask_type };

const splitRanges = (text: string): [first: number, last: number][] =>
  text.split(",").map((part) => {
    const [first = 0, last = first] = part.split("-").map(Number);
    return [first, last];
  });

type FilledTemplate = {
  user: string;
  project: string;
  command: string;
  files: string[];
  directory?: string;
  output?: string;
};

function fillAll(
  values: Values,
  template: JobTemplate,
  { user, project }: AfanasySettings,
): FilledTemplate | { problem: Text } {
  const problems: Text[] = [];
  const fill = (text: Template | undefined, more: Values = {}, refuse: Refuse = refuseWord): string | undefined => {
    if (text === undefined) return undefined;
    // Scene and output are already checked, and may contain what the studio wrote around the names.
    const isMade = (value: string) => value === more.scene || value === more.output;
    const filled = fillTemplate(text, { ...values, ...more }, (value, variable) =>
      isMade(value) ? undefined : refuse(value, variable),
    );
    if ("text" in filled) return filled.text;
    problems.push(filled.problem);
    return undefined;
  };
  const [scene, output] = [fill(template.scene), fill(template.output)];
  const made = { scene, output };
  const directory = fill(template.working_directory);
  const filled = {
    user: fill(user, {}, refuseUser) ?? "",
    project: fill(project, {}, () => undefined) ?? "",
    command: fill(template.command, made) ?? "",
    files: template.files.map((file) => fill(file, made) ?? ""),
    ...(directory !== undefined && { directory }),
    ...(output !== undefined && { output }),
  };
  const [problem] = problems;
  return problem === undefined ? filled : { problem };
}

const UNSAFE = new RegExp(`[^${LETTERS}_.\\/ \\-]`, "v");

type Refuse = (value: string, variable: string) => Message | undefined;

/**
 * Why this is not allowed in a command, where it is in double quotes.
 * @param variable whose value it is, "{entity}"
 */
export function refuseWord(value: string, variable: string): Message | undefined {
  const word = clip(value);
  const [character] = UNSAFE.exec(value) ?? [];
  if (character !== undefined) return refuseCharacter(character, { variable, word });
  if (value === "." || value.includes("..")) return message("afanasy.wordHasParent", { variable, word });
  return value.startsWith("-") ? message("afanasy.wordIsOption", { variable, word }) : undefined;
}

function refuseCharacter(character: string, values: { variable: string; word: string }): Message {
  if (/\p{M}/u.test(character)) return message("afanasy.wordHasAccent", values);
  return /[\p{L}\p{N}\p{P}\p{S}]/u.test(character)
    ? message("afanasy.wordHasCharacter", { ...values, character })
    : message("afanasy.wordHasControl", values);
}

const refuseUser: Refuse = (name, variable) =>
  /^[\w.-]+$/.test(name) ? undefined : message("afanasy.invalidUser", { variable, name: clip(name) });

const clip = (text: string) => (text.length > 60 ? `${text.slice(0, 60)}…` : text).replace(/\p{Cc}/gu, "?");

/**
 * Keeps only harmless characters: other jobs may depend on a name by a regular expression, and
 * services of the farm use it in commands.
 */
function toName(text: string): string {
  const name = text
    .toWellFormed()
    .replace(/[^\p{L}\p{N} _.,/-]/gu, "_")
    .replace(/\s+/g, " ");
  const bytes = new TextEncoder().encode(name.trim()).subarray(0, NAME_MAX_BYTES);
  // With `stream`, an incomplete character at the end is dropped.
  return new TextDecoder().decode(bytes, { stream: true }).trim() || "Kitsu";
}
