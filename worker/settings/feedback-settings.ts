// The member `tell` of a farm's setting: what is posted to Kitsu when a render ends.
import * as v from "valibot";
import { joinParagraphs, joinSentences, message, type Text } from "../format/message.ts";
import { settingProblem } from "../format/setting-problem.ts";

/**
 * The default of `standstill_minutes`: how long a shot may make no progress before it is given up.
 */
export const STANDSTILL_MINUTES = 120;

/** How a shot can end. `unfollowed`: another run renders it, and this one stopped following. */
export type EndState = "done" | "failed" | "canceled" | "unfollowed";

/** In place of a status. */
export const KEEP_STATUS = "keep";

const Status = v.pipe(
  v.string(),
  v.trim(),
  v.minLength(1, settingProblem("settings.status", { keep: KEEP_STATUS })),
  v.maxLength(80, settingProblem("settings.tooLong", { most: 80 })),
);

export const FeedbackSettings = v.pipe(
  v.strictObject({
    /** the short name of the status to set, like "wfa", or "keep"; nothing is posted if absent */
    done: v.optional(Status),
    failed: v.optional(Status),
    /** attaches the last picture to the comment */
    preview: v.optional(v.boolean(), false),
    /** after each shot, or at the end of the whole run */
    when: v.optional(v.picklist(["each", "end"], settingProblem("settings.feedbackWhen")), "each"),
  }),
  v.check(({ done, failed }) => done !== undefined || failed !== undefined, settingProblem("settings.feedbackStatus")),
);
export type FeedbackSettings = v.InferOutput<typeof FeedbackSettings>;

/**
 * The status to set, undefined if nothing is to be posted. A cancel is not posted: whoever canceled
 * knows. A shot that was given up keeps its status: the artist has nothing to redo.
 */
export const chooseStatus = (
  { done, failed }: FeedbackSettings,
  end: EndState,
  isStalled = false,
): string | undefined =>
  ({ done, failed: failed && isStalled ? KEEP_STATUS : failed, canceled: undefined, unfollowed: undefined })[end];

const REASON_MAX_CHARS = 1_000;

/**
 * `isStalled`: given up at a standstill, so nothing is known to be wrong with it. The `reason` of a
 * shot that is done says what is missing.
 */
export type RenderResult = {
  state: EndState;
  reason?: Text | undefined;
  url?: string | undefined;
  isStalled?: boolean | undefined;
};

/**
 * @param farm its name, "Flamenco"
 * @param localize puts a text into the language of the person whose comment it is
 */
export function formatFeedback(
  result: RenderResult,
  farm: string,
  run: { url: string },
  localize: (text: Text) => string,
): string {
  const { reason, url } = result;
  const words = reason === undefined ? "" : neutralizeMentions(localize(reason));
  const lines = [
    ...(url !== undefined && isPage(url) ? [`${farm}: ${url}`] : []),
    localize(message("feedback.run", { url: run.url })),
  ];
  return localize(joinParagraphs([describeEnd(result, farm, words), lines.join("\n")]) ?? "");
}

function describeEnd({ state, isStalled }: RenderResult, farm: string, reason: string): Text | undefined {
  if (state === "done") return joinSentences([message("feedback.rendered", { farm }), reason]);
  if (isStalled)
    return reason === "" ? message("feedback.givenUp", { farm }) : message("feedback.givenUpBecause", { farm, reason });
  return reason === "" ? message("feedback.failed", { farm }) : message("feedback.failedBecause", { farm, reason });
}

/** Is this text the comment of that run? It ends with the run's address, in every language. */
export const isFeedbackOf = (text: string, { url }: { url: string }): boolean =>
  text.split("\n").some((line) => line.endsWith(url));

const isPage = (url: string) => /^https?:\/\/[^\s@]+$/i.test(url);

/** Text from a farm must not notify anyone: what looks like a mention in a log is defused. */
function neutralizeMentions(text: string): string {
  const plain = text.replace(/\r\n?/g, "\n").replace(/(?!\n)\p{Cc}/gu, " ");
  const safe = plain.replaceAll("@", "@\u2060").trim();
  return safe.length > REASON_MAX_CHARS ? `${safe.slice(0, REASON_MAX_CHARS).toWellFormed()}…` : safe;
}
