// How the studio renders with Flamenco, as the setting FLAMENCO has it. docs/flamenco.md is for who writes it.
import * as v from "valibot";
import { isAbsolute, isWindows } from "../launch/paths.ts";
import { type Template, TemplateText } from "../launch/template.ts";
import { FACT_VARIABLES } from "../launch/template-variables.ts";
import { FeedbackSettings, STANDSTILL_MINUTES } from "./feedback-settings.ts";
import { jsonOrTable } from "./setting-schemas.ts";

export const SIMPLE_RENDER = "simple-blender-render";

/** Blender's names of image formats, each with its ending. Movies are no images: Flamenco refuses them. */
export const FORMATS = {
  PNG: { label: "PNG", extension: ".png" },
  JPEG: { label: "JPEG", extension: ".jpg" },
  OPEN_EXR: { label: "OpenEXR", extension: ".exr" },
  OPEN_EXR_MULTILAYER: { label: "OpenEXR, multilayer", extension: ".exr" },
  TIFF: { label: "TIFF", extension: ".tif" },
  WEBP: { label: "WebP", extension: ".webp" },
} as const;
export type Format = keyof typeof FORMATS;
const FORMAT_NAMES = ["PNG", "JPEG", "OPEN_EXR", "OPEN_EXR_MULTILAYER", "TIFF", "WEBP"] as const satisfies Format[];

/** What a value of a studio's own job type may say beside the facts of a task. */
export const ORDER_VARIABLES = [
  ...FACT_VARIABLES,
  ...["job_name", "frames", "chunk_size", "format", "blend", "output", "output_path", "timestamp"],
];

