// One shot as a job of Afanasy's. Names and paths end up in the command line of every machine of the farm, so what goes into the holes of the
// studio's templates is refused unless each of its characters is known to mean nothing to a shell, nor to Afanasy's own frame patterns.
import * as v from "valibot";
import { LETTERS } from "../../launch/plain-letters.ts";
import { fillTemplate, type Template, type Values } from "../../launch/template.ts";
import type { TaskFacts } from "../../launch/template-variables.ts";
import { HOST_NAME } from "../../services/afanasy-client.ts";
import { AfanasyJob, NAME_MAX_BYTES, NUMERIC, refuseJob } from "../../services/afanasy-job.ts";
import type { AfanasySettings, JobTemplate } from "../../settings/afanasy-settings.ts";
import { parseFrames } from "./frames.ts";
import { findOwnFrames } from "./shot-frame-range.ts";

/** `kitsu` is written into the job, for scripts of the studio's: ids of project, entity and task. */
export const AfanasyOrder = v.object({ job: AfanasyJob, kitsu: v.record(v.string(), v.string()) });
export type AfanasyOrder = v.InferOutput<typeof AfanasyOrder>;

/** What the person chose, for all shots. `frames` is empty where each shot has its own. */
export type Choice = {
  template: JobTemplate;
  frames: string;
  framesPerTask: number;
  priority: number;
  isPaused: boolean;
};

/** The order and its number of frames, or why there can be none. */
export type Ordering = { order: AfanasyOrder; frames: number; text: string } | { problem: string };

export function makeOrder(facts: TaskFacts, choice: Choice, settings: AfanasySettings): Ordering {
  const { template } = choice;
  if (template.task_types?.includes(facts.taskType) === false) {
    return { problem: `${nameTemplate(template)} is for ${template.task_types.join(", ")}` };
  }
  const most = settings.frames_most;
  const frames = choice.frames.trim() === "" ? findOwnFrames(facts, most) : parseFrames(choice.frames, most);
  if (typeof frames === "string") return { problem: frames };
  const filled = fillAll(facts.values, template, settings);
  if ("problem" in filled) return filled;
  const job: AfanasyJob = {
    ...template.job,
    ...readMaskType(template),
    name: toName(`${facts.values.project ?? ""} ${facts.name}`),
    user_name: filled.user,
    host_name: HOST_NAME,
    priority: choice.priority,
    ...(choice.isPaused && { offline: true }),
    project: toName(filled.project),
    branch: settings.branch,
    ...(filled.output !== undefined && { folders: { output: filled.output } }),
    blocks: splitRanges(frames.text).map(([first, last], _, all) => ({
      ...template.block,
      name: toName(all.length === 1 ? nameTemplate(template) : `${nameTemplate(template)} ${first}-${last}`),
      service: template.service,
      ...(template.parser !== undefined && { parser: template.parser }),
      command: filled.command,
      ...(filled.directory !== undefined && { working_directory: filled.directory }),
      ...(filled.files.length > 0 && { files: filled.files }),
      flags: NUMERIC,
      frame_first: first,
      frame_last: last,
      frames_per_task: choice.framesPerTask,
      frames_inc: 1,
    })),
  };
  const refusal = refuseJob(job);
  if (refusal !== undefined) return { problem: `Afanasy could not take it: ${refusal}` };
  const kitsu = { project: String(facts.values["project.id"] ?? ""), entity: facts.entityId, task: facts.taskId };
  return { order: { job, kitsu }, frames: frames.count, text: frames.text };
}

export const nameTemplate = ({ id, title }: JobTemplate) => title ?? id;

/** Said wherever there is a mask: what a server takes one for, where nobody says it, depends on its version and on the job's user. */
const readMaskType = ({ job: { hosts_mask, hosts_mask_exclude, hosts_mask_type = "regex" } }: JobTemplate) =>
  hosts_mask === undefined && hosts_mask_exclude === undefined ? {} : { hosts_mask_type };

const splitRanges = (text: string): [first: number, last: number][] =>
  text.split(",").map((part) => {
    const [first = 0, last = first] = part.split("-").map(Number);
    return [first, last];
  });

type Filled = { user: string; project: string; command: string; files: string[]; directory?: string; output?: string };

function fillAll(
  values: Values,
  template: JobTemplate,
  { user, project }: AfanasySettings,
): Filled | { problem: string } {
  const problems: string[] = [];
  const fill = (what: Template | undefined, more: Values = {}, refuse = refuseWord): string | undefined => {
    if (what === undefined) return undefined;
    // Scene and output were checked where they were made, and have what the studio wrote around the names.
    const isMade = (value: string) => value === more.scene || value === more.output;
    const filled = fillTemplate(what, { ...values, ...more }, (value) => (isMade(value) ? undefined : refuse(value)));
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

const FOREIGN = new RegExp(`[^${LETTERS}_.\\/ \\-]`, "v");

/** Why this may not go into a command, where it stands in double quotes. */
export function refuseWord(word: string): string | undefined {
  const [character] = FOREIGN.exec(word) ?? [];
  if (character !== undefined)
    return `has ${nameCharacter(character)}, which nothing in a command may have: ${quote(word)}`;
  if (word === "." || word.includes("..")) return `has "..", which leads elsewhere: ${quote(word)}`;
  return word.startsWith("-") ? `begins with "-", as an option does: ${quote(word)}` : undefined;
}

const refuseUser = (name: string) =>
  /^[\w.-]+$/.test(name) ? undefined : `is no name for a user of Afanasy's: ${quote(name)}`;

function nameCharacter(character: string): string {
  if (/\p{M}/u.test(character)) return "an accent that is a character of its own (NFD)";
  return /[\p{L}\p{N}\p{P}\p{S}]/u.test(character) ? character : "a control character";
}

const quote = (text: string) => `"${(text.length > 60 ? `${text.slice(0, 60)}…` : text).replace(/\p{Cc}/gu, "?")}"`;

/** For people to read: other jobs may depend on names by regular expressions, and services of the farm put them into commands. */
function toName(text: string): string {
  const name = text
    .toWellFormed()
    .replace(/[^\p{L}\p{N} _.,/-]/gu, "_")
    .replace(/\s+/g, " ");
  const bytes = new TextEncoder().encode(name.trim()).subarray(0, NAME_MAX_BYTES);
  // As a stream it leaves out half of a character at the end.
  return new TextDecoder().decode(bytes, { stream: true }).trim() || "Kitsu";
}
