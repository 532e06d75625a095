// What is asked before shots are sent to Flamenco, and the answers.
import * as v from "valibot";
import type { TaskConflict } from "../../action/action.ts";
import { isPlain, NOT_PLAIN } from "../../launch/path-safety.ts";
import { isAbsolute, refusePath } from "../../launch/paths.ts";
import type { TaskFacts } from "../../launch/template-variables.ts";
import type { JobSetting, JobTypeInfo } from "../../services/flamenco-objects.ts";
import { type Flamenco, FORMATS, type JobTypeSetting, SIMPLE_RENDER } from "../../settings/flamenco-settings.ts";
import { askFrames } from "./frame-field.ts";
import { askBusy } from "./task-conflicts.ts";

/** Before the key of a setting of a studio's own job type, so that it is no other field's name. */
export const OWN = "setting_";

export type Asking = {
  flamenco: Flamenco;
  minor: number;
  jobType: JobTypeSetting;
  info: JobTypeInfo | undefined;
  /** of the selected shots */
  facts: readonly TaskFacts[];
  busy: readonly TaskConflict[];
};

/** Which kind of job: asked first, for the other questions depend on it. */
export function askJobType({ job_types }: Flamenco): v.ObjectEntries {
  const [first, another] = job_types;
  if (first === undefined || another === undefined) return {};
  const labels = Object.fromEntries(job_types.map(({ type, label }) => [type, label]));
  const choice = v.pipe(v.picklist(job_types.map(({ type }) => type)), v.title("Kind of job"), v.metadata({ labels }));
  return { job_type: v.optional(choice, first.type) };
}

export function askOrder({ flamenco, minor, jobType, info, facts, busy }: Asking): v.ObjectEntries {
  const has = (key: string) => {
    const said = jobType.settings[key];
    // What FLAMENCO says in so many words holds, whatever would be answered.
    const isOpen = said === undefined || (typeof said === "object" && said.variables.size > 0);
    return isOpen && (info === undefined || info.settings.some((one) => one.key === key));
  };
  const { chunk_size, priority, formats, roots, allow_anyway } = flamenco;
  return {
    ...askBusy(busy, facts.length, allow_anyway),
    ...(has("frames") && { frames: askFrames(facts, flamenco.frames_most) }),
    ...(has("chunk_size") && {
      chunk_size: v.optional(
        v.pipe(
          bounded(chunk_size),
          v.title("Frames per task"),
          v.description("How many frames a machine renders per task."),
        ),
        proposeChunkSize(chunk_size, info),
      ),
    }),
    priority: v.optional(
      v.pipe(bounded(priority), v.title("Priority"), v.description("Higher comes first.")),
      priority.default,
    ),
    ...(has("format") && { format: askFormat(formats, info) }),
    ...(has("scene") && (info !== undefined || minor >= 6) && { scene: askScene(info) }),
    ...(roots.length > 0 &&
      has("render_output_root") && { output: askPath("Output folder", flamenco, "each shot's own") }),
    ...(roots.length > 0 &&
      has("blendfile") &&
      facts.length === 1 && { blend: askPath("Blend file", flamenco, "the shot's own") }),
    ...Object.fromEntries(
      (info?.settings ?? []).filter((one) => isAsked(one, jobType)).map((one) => [OWN + one.key, askSetting(one)]),
    ),
  };
}

const bounded = ({ least, most }: { least: number; most: number }) =>
  v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most));

/** Of a studio's own job type; what Flamenco's own proposes is for Blender's add-on. */
const findSetting = (info: JobTypeInfo | undefined, wanted: string): JobSetting | undefined =>
  info === undefined || info.name === SIMPLE_RENDER ? undefined : info.settings.find(({ key }) => key === wanted);

/** What the studio's own job type proposes, within the bounds of FLAMENCO. */
function proposeChunkSize(
  { default: usual, least, most }: Flamenco["chunk_size"],
  info: JobTypeInfo | undefined,
): number {
  const proposed = findSetting(info, "chunk_size")?.default;
  return typeof proposed === "number" && proposed >= least && proposed <= most ? proposed : usual;
}

function askFormat(formats: Flamenco["formats"], info: JobTypeInfo | undefined) {
  const labels = Object.fromEntries(formats.map((one) => [one, FORMATS[one].label]));
  const proposed = formats.find((one) => one === findSetting(info, "format")?.default);
  return v.optional(
    v.pipe(v.picklist(formats), v.title("Format"), v.metadata({ labels })),
    proposed ?? formats[0] ?? "PNG",
  );
}

