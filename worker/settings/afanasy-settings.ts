// The setting AFANASY: where the farm is, and what it may run. Only the studio writes commands:
// people choose a template, which is filled with names from Kitsu. docs/afanasy.md explains how to
// write it.
import * as v from "valibot";
import { Words } from "../format/local-text.ts";
import { settingProblem } from "../format/setting-problem.ts";
import { Slug } from "../format/slug.ts";
import { LETTERS } from "../launch/plain-letters.ts";
import { type Template, TemplateText } from "../launch/template.ts";
import { TASK_VARIABLES } from "../launch/template-variables.ts";
import { BlockLimits, findUnreadableMask, JobLimits } from "../services/afanasy-job.ts";
import { FeedbackSettings, STANDSTILL_MINUTES } from "./feedback-settings.ts";
import { jsonOrTable, whole } from "./setting-schemas.ts";

const Label = Words(80);
const Page = v.pipe(v.string(), v.regex(/^https?:\/\/[^\s@]+$/, settingProblem("settings.address")));
const Name = v.pipe(v.string(), v.regex(/^[\w.-]+$/, settingProblem("settings.plainName")));

/** What commands may use: the variables of scene and output, and these two. */
const COMMAND_VARIABLES = [...TASK_VARIABLES, "scene", "output"];

const textsOf = ({ parts }: Template) => parts.filter((part) => typeof part === "string");

const PATH = new RegExp(`^[${LETTERS}_ .\\/:\\-]*$`, "v");
const FRAME_PATH = new RegExp(`^[${LETTERS}_ .\\/:@#\\-]*$`, "v");

/** A path without any character that has a meaning for a shell, quoted or not. */
const PathText = v.pipe(
  TemplateText(TASK_VARIABLES),
  v.check((template) => textsOf(template).every((text) => PATH.test(text)), settingProblem("settings.safePath")),
);

/**
 * Whether each variable is in double quotes. Otherwise a name with a space would be two arguments.
 */
function isQuoted({ parts }: Template): boolean {
  let quotes = 0;
  for (const part of parts) {
    if (typeof part === "string") quotes += part.split('"').length - 1;
    else if (quotes % 2 === 0) return false;
  }
  return quotes % 2 === 0;
}

