import * as v from "valibot";

/** A list in which an entry from the future costs that entry, not the whole reply. */
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
