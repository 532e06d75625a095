// Replies before they are put into the reader's language: those of the wire (contract/reply.ts),
// with a Text wherever the wire has a text for the person. Actions return them, and the log keeps
// them.
import * as v from "valibot";
import * as wire from "../../contract.ts";
import { helpCodes } from "../../gen/help-codes.ts";
import { findEntry } from "./help-entry.ts";
import { localizeAll } from "./localize.ts";
import { isText, message, type Text } from "./message.ts";
import { ENGLISH, type Reader, toQuery } from "./reader.ts";

/** The members with a text for the person. All other strings are ids, addresses or names. */
type TextMember =
  | "title"
  | "text"
  | "advice"
  | "label"
  | "reason"
  | "help"
  | "placeholder"
  | "error"
  | "problem"
  | "submit"
  | "unit";

/** The members that are lists of texts. */
type TextListMember = "columns" | "labels";

/** `T` with a Text for each text. */
export type WithTexts<T> = T extends readonly (infer E)[]
  ? WithTexts<E>[]
  : T extends object
    ? { [K in keyof T]: K extends TextMember ? ToText<T[K]> : K extends TextListMember ? Text[] : WithTexts<T[K]> }
    : T;

type ToText<T> = T extends string ? Text : T;

/**
 * What happened to one task of the selection, or, if `planned`, what would happen. During a run a
 * task is `waiting` or `running`. `failed` was tried, `skipped` was not.
 *
 * @interface
 * @property id - the task's id
 * @property label - the name of the task, which is the same in every language
 * @property reason - why, as a sentence or a few words
 * @property retry - whether a retry may help; by default it may for `failed`, and not for `skipped`
 * @property progress - how much of this task is done, in units of its own
 * @property link - where to see more of it
 */
export type Outcome = Omit<WithTexts<wire.Outcome>, "label"> & { label: string };
/**
 * A button that opens an address in a new tab.
 *
 * @interface
 */
export type Link = WithTexts<wire.Link>;
/**
 * One question of a form. An action declares a schema, from which the worker makes its fields.
 *
 * @interface
 * @property type - "text", "long-text", "number", "toggle", "one-of", "several-of", "date",
 *   "person", "task-status" or "hidden"
 * @property value - what is proposed, or what was answered
 * @property min - of a number or a date
 * @property max - of a number or a date
 * @property step - of a number
 * @property pattern - a regular expression for the whole value of a text
 * @property error - what is wrong with the value
 * @property remember - false if the value was made for this call, so that the person's last answer
 *   must not replace it
 */
export type Field = WithTexts<wire.Field>;
export type Option = WithTexts<wire.Option>;
/**
 * How far a long run is, in units of its own.
 *
 * @interface
 * @property text - instead of "3 of 10"
 * @property left - an estimate of the remaining seconds
 */
export type Progress = WithTexts<wire.Progress>;
/** Text in rows and columns. Each row has one cell per column, which may be a text, too. */
export type Table = { title?: Text | undefined; columns: Text[]; rows: (Text | number | null)[][] };
/**
 * Numbers to draw. `bars` are side by side, a `stack` is one bar per label, a `line` connects the
 * labels.
 *
 * @interface
 * @property unit - what the values count
 * @property series - each has a name, and a value or null for each label
 */
export type Chart = Omit<WithTexts<wire.Chart>, "series"> & {
  series: (Omit<wire.Chart["series"][number], "name"> & { name: Text })[];
};
export type LaunchOption = wire.LaunchOption;
export type Launch = Omit<WithTexts<wire.Launch>, "help"> & { help?: string | undefined };
/**
 * What Kitsu's page does besides showing the reply. Each has a button, except `refresh`.
 * - `open`: opens the URL in a new tab, without a click if the browser still allows it
 * - `copy`: copies the text
 * - `download`: saves the URL as `name`
 * - `go`: goes to a page of Kitsu, "/productions/…", in the same tab
 * - `refresh`: makes Kitsu reload these tasks
 * - `launch`: starts a program with a custom protocol
 */
export type Effect = Launch | WithTexts<Exclude<wire.Effect, { kind: "copy" | "launch" }>> | CopyEffect;
/** What is copied is the same in every language. */
type CopyEffect = Omit<WithTexts<Extract<wire.Effect, { kind: "copy" }>>, "text"> & { text: string };

/**
 * The action has finished.
 *
 * @interface
 * @property outcomes - what happened to each task
 * @property document - a whole HTML document, which is shown in a sandboxed frame or not at all
 */
export type Done = Omit<WithTexts<wire.Done>, "outcomes" | "tables" | "charts" | "effects"> &
  WithOutcomes & {
    tables?: Table[] | undefined;
    charts?: Chart[] | undefined;
    effects?: Effect[] | undefined;
  };
