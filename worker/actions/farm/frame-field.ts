// Which frames, asked for all that is selected: as one field of both farms' forms.
import * as v from "valibot";
import type { TaskFacts } from "../../launch/template-variables.ts";
import { parseFrames } from "./frames.ts";
import { findOwnFrames, proposeFrames } from "./shot-frame-range.ts";

/** @param most how many of a shot may be rendered */
export const askFrames = (facts: readonly TaskFacts[], most: number) =>
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
    proposeFrames(facts, most),
  );

function describe(facts: readonly TaskFacts[], most: number): string {
  const problems = facts.map((one) => findOwnFrames(one, most)).filter((found) => typeof found === "string");
  if (facts.length === 1) return `${problems[0] ?? "Of this shot, as Kitsu has them"}.`;
  const wrong = problems.length === 0 ? "" : ` It has none, or wrong ones, for ${problems.length} of these.`;
  return `Leave empty to use each shot's range from Kitsu.${wrong}`;
}
