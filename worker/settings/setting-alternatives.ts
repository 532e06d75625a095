// Errors for settings that may be written in several forms.
import type * as v from "valibot";

/**
 * The message of the form that was probably meant, if it is one of ours; otherwise the list of
 * forms.
 * @param forms settingProblem("settings.pathForms", …)
 */
export const explainAlternatives =
  (forms: string) =>
  ({ issues }: v.UnionIssue<v.BaseIssue<unknown>>): string =>
    issues?.find(({ message }) => !message.startsWith("Invalid"))?.message ?? forms;
