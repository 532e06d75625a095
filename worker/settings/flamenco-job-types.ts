// The member `job_types` of the setting FLAMENCO: Flamenco's own job type, or a studio's own ones.
import * as v from "valibot";
import { TemplateText } from "../launch/template.ts";
import { FACT_VARIABLES } from "../launch/template-variables.ts";
import { explainAlternatives } from "./setting-alternatives.ts";

export const SIMPLE_RENDER = "simple-blender-render";

/** What the settings of a studio's own job type may use besides the facts of a task. */
export const SUBMISSION_VARIABLES = [
  ...FACT_VARIABLES,
  ...["job_name", "frames", "chunk_size", "format", "blend", "output", "output_path", "timestamp"],
];

const Value = v.union(
  [v.number(), v.boolean(), TemplateText(SUBMISSION_VARIABLES)],
  explainAlternatives("a text, a number, true or false"),
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
        /** fixed values by the keys of the job type's settings; the form does not ask for these */
        settings: v.optional(v.record(v.string(), Value), {}),
      }),
    ],
    explainAlternatives("the name of a job type, or {type, label, settings}"),
  ),
  v.transform((one) => ({ label: one.type, settings: NO_PRESETS, ...one })),
);
export type JobTypeSetting = v.InferOutput<typeof JobType>;

export const JobTypes = v.pipe(
  v.array(JobType),
  v.minLength(1, "must have a job type"),
  // The form identifies a job type by its name.
  v.check((types) => new Set(types.map(({ type }) => type)).size === types.length, "must list each job type once"),
);
