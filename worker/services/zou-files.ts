// Zou's records of files on disk, under its own names.
import * as v from "valibot";
import { maybeText } from "./zou-objects.ts";

/**
 * A published file of an entity and task type: a movie, an image sequence, a cache. `path` has the
 * extension.
 */
export const OutputFile = v.object({
  id: v.string(),
  path: maybeText,
  revision: v.fallback(v.number(), 0),
  extension: maybeText,
  canceled: v.fallback(v.boolean(), false),
  entity_id: maybeText,
  task_type_id: maybeText,
  updated_at: maybeText,
});

/**
 * The file in progress of a task. A `path` made by Zou has no extension; one written by a studio
 * has.
 */
export const WorkingFile = v.object({
  id: v.string(),
  path: maybeText,
  revision: v.fallback(v.number(), 0),
  task_id: maybeText,
  updated_at: maybeText,
});
