// The setting FLAMENCO: how the studio renders with Flamenco. docs/flamenco.md explains how to
// write it.
import * as v from "valibot";
import { settingProblem } from "../format/setting-problem.ts";
import { isAbsolute } from "../launch/paths.ts";
import { TemplateText } from "../launch/template.ts";
import { TASK_VARIABLES } from "../launch/template-variables.ts";
import { FeedbackSettings, STANDSTILL_MINUTES } from "./feedback-settings.ts";
import { FORMAT_NAMES } from "./flamenco-formats.ts";
import { JobTypes, SIMPLE_RENDER } from "./flamenco-job-types.ts";
import { FORBIDDEN, FORBIDDEN_TEXT, fitsPlatform, TaskPaths } from "./flamenco-path-settings.ts";
import { jsonOrTable, whole } from "./setting-schemas.ts";

const Address = v.pipe(
  v.string(),
  v.check(
    (url) => /^https?:\/\/[^\s@/?#]+(\/[^\s@?#]*)?$/.test(url) && URL.canParse(url),
    settingProblem("settings.manager", { example: "https://flamenco.studio.tld" }),
  ),
  v.transform((url) => url.replace(/\/+$/, "")),
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
        settingProblem("settings.fromToOr", {
          least: String(least),
          most: String(most),
          members: "{default, least, most}",
        }),
      ),
      byDefault,
    ),
    v.transform((written) => (typeof written === "number" ? { default: written, least, most } : written)),
    v.check((one) => one.least <= one.default && one.default <= one.most, settingProblem("settings.defaultBetween")),
  );

const Entries = v.strictObject({
  url: Address,
  /** what people's browsers open, if it is not `url` */
  page: v.optional(Address),
  /** how the manager reads our paths: it fills in its two-way variables of this platform */
  platform: v.optional(
    v.picklist(["linux", "windows", "darwin", "manager"], settingProblem("settings.platform")),
    "linux",
  ),
  name: v.optional(
    v.pipe(
      TemplateText(TASK_VARIABLES),
      v.check(
        ({ source }) => source.trim() !== "" && !FORBIDDEN.test(source),
        settingProblem("settings.nameWithout", { characters: FORBIDDEN_TEXT }),
      ),
    ),
    "{sequence|default:main}_{entity} {task}",
  ),
  blend: v.optional(TaskPaths, []),
  /** the working file recorded in Kitsu is preferred to the template */
  recorded: v.optional(v.boolean(), true),
  output: TaskPaths,
  /** people may type paths below these folders into the form; none if empty */
  roots: v.optional(
    v.array(
      v.pipe(
        v.string(),
        v.check(
          (path) => isAbsolute(path) && path.length > 1,
          settingProblem("settings.folder", { example: "/mnt/prod" }),
        ),
      ),
    ),
    [],
  ),
  add_path_components: v.optional(whole(0, 32), 0),
  chunk_size: Bounded(5, 1, 10_000),
  priority: Bounded(50, 0, 100),
  formats: v.optional(
    v.pipe(
      v.array(v.picklist(FORMAT_NAMES, settingProblem("settings.formats", { choices: FORMAT_NAMES.join(", ") }))),
      v.minLength(1, settingProblem("settings.noFormat")),
    ),
    ["PNG", "JPEG", "OPEN_EXR", "OPEN_EXR_MULTILAYER"],
  ),
  /** EXR files come with JPEG previews, from which Flamenco can make a movie */
  has_previews: v.optional(v.boolean(), false),
  /** of the preview movie, if Kitsu has none */
  fps: v.optional(
    v.pipe(
      v.number(),
      v.minValue(1, settingProblem("settings.least", { least: "1" })),
      v.maxValue(1_000, settingProblem("settings.most", { most: "1000" })),
    ),
    24,
  ),
  frames_most: v.optional(whole(1, 1_000_000), 10_000),
  job_types: v.optional(JobTypes, [SIMPLE_RENDER]),
  worker_tag: v.optional(v.pipe(v.string(), v.uuid(settingProblem("settings.workerTag")))),
  at_once: v.optional(whole(1, 16), 4),
  /** how long a shot may make no progress before it is given up */
  standstill_minutes: v.optional(whole(1, 43_200), STANDSTILL_MINUTES),
  /** people may render what somebody else is already rendering */
  allow_anyway: v.optional(v.boolean(), false),
  /** what is posted to Kitsu when the render of a shot ends */
  tell: v.optional(FeedbackSettings),
});

const FITS_PLATFORM = settingProblem("settings.otherPlatform");

export const Flamenco = v.pipe(
  Entries,
  v.forward(
    v.partialCheck([["blend"], ["platform"]], ({ blend, platform }) => fitsPlatform(blend, platform), FITS_PLATFORM),
    ["blend"],
  ),
  v.forward(
    v.partialCheck([["output"], ["platform"]], ({ output, platform }) => fitsPlatform(output, platform), FITS_PLATFORM),
    ["output"],
  ),
  v.forward(
    v.partialCheck(
      [["blend"], ["recorded"]],
      ({ blend, recorded }) => recorded || blend.length > 0,
      settingProblem("settings.noBlend"),
    ),
    ["blend"],
  ),
);
export type Flamenco = v.InferOutput<typeof Flamenco>;

const Secret = v.optional(v.pipe(v.string(), v.trim()), "");

export const FLAMENCO_VARIABLES = {
  FLAMENCO: v.optional(jsonOrTable(Flamenco)),
  FLAMENCO_ACCESS_ID: Secret,
  FLAMENCO_ACCESS_SECRET: Secret,
};

export const FLAMENCO_HELP: Record<keyof typeof FLAMENCO_VARIABLES, string> = {
  FLAMENCO: settingProblem("settings.example", {
    example: '{"url": "https://flamenco.studio.tld", "blend": "/mnt/prod/…", "output": "/mnt/prod/…"}',
    page: "docs/flamenco.md",
  }),
  FLAMENCO_ACCESS_ID: settingProblem("settings.accessId"),
  FLAMENCO_ACCESS_SECRET: settingProblem("settings.accessSecret"),
};

/** The setting, with its secrets. */
export type FlamencoSettings = Flamenco & { access: { id: string; secret: string } | undefined };

type Variables = v.InferOutput<v.ObjectSchema<typeof FLAMENCO_VARIABLES, undefined>>;

export const readFlamenco = ({
  FLAMENCO,
  FLAMENCO_ACCESS_ID: id,
  FLAMENCO_ACCESS_SECRET: secret,
}: Variables): FlamencoSettings | undefined =>
  FLAMENCO && { ...FLAMENCO, access: id === "" || secret === "" ? undefined : { id, secret } };
