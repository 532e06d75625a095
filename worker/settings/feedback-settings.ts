// The setting that says whether Kitsu is told how renders end, and what it is told.
import * as v from "valibot";

/** How long nothing of a shot may move before it is given up, in minutes, where the studio does not say. */
export const STANDSTILL_MINUTES = 120;

/** How a shot can end. `left`: another run renders it, and this one follows it no more. */
export type End = "done" | "failed" | "canceled" | "left";

/** In place of a status. */
export const KEEP = "keep";

const Status = v.pipe(
  v.string(),
  v.trim(),
  v.minLength(1, `must be the short name of a status, or "${KEEP}"`),
  v.maxLength(80, "must have at most 80 characters"),
);

/** A farm's `tell`. Without it Kitsu is told nothing. */
export const FeedbackSettings = v.pipe(
  v.strictObject({
    /** the short name of the status to set, as "wfa", or "keep"; of what ended otherwise nothing is told */
    done: v.optional(Status),
    failed: v.optional(Status),
    /** the last picture goes with the comment */
    preview: v.optional(v.boolean(), false),
    /** as soon as each shot is over, or when the whole run is */
    when: v.optional(v.picklist(["each", "end"], 'must be "each" or "end"'), "each"),
  }),
  v.check(({ done, failed }) => done !== undefined || failed !== undefined, "must have done or failed, or be left out"),
);
export type FeedbackSettings = v.InferOutput<typeof FeedbackSettings>;

/**
 * The status to set for what ended so; nothing where nothing is told of it. Whoever canceled knows it; what was given up while it waited is not to be
 * done again by the artist.
 */
export const chooseStatus = ({ done, failed }: FeedbackSettings, end: End, isStalled = false): string | undefined =>
  ({ done, failed: failed && isStalled ? KEEP : failed, canceled: undefined, left: undefined })[end];

const REASON_MAX_CHARS = 1_000;

/** `isStalled`: it was given up while it waited, so nothing is known to be wrong with it. `reason` of what is done says what is missing. */
export type RenderEnd = {
  state: End;
  reason?: string | undefined;
  url?: string | undefined;
  isStalled?: boolean | undefined;
};

/** @param farm its name, "Flamenco" */
export function writeFeedback(
  { state, reason, url, isStalled }: RenderEnd,
  farm: string,
  run: { url: string },
): string {
  const said = reason === undefined ? "" : quiet(reason);
  const failed = isStalled ? `The render with ${farm} was given up` : `The render with ${farm} failed`;
  return [
    state === "done"
      ? [`Rendered with ${farm}.`, said].filter(Boolean).join(" ")
      : `${failed}${said === "" ? "." : `: ${said}`}`,
    "",
    ...(url !== undefined && isPage(url) ? [`${farm}: ${url}`] : []),
    runLine(run),
  ].join("\n");
}

/** The line by which a comment is known to be this run's. */
export const runLine = ({ url }: { url: string }) => `Run: ${url}`;

const isPage = (url: string) => /^https?:\/\/[^\s@]+$/i.test(url);

/** A farm's words name nobody: what looks like a mention in a log notifies no one. */
function quiet(words: string): string {
  const plain = words.replace(/\r\n?/g, "\n").replace(/(?!\n)\p{Cc}/gu, " ");
  const calm = plain.replaceAll("@", "@\u2060").trim();
  return calm.length > REASON_MAX_CHARS ? `${calm.slice(0, REASON_MAX_CHARS).toWellFormed()}…` : calm;
}
