// The form that is shown before shots are submitted to Flamenco, and its answers.
import * as v from "valibot";
import type { TaskConflict } from "../../action/action.ts";
import { type MessageKey, message, type Text } from "../../format/message.ts";
import { schemaMessage } from "../../format/schema-message.ts";
import { isPlain, NOT_PLAIN } from "../../launch/path-safety.ts";
import { isAbsolute, isSafePath } from "../../launch/paths.ts";
import type { TaskInfo } from "../../launch/template-variables.ts";
import type { JobSetting, JobTypeInfo } from "../../services/flamenco-objects.ts";
import { FORMATS } from "../../settings/flamenco-formats.ts";
import { type JobTypeSetting, SIMPLE_RENDER } from "../../settings/flamenco-job-types.ts";
import type { Flamenco } from "../../settings/flamenco-settings.ts";
import { makeFramesField } from "./frame-field.ts";
import { makeConflictField } from "./task-conflicts.ts";

/** Keeps the fields for settings of a studio's own job type apart from the other fields. */
export const SETTING_PREFIX = "setting_";

export type FormContext = {
  flamenco: Flamenco;
  minor: number;
  jobType: JobTypeSetting;
  info: JobTypeInfo | undefined;
  /** of the selected shots */
  facts: readonly TaskInfo[];
  conflicts: readonly TaskConflict[];
};

/** Comes first, because the other fields depend on it. */
export function makeJobTypeField({ job_types }: Flamenco): v.ObjectEntries {
  const [first, another] = job_types;
  if (first === undefined || another === undefined) return {};
  const labels = Object.fromEntries(job_types.map(({ type, label }) => [type, label]));
  const choice = v.pipe(
    v.picklist(job_types.map(({ type }) => type)),
    v.metadata({ title: message("flamenco.jobType"), labels }),
  );
  return { job_type: v.optional(choice, first.type) };
}

export function makeSubmissionFields({
  flamenco,
  minor,
  jobType,
  info,
  facts,
  conflicts,
}: FormContext): v.ObjectEntries {
  const has = (key: string) => {
    const preset = jobType.settings[key];
    // A fixed value in FLAMENCO overrides any answer.
    const isOpen = preset === undefined || (typeof preset === "object" && preset.variables.size > 0);
    return isOpen && (info === undefined || info.settings.some((one) => one.key === key));
  };
  const { chunk_size, priority, formats, roots, allow_anyway } = flamenco;
  return {
    ...makeConflictField(conflicts, facts.length, allow_anyway),
    ...(has("frames") && { frames: makeFramesField(facts, flamenco.frames_most) }),
    ...(has("chunk_size") && {
      chunk_size: v.optional(
        v.pipe(
          bounded(chunk_size),
          v.metadata({ title: message("flamenco.framesPerTask"), help: message("flamenco.framesPerTaskHelp") }),
        ),
        proposeChunkSize(chunk_size, info),
      ),
    }),
    priority: v.optional(
      v.pipe(
        bounded(priority),
        v.metadata({ title: message("flamenco.priority"), help: message("flamenco.priorityHelp") }),
      ),
      priority.default,
    ),
    ...(has("format") && { format: makeFormatField(formats, info) }),
    ...(has("scene") && (info !== undefined || minor >= 6) && { scene: makeSceneField(info) }),
    ...(roots.length > 0 &&
      has("render_output_root") && {
        output: makePathField(flamenco, message("flamenco.outputFolder"), message("flamenco.eachShotsOwn")),
      }),
    ...(roots.length > 0 &&
      has("blendfile") &&
      facts.length === 1 && {
        blend: makePathField(flamenco, message("flamenco.blendFile"), message("flamenco.theShotsOwn")),
      }),
    ...Object.fromEntries(
      (info?.settings ?? [])
        .filter((one) => isPreviewVisible(one, jobType))
        .map((one) => [SETTING_PREFIX + one.key, makeSettingField(one)]),
    ),
  };
}

const bounded = ({ least, most }: { least: number; most: number }) =>
  v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most));

/**
 * Only for a studio's own job type: the defaults of Flamenco's own are meant for Blender's add-on.
 */
const findSetting = (info: JobTypeInfo | undefined, wanted: string): JobSetting | undefined =>
  info === undefined || info.name === SIMPLE_RENDER ? undefined : info.settings.find(({ key }) => key === wanted);

/** The default of a studio's own job type, if FLAMENCO allows it. */
function proposeChunkSize(
  { default: usual, least, most }: Flamenco["chunk_size"],
  info: JobTypeInfo | undefined,
): number {
  const proposed = findSetting(info, "chunk_size")?.default;
  return typeof proposed === "number" && proposed >= least && proposed <= most ? proposed : usual;
}