const Command = v.pipe(
  TemplateText(COMMAND_VARIABLES),
  v.check(
    ({ parts: [first] }) => typeof first === "string" && /^[^\s"]/.test(first),
    settingProblem("settings.programFirst"),
  ),
  v.check((template) => textsOf(template).every((text) => !/[\r\n\0]/.test(text)), settingProblem("settings.oneLine")),
  v.check(isQuoted, settingProblem("settings.unquoted", { example: '"{scene}"' })),
);

const FrameFile = v.pipe(
  TemplateText(COMMAND_VARIABLES),
  v.check(
    (template) => textsOf(template).every((text) => FRAME_PATH.test(text)),
    settingProblem("settings.frameFile", { frame: "@####@" }),
  ),
);

const JobSettings = v.pipe(
  JobLimits,
  ...(["hosts_mask", "hosts_mask_exclude"] as const).map((name) =>
    v.forward(
      v.check<v.InferOutput<typeof JobLimits>, string>(
        (job) => findUnreadableMask(job) !== name,
        settingProblem("settings.unreadableMask", { setting: 'hosts_mask_type = "find"' }),
      ),
      [name],
    ),
  ),
);

const JobTemplate = v.strictObject({
  id: Slug,
  /** shown in the form, "Blender" */
  title: v.optional(Label),
  /** the names of its task types; all if absent */
  task_types: v.optional(v.array(Label)),
  service: Name,
  parser: v.optional(Name),
  command: Command,
  files: v.optional(v.array(FrameFile), []),
  working_directory: v.optional(PathText),
  scene: v.optional(PathText),
  output: v.optional(PathText),
  frames_per_task: v.optional(whole(1, 10_000), 4),
  /** more members of each block, and of the job */
  block: v.optional(BlockLimits, {}),
  job: v.optional(JobSettings, {}),
});
export type JobTemplate = v.InferOutput<typeof JobTemplate>;

/** The server never renders a job of priority 0. */
const PriorityNumber = whole(1, 250);

const Priority = v.pipe(
  v.strictObject({
    default: v.optional(PriorityNumber, 99),
    least: v.optional(PriorityNumber, 1),
    most: v.optional(PriorityNumber, 99),
  }),
  v.check(
    ({ least, most, default: usual }) => least <= usual && usual <= most,
    settingProblem("settings.priorityOrder"),
  ),
);

export const Afanasy = v.strictObject({
  url: Page,
  /** the farm's web page */
  page: v.optional(Page),
  user: v.optional(TemplateText(TASK_VARIABLES), "{person.desktop_login|lower}"),
  project: v.optional(TemplateText(TASK_VARIABLES), "{project}"),
  branch: v.optional(v.pipe(v.string(), v.regex(/^\/[\w.-]*$/, settingProblem("settings.branch"))), "/"),
  priority: v.optional(Priority, {}),
  frames_most: v.optional(whole(1, 1_000_000), 10_000),
  at_once: v.optional(whole(1, 6), 2),
  /** how long a shot may make no progress before it is given up */
  standstill_minutes: v.optional(whole(1, 43_200), STANDSTILL_MINUTES),
  /** people may render what somebody else is already rendering */
  allow_anyway: v.optional(v.boolean(), false),
  /** what is posted to Kitsu when the render of a shot ends */
  tell: v.optional(FeedbackSettings),
  templates: v.pipe(
    v.array(JobTemplate),
    v.minLength(1, settingProblem("settings.noTemplate")),
    v.check((all) => new Set(all.map(({ id }) => id)).size === all.length, settingProblem("settings.sameTemplate")),
    v.checkItems(
      ({ scene, command, files }) => scene !== undefined || !isUsing([command, ...files], "scene"),
      settingProblem("settings.variableWithoutSetting", { variable: "{scene}", setting: "scene" }),
    ),
    v.checkItems(
      ({ output, command, files }) => output !== undefined || !isUsing([command, ...files], "output"),
      settingProblem("settings.variableWithoutSetting", { variable: "{output}", setting: "output" }),
    ),
  ),
});
export type Afanasy = v.InferOutput<typeof Afanasy>;

const isUsing = (templates: readonly Template[], variable: string) =>
  templates.some(({ variables }) => variables.has(variable));

const Secret = v.optional(v.pipe(v.string(), v.trim()), "");

/** The environment variables, for settings.ts. */
export const AFANASY_VARIABLES = {
  AFANASY: v.optional(jsonOrTable(Afanasy)),
  AFANASY_TOKEN: Secret,
  AFANASY_ACCESS_ID: Secret,
  AFANASY_ACCESS_SECRET: Secret,
};

export const AFANASY_HELP: Record<keyof typeof AFANASY_VARIABLES, string> = {
  AFANASY: settingProblem("settings.example", {
    example: '{"url": "https://afanasy.studio.tld", "templates": [{"id": "blender", …}]}',
    page: "docs/afanasy.md",
  }),
  AFANASY_TOKEN: settingProblem("settings.afanasyToken"),
  AFANASY_ACCESS_ID: settingProblem("settings.accessId"),
  AFANASY_ACCESS_SECRET: settingProblem("settings.accessSecret"),
};

/** The setting, with its secrets. */
export type AfanasySettings = Afanasy & {
  token: string | undefined;
  access: { id: string; secret: string } | undefined;
};

type Variables = v.InferOutput<v.ObjectSchema<typeof AFANASY_VARIABLES, undefined>>;

export const readAfanasy = (set: Variables): AfanasySettings | undefined =>
  set.AFANASY && {
    ...set.AFANASY,
    token: set.AFANASY_TOKEN || undefined,
    access:
      set.AFANASY_ACCESS_ID === "" || set.AFANASY_ACCESS_SECRET === ""
        ? undefined
        : { id: set.AFANASY_ACCESS_ID, secret: set.AFANASY_ACCESS_SECRET },
  };