function askScene(info: JobTypeInfo | undefined): v.GenericSchema {
  const { default: proposed, required = false } = findSetting(info, "scene") ?? {};
  const byDefault = typeof proposed === "string" && proposed !== "" ? proposed : undefined;
  const scene = v.pipe(
    v.string(),
    v.maxLength(63),
    v.check((text) => text === byDefault || isPlain(text), NOT_PLAIN),
    v.title("Scene"),
    v.description(required ? "Of the blend file." : "Of the blend file; empty: the one it was saved with."),
    v.metadata({ remember: false }),
  );
  return requireText(scene, required, byDefault);
}

/** A required text is one that is not empty, whatever is proposed. */
function requireText(
  text: v.GenericSchema<string, string>,
  required: boolean,
  byDefault: string | undefined,
): v.GenericSchema {
  const asked = required ? v.pipe(text, v.nonEmpty()) : text;
  if (byDefault !== undefined) return v.optional(asked, byDefault);
  return required ? asked : v.optional(asked);
}

function askPath(title: string, { roots }: Flamenco, placeholder: string) {
  const isBelow = (path: string) =>
    roots.some((root) => path.replaceAll("\\", "/").startsWith(`${root.replaceAll("\\", "/").replace(/\/+$/, "")}/`));
  return v.optional(
    v.pipe(
      v.string(),
      v.maxLength(1_000),
      v.check(
        (path) => path === "" || (isAbsolute(path) && refusePath(path) === undefined),
        "Must be a whole path without ..",
      ),
      v.check((path) => path === "" || isBelow(path), `Must be below ${roots.join(" or ")}`),
      v.title(title),
      v.metadata({ remember: false, placeholder }),
    ),
  );
}

/** What the worker makes itself, or asks for in words of its own. */
const STANDARD: ReadonlySet<string> = new Set([
  ...[
    "frames",
    "chunk_size",
    "blendfile",
    "render_output_root",
    "add_path_components",
    "render_output_path",
    "fps",
    "format",
  ],
  ...["image_file_extension", "has_previews", "scene"],
]);

const isAsked = ({ key, visible, editable }: JobSetting, { settings }: JobTypeSetting) =>
  !STANDARD.has(key) &&
  !Object.hasOwn(settings, key) &&
  editable &&
  visible !== false &&
  visible !== "hidden" &&
  visible !== "web";

/** A setting of a studio's own job type as a field. */
const askSetting = (setting: JobSetting): v.GenericSchema =>
  v.pipe(
    askValue(setting),
    v.title(setting.label || setting.key.replaceAll("_", " ")),
    v.description(setting.description ?? ""),
  );

function askValue(setting: JobSetting): v.GenericSchema {
  const { type, propargs, default: proposed, required } = setting;
  if (type === "bool") return v.optional(v.boolean(), proposed === true || proposed === 1);
  if (type === "string") return askText(setting);
  const most = type === "int32" ? 2 ** 31 - 1 : Number.MAX_VALUE;
  const [least, greatest] = [propargs?.min ?? -most, propargs?.max ?? most];
  const number =
    type === "int32"
      ? v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(greatest))
      : v.pipe(v.number(), v.minValue(least), v.maxValue(greatest));
  if (typeof proposed === "number") return v.optional(number, proposed);
  return required ? number : v.optional(number);
}

function askText({ choices = [], default: proposed, required }: JobSetting): v.GenericSchema {
  const byDefault = typeof proposed === "string" ? proposed : undefined;
  if (choices.length > 0) {
    const choice = v.picklist(choices);
    return byDefault === undefined && !required ? v.optional(choice) : v.optional(choice, byDefault ?? choices[0]);
  }
  // What the type itself proposes was written by whoever wrote the type.
  const isRight = (text: string) => text === proposed || isPlain(text);
  const text = v.pipe(v.string(), v.maxLength(1_000), v.check(isRight, NOT_PLAIN));
  return requireText(text, required, required && byDefault === "" ? undefined : byDefault);
}

const Value = v.union([v.string(), v.number(), v.boolean()]);
const Answers = v.object({
  job_type: v.optional(v.string()),
  frames: v.optional(v.string(), ""),
  chunk_size: v.optional(v.number()),
  priority: v.number(),
  format: v.optional(v.picklist(["PNG", "JPEG", "OPEN_EXR", "OPEN_EXR_MULTILAYER", "TIFF", "WEBP"])),
  scene: v.optional(v.string(), ""),
  output: v.optional(v.string(), ""),
  blend: v.optional(v.string(), ""),
});

/** What was answered: fields that were not there have what is usual. */
export const readAnswers = (input: Readonly<Record<string, unknown>>) => ({
  ...v.parse(Answers, input),
  asked: Object.fromEntries(
    Object.entries(input).flatMap(([name, value]): [string, string | number | boolean][] => {
      const parsed = v.safeParse(Value, value);
      return name.startsWith(OWN) && parsed.success ? [[name.slice(OWN.length), parsed.output]] : [];
    }),
  ),
});
