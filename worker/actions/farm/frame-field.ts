// The field for frames, one for all selected shots, in the forms of both farms.
import * as v from "valibot";
import type { TaskFacts } from "../../launch/template-variables.ts";
import { parseFrames } from "./frames.ts";
import { proposeFrameRange, readFrameRange } from "./shot-frame-range.ts";

/** @param most the most frames of one shot */
export const makeFramesField = (facts: readonly TaskFacts[], most: number) =>
  v.optional(
    v.pipe(
      v.string(),
      v.rawCheck(({ dataset, addIssue }) => {
        if (!dataset.typed || dataset.value.trim() === "") return;
        const frames = parseFrames(dataset.value, most);
        if (typeof frames === "string") addIssue({ message: frames });
      }),
      v.title("Frames"),
      v.description(describe(facts, most)),
      v.metadata({
        placeholder: facts.length === 1 ? "101-148, or 1-10,20,30-40" : "each shot's own",
        remember: false,
      }),
    ),
    proposeFrameRange(facts, most),
  );

function describe(facts: readonly TaskFacts[], most: number): string {
  const problems = facts.map((one) => readFrameRange(one, most)).filter((found) => typeof found === "string");
  if (facts.length === 1) return `${problems[0] ?? "The range of this shot from Kitsu"}.`;
  const invalid =
    problems.length === 0
      ? ""
      : ` ${problems.length} of them ${problems.length === 1 ? "has" : "have"} no valid range.`;
  return `Leave empty to use each shot's range from Kitsu.${invalid}`;
}
