import fc from "fast-check";

/** A value in one of `once` cases, else undefined. */
export const rarely = <T>(one: fc.Arbitrary<T>, once = 20): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: once - 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: one });
