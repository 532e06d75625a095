// What a studio's server answers, as JSON. A few megabytes of brackets take more memory parsed than there is, so the shape is looked at first.
import { findExcess } from "../format/json-shape.ts";

/**
 * How many values a studio's own server may answer with, and how deep they may lie in one another. A task of Zou's counts 64, so 16 MiB of tasks are taken; as many empty objects need 84 MB of an
 * isolate's 128, and deep nesting needs far more.
 */
const ANSWER_VALUES_MAX = 1_500_000;
const ANSWER_DEPTH_MAX = 64;

/** More than can be held parsed, if it is JSON at all. */
export const isTooMuch = (text: string): boolean => findExcess(text, ANSWER_VALUES_MAX, ANSWER_DEPTH_MAX) !== undefined;

/** Undefined where it is no JSON, or more of it than can be held. */
export function parseJson(text: string): unknown {
  if (isTooMuch(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
