import * as v from "valibot";

/** "make-movie": the ids of actions, launchers and entries. */
export const SLUG = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

export const Slug = v.pipe(v.string(), v.regex(SLUG, "must have small letters, digits and single hyphens"));