function makeFormatField(formats: Flamenco["formats"], info: JobTypeInfo | undefined) {
  const labels = Object.fromEntries(formats.map((one) => [one, FORMATS[one].label]));
  const proposed = formats.find((one) => one === findSetting(info, "format")?.default);
  return v.optional(
    v.pipe(v.picklist(formats), v.metadata({ title: message("flamenco.format"), labels })),
    proposed ?? formats[0] ?? "PNG",
  );
}

function makeSceneField(info: JobTypeInfo | undefined): v.GenericSchema {
  const { default: proposed, required = false } = findSetting(info, "scene") ?? {};
  const byDefault = typeof proposed === "string" && proposed !== "" ? proposed : undefined;
  const scene = v.pipe(
    v.string(),
    v.maxLength(63),
    v.check((text) => text === byDefault || isPlain(text), NOT_PLAIN),
    v.metadata({
      title: message("flamenco.scene"),
      help: message(required ? "flamenco.sceneHelp" : "flamenco.sceneOptionalHelp"),
      remember: false,
    }),
  );
  return makeTextRequired(scene, required, byDefault);
}

/** A required text must not be empty, whatever its default. */
function makeTextRequired(
  text: v.GenericSchema<string, string>,
  required: boolean,
  byDefault: string | undefined,
): v.GenericSchema {
  const checked = required ? v.pipe(text, v.nonEmpty()) : text;
  if (byDefault !== undefined) return v.optional(checked, byDefault);
  return required ? checked : v.optional(checked);
}

const NOT_ABSOLUTE: MessageKey = "flamenco.notAbsolute";

function makePathField({ roots }: Flamenco, title: Text, placeholder: Text) {
  const isBelow = (path: string) =>
    roots.some((root) => path.replaceAll("\\", "/").startsWith(`${root.replaceAll("\\", "/").replace(/\/+$/, "")}/`));
  return v.optional(
    v.pipe(
      v.string(),
      v.maxLength(1_000),
      v.check((path) => path === "" || (isAbsolute(path) && isSafePath(path)), NOT_ABSOLUTE),
      v.check((path) => path === "" || isBelow(path), schemaMessage(message("flamenco.notBelow", { roots }))),
      v.metadata({ title, placeholder, remember: false }),
    ),
  );
}

/** Settings that the worker fills in, or that have a field of their own above. */
const STANDARD_SETTINGS: ReadonlySet<string> = new Set([
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

const isPreviewVisible = ({ key, visible, editable }: JobSetting, { settings }: JobTypeSetting) =>
  !STANDARD_SETTINGS.has(key) &&
  !Object.hasOwn(settings, key) &&
  editable &&
  visible !== false &&
  visible !== "hidden" &&
  visible !== "web";

/** The field for a setting of a studio's own job type. */
const makeSettingField = (setting: JobSetting): v.GenericSchema =>
  v.pipe(
    makeValueField(setting),
    v.title(setting.label || setting.key.replaceAll("_", " ")),
    v.description(setting.description ?? ""),
  );

function makeValueField(setting: JobSetting): v.GenericSchema {
  const { type, propargs, default: proposed, required } = setting;
  if (type === "bool") return v.optional(v.boolean(), proposed === true || proposed === 1);
  if (type === "string") return makeTextField(setting);
  const most = type === "int32" ? 2 ** 31 - 1 : Number.MAX_VALUE;
  const [least, greatest] = [propargs?.min ?? -most, propargs?.max ?? most];
  const number =
    type === "int32"
      ? v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(greatest))
      : v.pipe(v.number(), v.minValue(least), v.maxValue(greatest));
  if (typeof proposed === "number") return v.optional(number, proposed);
  return required ? number : v.optional(number);
}

function makeTextField({ choices = [], default: proposed, required }: JobSetting): v.GenericSchema {
  const byDefault = typeof proposed === "string" ? proposed : undefined;
  if (choices.length > 0) {
    const choice = v.picklist(choices);
    return byDefault === undefined && !required ? v.optional(choice) : v.optional(choice, byDefault ?? choices[0]);
  }
  // A default of the type itself is trusted: it was written by the author of the type.
  const isAllowed = (text: string) => text === proposed || isPlain(text);
  const text = v.pipe(v.string(), v.maxLength(1_000), v.check(isAllowed, NOT_PLAIN));
  return makeTextRequired(text, required, required && byDefault === "" ? undefined : byDefault);
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

/** The answers, with defaults for fields that were not shown. */
export const readAnswers = (input: Readonly<Record<string, unknown>>) => ({
  ...v.parse(Answers, input),
  ownSettings: Object.fromEntries(
    Object.entries(input).flatMap(([name, value]): [string, string | number | boolean][] => {
      const parsed = v.safeParse(Value, value);
      return name.startsWith(SETTING_PREFIX) && parsed.success
        ? [[name.slice(SETTING_PREFIX.length), parsed.output]]
        : [];
    }),
  ),
});
