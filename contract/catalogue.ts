// What the worker offers.
import * as v from "valibot";

/** Kinds of entities that have tasks, in Zou's words but in lower case. */
export const ENTITY_TYPES = ["asset", "shot", "sequence", "edit", "episode"] as const;
export type EntityType = (typeof ENTITY_TYPES)[number];

/**
 * One action.
 * - `url`: where Kitsu sends its calls
 * - `modes`: `form` answers with a page, `ajax` with JSON
 * - `entityTypes`: the kinds of entities whose tasks it accepts; all if absent
 * - `mayRun`: whether the caller may run it. Only an estimate: there is no selection yet.
 * - `unstable`: it has often failed in the last days, for reasons that are not its callers'
 */
export const OfferedAction = v.object({
  id: v.string(),
  title: v.string(),
  about: v.string(),
  url: v.string(),
  modes: v.array(v.picklist(["form", "ajax"])),
  entityTypes: v.optional(v.array(v.picklist(ENTITY_TYPES))),
  mayRun: v.boolean(),
  unstable: v.optional(v.boolean()),
});
export type OfferedAction = v.InferOutput<typeof OfferedAction>;

/**
 * All actions of this deployment, in the caller's language. `person` is the caller, as far as their
 * session in Kitsu or Cloudflare Access says it.
 */
export const Catalogue = v.object({
  version: v.literal(1),
  person: v.object({ trust: v.string(), role: v.optional(v.string()) }),
  actions: v.array(OfferedAction),
});
export type Catalogue = v.InferOutput<typeof Catalogue>;
