// The form that is shown before shots are rendered on Afanasy. Its defaults come from Kitsu or the
// studio, within the studio's limits.
import * as v from "valibot";
import type { TaskConflict } from "../../action/action.ts";
import { message } from "../../format/message.ts";
import type { TaskInfo } from "../../launch/template-variables.ts";
import type { AfanasySettings, JobTemplate } from "../../settings/afanasy-settings.ts";
import { getTemplateTitle } from "./afanasy-submission.ts";
import { makeFramesField } from "./frame-field.ts";
import { makeConflictField, parseConflictChoice } from "./task-conflicts.ts";

/** `template` and `busy` are present only if there is a choice. */
export type AfanasyAnswers = {
  template?: unknown;
  busy?: unknown;
  frames: string;
  framesPerTask: number;
  priority: number;
  paused: boolean;
};

export const readConflictChoice = ({ busy }: AfanasyAnswers, { allow_anyway }: AfanasySettings) =>
  parseConflictChoice(busy, allow_anyway);

export function chooseTemplate({ templates }: AfanasySettings, wanted: unknown): JobTemplate {
  const template = templates.find(({ id }) => id === wanted) ?? templates[0];
  if (template === undefined) throw new Error("AFANASY has a template: its schema says so");
  return template;
}

export function makeForm(
  farm: AfanasySettings,
  facts: readonly TaskInfo[],
  conflicts: readonly TaskConflict[],
  wanted: unknown,
) {
  const { least, most, default: usual } = farm.priority;
  const chosen = chooseTemplate(farm, wanted);
  const choice: v.ObjectEntries =
    farm.templates.length > 1 ? { template: v.optional(templateField(farm), chosen.id) } : {};
  return v.object({
    ...makeConflictField(conflicts, facts.length, farm.allow_anyway),
    ...choice,
    frames: makeFramesField(facts, farm.frames_most),
    framesPerTask: v.optional(
      v.pipe(
        v.number(),
        v.integer(),
        v.minValue(1),
        v.maxValue(10_000),
        v.metadata({ title: message("afanasy.framesPerTask"), remember: false }),
      ),
      chosen.frames_per_task,
    ),
    priority: v.optional(
      v.pipe(
        v.number(),
        v.integer(),
        v.minValue(least),
        v.maxValue(most),
        v.metadata({ title: message("afanasy.priority"), help: message("afanasy.priorityHelp") }),
      ),
      usual,
    ),
    paused: v.optional(
      v.pipe(
        v.boolean(),
        v.metadata({ title: message("afanasy.startPaused"), help: message("afanasy.startPausedHelp") }),
      ),
      false,
    ),
  });
}

const templateField = ({ templates }: AfanasySettings) =>
  v.pipe(
    v.picklist(templates.map(({ id }) => id)),
    v.metadata({
      title: message("afanasy.template"),
      labels: Object.fromEntries(templates.map((one) => [one.id, getTemplateTitle(one)])),
    }),
  );