/**
 * The action needs an answer before it runs. The worker makes it from `input` and `confirm`.
 *
 * @interface
 * @property submit - the button's text
 * @property dangerous - the action can't be undone
 * @property problem - what is wrong with the answer as a whole
 * @property tasks - the number of tasks, and the names of the first few
 * @property outcomes - what would happen to each task
 * @property form - which action asked
 * @property plan - what the person confirms
 */
export type Ask = Omit<WithTexts<wire.Ask>, "outcomes"> & WithOutcomes;
/**
 * The action continues after this reply, if it called `continueWith`.
 *
 * @interface
 * @property outcomes - how far each task is
 * @property picture - the newest picture, at an address of the worker
 */
export type Started = Omit<WithTexts<wire.Started>, "outcomes"> & WithOutcomes;
/**
 * Nothing was done, or not everything. Throw a Failure to reply with it.
 *
 * @interface
 * @property code - in kebab-case, for logs and programs
 * @property text - what happened
 * @property advice - what the person can do
 * @property retry - whether the same call may work later
 * @property field - which field of the call is wrong
 */
export type Failed = Omit<WithTexts<wire.Failed>, "outcomes"> & WithOutcomes;
type WithOutcomes = { outcomes?: Outcome[] | undefined };
/** What the person sees. It is data, never markup. */
export type Reply = Done | Ask | Started | Failed;

/**
 * The run, with the label of its undo.
 *
 * @interface
 * @property id - 128 random bits in hexadecimal
 * @property url - its page
 * @property retry - where a POST runs the action again for the tasks that failed
 * @property undo - where a POST undoes it, until then in epoch milliseconds
 * @property follow - where a run that continues can be followed
 */
export type Run = WithTexts<wire.Run>;

/** The text of the person's language in stored data: a plain string in older data. */
export const StoredText = v.custom<Text>(
  (value) => typeof value === "string" || (typeof value === "object" && value !== null && isText(value)),
  "must be a text",
);

export const StoredOutcome = v.custom<Outcome>(
  (value) => v.is(wire.Outcome, localizeAll(value, ENGLISH)),
  "must be an outcome",
);

/** How to retry and undo a run, in stored data. */
export const StoredOffers = v.custom<Pick<Run, "retry" | "undo">>(
  (value) => v.is(v.pick(wire.Run, ["retry", "undo"]), localizeAll(value, ENGLISH)),
  "must be addresses",
);

/** A run and its reply, before they are put into the reader's language. */
export type Answer = { run?: Run | undefined; reply: Reply };

/** A stored reply, of this worker or an older one. Its texts may be plain strings. */
export const StoredReply = v.custom<Reply>((value) => v.is(wire.Reply, localizeAll(value, ENGLISH)), "must be a reply");

/** The reply in the reader's language: only its texts change. */
export function localizeReply(reply: Reply, reader: Reader): wire.Reply;
export function localizeReply(reply: unknown, reader: Reader): unknown {
  return localizeAll(reply, reader);
}

/**
 * The reply as the reader sees it. If somebody else must fix something, it links to the entry in
 * docs/troubleshooting.md, which the log does not store.
 * @param base the address of the worker, which serves that page
 */
export function showReply(reply: Reply, reader: Reader, base: string): wire.Reply {
  const entry = findHelp(reply);
  if (entry === undefined) return localizeReply(reply, reader);
  const link = { label: message("page.howToFix"), url: `${base}/help#${entry}` };
  return localizeReply({ ...reply, links: [...(reply.links ?? []), link] }, reader);
}

/** A studio's server that refuses in words of its own has said what helps. */
const hasOwnWords = ({ code, title, text }: Failed) =>
  code === "target-refused" && (typeof title === "string" || typeof text === "string");

/** The id of the entry that helps. One link is enough. */
function findHelp(reply: Reply): string | undefined {
  if (reply.kind === "failed" && helpCodes.has(reply.code) && !hasOwnWords(reply)) return reply.code;
  const advice = reply.kind === "failed" ? reply.advice : undefined;
  return findEntry([reply.text, advice, "outcomes" in reply && reply.outcomes?.map(({ reason }) => reason)]);
}

/** The run as the reader sees it, who will follow it in the same language. */
export function localizeRun(run: Run, reader: Reader): wire.Run;
export function localizeRun({ follow, ...run }: Run, reader: Reader): unknown {
  return localizeAll({ ...run, ...(follow && { follow: addReader(follow, reader) }) }, reader);
}

function addReader({ url, socket }: NonNullable<Run["follow"]>, reader: Reader): NonNullable<Run["follow"]> {
  const query = toQuery(reader);
  return { url: `${url}&${query}`, socket: `${socket}&${query}` };
}

/** The answer as the reader sees it. */
export const localizeAnswer = ({ run, reply }: Answer, reader: Reader, base: string): wire.Answer => ({
  version: wire.WIRE_VERSION,
  ...(run && { run: localizeRun(run, reader) }),
  reply: showReply(reply, reader, base),
});
