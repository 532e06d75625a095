// The member `job_types` of the setting FLAMENCO: Flamenco's own job type, or a studio's own ones.
import * as v from "valibot";
import { settingProblem } from "../format/setting-problem.ts";
import { TemplateText } from "../launch/template.ts";
import { TASK_VARIABLES } from "../launch/template-variables.ts";
import { explainAlternatives } from "./setting-alternatives.ts";

export const SIMPLE_RENDER = "simple-blender-render";

/** What the settings of a studio's own job type may use besides the facts of a task. */
const SUBMISSION_VARIABLES = [
  ...TASK_VARIABLES,
  ...["job_name", "frames", "chunk_size", "format", "blend", "output", "output_path", "timestamp"],
];

const Value = v.union(
  [v.number(), v.boolean(), TemplateText(SUBMISSION_VARIABLES)],
  explainAlternatives(settingProblem("settings.values")),
);
const NO_PRESETS: Readonly<Record<string, v.InferOutput<typeof Value>>> = {};

const JobType = v.pipe(
  v.union(
    [
      v.pipe(
        v.string(),
        v.minLength(1, settingProblem("settings.jobType")),
        v.transform((type) => ({ type })),
      ),
      v.strictObject({
        type: v.pipe(v.string(), v.minLength(1, settingProblem("settings.jobType"))),
        label: v.optional(v.string()),
        /** fixed values by the keys of the job type's settings; the form does not ask for these */
        settings: v.optional(v.record(v.string(), Value), {}),
      }),
    ],
    explainAlternatives(settingProblem("settings.jobTypeForms", { members: "{type, label, settings}" })),
  ),
  v.transform((one) => ({ label: one.type, settings: NO_PRESETS, ...one })),
);
export type JobTypeSetting = v.InferOutput<typeof JobType>;

export const JobTypes = v.pipe(
  v.array(JobType),
  v.minLength(1, settingProblem("settings.noJobType")),
  // The form identifies a job type by its name.
  v.check(
    (types) => new Set(types.map(({ type }) => type)).size === types.length,
    settingProblem("settings.sameJobType"),
  ),
);
