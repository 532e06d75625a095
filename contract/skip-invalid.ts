import * as v from "valibot";

/**
 * A list that drops what it can't read: one entry from a newer version must not cost the whole
 * reply.
 */
export const skipInvalid = <S extends v.GenericSchema>(entry: S) =>
  v.pipe(
    v.array(v.unknown()),
    v.transform((entries) =>
      entries.flatMap((value): v.InferOutput<S>[] => {
        const parsed = v.safeParse(entry, value);
        return parsed.success ? [parsed.output] : [];
      }),
    ),
  );