const Address = v.pipe(
  v.string(),
  v.check(
    (url) => /^https?:\/\/[^\s@/?#]+(\/[^\s@?#]*)?$/.test(url) && URL.canParse(url),
    'must be the address of the manager, "https://flamenco.studio.tld"',
  ),
  v.transform((url) => url.replace(/\/+$/, "")),
);
const whole = (least: number, most: number) =>
  v.pipe(
    v.number(`must be a number from ${least} to ${most}`),
    v.integer("must be a whole number"),
    v.minValue(least, `must be at least ${least}`),
    v.maxValue(most, `must be at most ${most}`),
  );

/** What means something to Blender or to a shell. */
const FORBIDDEN = /[#'"`$;]/;
const FORBIDDEN_SAID = "# ' \" ` $ ;";

/** Of a choice of forms: what is wrong in our words with the one that was meant, else which there are. */
const explainForms =
  (forms: string) =>
  ({ issues }: v.UnionIssue<v.BaseIssue<unknown>>): string =>
    issues?.find(({ message }) => !message.startsWith("Invalid"))?.message ?? `must be ${forms}`;

const Path = v.pipe(
  TemplateText(FACT_VARIABLES),
  v.check(
    ({ parts: [first] }) => typeof first === "string" && isAbsolute(first),
    "must begin at a root, as /mnt/prod does",
  ),
  v.check(({ source }) => !FORBIDDEN.test(source), `must have none of ${FORBIDDEN_SAID}`),
);
/** One for all tasks, or the first that fits the type of the task. */
const Paths = v.pipe(
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
    explainForms("a path or a list of {task_type, path}"),
  ),
  v.transform((paths) => (Array.isArray(paths) ? paths : [{ path: paths }])),
);
export type TaskPaths = readonly { task_type?: readonly string[] | undefined; path: Template }[];

const Value = v.union(
  [v.number(), v.boolean(), TemplateText(ORDER_VARIABLES)],
  explainForms("a text, a number, true or false"),
);
const NO_PRESETS: Readonly<Record<string, v.InferOutput<typeof Value>>> = {};
const JobType = v.pipe(
  v.union(
    [
      v.pipe(
        v.string(),
        v.minLength(1, "must name a job type"),
        v.transform((type) => ({ type })),
      ),
      v.strictObject({
        type: v.pipe(v.string(), v.minLength(1, "must name a job type")),
        label: v.optional(v.string()),
        /** what is not asked, by the keys of the job type's settings */
        settings: v.optional(v.record(v.string(), Value), {}),
      }),
    ],
    explainForms("the name of a job type, or {type, label, settings}"),
  ),
  v.transform((one) => ({ label: one.type, settings: NO_PRESETS, ...one })),
);

const Bounded = (byDefault: number, least: number, most: number) =>
  v.pipe(
    v.optional(
      v.union(
        [
          whole(least, most),
          v.strictObject({
            default: v.optional(whole(least, most), byDefault),
            least: v.optional(whole(least, most), least),
            most: v.optional(whole(least, most), most),
          }),
        ],
        `must be a number from ${least} to ${most}, or {default, least, most}`,
      ),
      byDefault,
    ),
    v.transform((given) => (typeof given === "number" ? { default: given, least, most } : given)),
    v.check(
      (one) => one.least <= one.default && one.default <= one.most,
      "must have its default between least and most",
    ),
  );

const Entries = v.strictObject({
  url: Address,
  /** what people's browsers open, where it is not `url` */
  page: v.optional(Address),
  /** how the manager reads our paths: its two-way variables of that platform are put in */
  platform: v.optional(
    v.picklist(["linux", "windows", "darwin", "manager"], "must be linux, windows, darwin or manager"),
    "linux",
  ),
  name: v.optional(
    v.pipe(
      TemplateText(FACT_VARIABLES),
      v.check(
        ({ source }) => source.trim() !== "" && !FORBIDDEN.test(source),
        `must be a name, with none of ${FORBIDDEN_SAID}`,
      ),
    ),
    "{sequence|default:main}_{entity} {task}",
  ),
  blend: v.optional(Paths, []),
  /** the working file that was recorded in Kitsu comes before the template */
  recorded: v.optional(v.boolean(), true),
  output: Paths,
  /** folders below which paths may be typed into the form; nobody may without */
  roots: v.optional(
    v.array(
      v.pipe(
        v.string(),
        v.check((path) => isAbsolute(path) && path.length > 1, "must be a folder, as /mnt/prod is"),
      ),
    ),
    [],
  ),
  add_path_components: v.optional(whole(0, 32), 0),
  chunk_size: Bounded(5, 1, 10_000),
  priority: Bounded(50, 0, 100),
  formats: v.optional(
    v.pipe(
      v.array(v.picklist(FORMAT_NAMES, `must be one of ${FORMAT_NAMES.join(", ")}: movies are refused by Flamenco`)),
      v.minLength(1, "must have a format"),
    ),
    ["PNG", "JPEG", "OPEN_EXR", "OPEN_EXR_MULTILAYER"],
  ),
  /** EXR files have JPEG previews beside them, of which Flamenco can make a movie */
  has_previews: v.optional(v.boolean(), false),
  /** of the preview movie, where Kitsu knows none */
  fps: v.optional(
    v.pipe(v.number(), v.minValue(1, "must be at least 1"), v.maxValue(1_000, "must be at most 1000")),
    24,
  ),
  frames_most: v.optional(whole(1, 1_000_000), 10_000),
  job_types: v.optional(
    v.pipe(
      v.array(JobType),
      v.minLength(1, "must have a job type"),
      // One is chosen by its name.
      v.check((types) => new Set(types.map(({ type }) => type)).size === types.length, "must have each job type once"),
    ),
    [SIMPLE_RENDER],
  ),
  worker_tag: v.optional(v.pipe(v.string(), v.uuid("must be the id of a worker tag"))),
  at_once: v.optional(whole(1, 16), 4),
  /** how long nothing of a shot may move before it is given up */
  standstill_minutes: v.optional(whole(1, 43_200), STANDSTILL_MINUTES),
  /** may what somebody else is rendering be rendered as well? */
  allow_anyway: v.optional(v.boolean(), false),
  /** what is written in Kitsu when a shot's render is over */
  tell: v.optional(FeedbackSettings),
});

const fits = (paths: TaskPaths, platform: string) =>
  platform === "manager" || paths.every(({ path: { source } }) => isWindows(source) === (platform === "windows"));
const FITS = "must be a path of the platform";

export const Flamenco = v.pipe(
  Entries,
  v.forward(
    v.partialCheck([["blend"], ["platform"]], ({ blend, platform }) => fits(blend, platform), FITS),
    ["blend"],
  ),
  v.forward(
    v.partialCheck([["output"], ["platform"]], ({ output, platform }) => fits(output, platform), FITS),
    ["output"],
  ),
  v.forward(
    v.partialCheck(
      [["blend"], ["recorded"]],
      ({ blend, recorded }) => recorded || blend.length > 0,
      "must say where the files are, or recorded be true",
    ),
    ["blend"],
  ),
);
export type Flamenco = v.InferOutput<typeof Flamenco>;
export type JobTypeSetting = Flamenco["job_types"][number];

/** The first that fits the type of the task. */
export const findPath = (paths: TaskPaths, taskType: string): Template | undefined =>
  paths.find(({ task_type }) => task_type?.includes(taskType) ?? true)?.path;

const Secret = v.optional(v.pipe(v.string(), v.trim()), "");

export const FLAMENCO_VARIABLES = {
  FLAMENCO: v.optional(jsonOrTable(Flamenco)),
  FLAMENCO_ACCESS_ID: Secret,
  FLAMENCO_ACCESS_SECRET: Secret,
};

export const FLAMENCO_HELP: Record<keyof typeof FLAMENCO_VARIABLES, string> = {
  FLAMENCO:
    '{"url": "https://flamenco.studio.tld", "blend": "/mnt/prod/…", "output": "/mnt/prod/…"}, see docs/flamenco.md',
  FLAMENCO_ACCESS_ID: "the id of a Cloudflare Access service token: wrangler secret put FLAMENCO_ACCESS_ID",
  FLAMENCO_ACCESS_SECRET: "its secret: wrangler secret put FLAMENCO_ACCESS_SECRET",
};

/** What is set, with its secrets. */
export type FlamencoSettings = Flamenco & { access: { id: string; secret: string } | undefined };

type Variables = v.InferOutput<v.ObjectSchema<typeof FLAMENCO_VARIABLES, undefined>>;

export const readFlamenco = ({
  FLAMENCO,
  FLAMENCO_ACCESS_ID: id,
  FLAMENCO_ACCESS_SECRET: secret,
}: Variables): FlamencoSettings | undefined =>
  FLAMENCO && { ...FLAMENCO, access: id === "" || secret === "" ? undefined : { id, secret } };
