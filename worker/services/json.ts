// What a studio's server answers, as JSON. A few megabytes of brackets take more memory parsed than there is, so the shape is looked at first.
import { ANSWER_DEPTH_MAX, ANSWER_VALUES_MAX, findExcess } from "../request/size-limits.ts";

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
