// The field for frames, one for all selected shots, in the forms of both farms.
import * as v from "valibot";
import { joinSentences, message, type Text } from "../../format/message.ts";
import { schemaMessage } from "../../format/schema-message.ts";
import type { TaskInfo } from "../../launch/template-variables.ts";
import { parseFrames } from "./frames.ts";
import { formatParagraph } from "./render-summary.ts";
import { proposeFrameRange, readFrameRange } from "./shot-frame-range.ts";

/** @param most the most frames of one shot */
export const makeFramesField = (facts: readonly TaskInfo[], most: number) =>
  v.optional(
    v.pipe(
      v.string(),
      v.rawCheck(({ dataset, addIssue }) => {
        if (!dataset.typed || dataset.value.trim() === "") return;
        const frames = parseFrames(dataset.value, most);
        if ("problem" in frames) addIssue({ message: schemaMessage(frames.problem) });
      }),
      v.metadata({
        title: message("render.framesField"),
        help: describe(facts, most),
        placeholder: message(facts.length === 1 ? "render.framesExample" : "render.framesOfEach"),
        remember: false,
      }),
    ),
    proposeFrameRange(facts, most),
  );

function describe(facts: readonly TaskInfo[], most: number): Text | undefined {
  const problems = facts.flatMap((one) => {
    const range = readFrameRange(one, most);
    return "problem" in range ? [range.problem] : [];
  });
  if (facts.length === 1) return formatParagraph([problems[0] ?? message("render.rangeInKitsu")]);
  return joinSentences([
    message("render.emptyForOwn"),
    problems.length > 0 && message("render.invalidRanges", { count: problems.length }),
  ]);
}
