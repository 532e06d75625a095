import * as v from "valibot";
import { settingProblem } from "./setting-problem.ts";

/** "make-movie": the ids of actions, launchers and entries. */
export const SLUG = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

export const Slug = v.pipe(v.string(), v.regex(SLUG, settingProblem("settings.slug")));
