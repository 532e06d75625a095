import * as v from "valibot";

/**
 * A list that drops what it can't read: one entry from a newer version must not cost the whole
 * reply. Written so that the published JSON Schema has the entries that a sender should send.
 */
// @__NO_SIDE_EFFECTS__
export const skipInvalid = <S extends v.GenericSchema>(entry: S) =>
  v.pipe(
    v.array(v.fallback(v.optional(entry), undefined)),
    v.transform((entries) => entries.filter((value) => value !== undefined)),
  );
