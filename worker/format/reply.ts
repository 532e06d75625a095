// Replies before they are put into the reader's language: those of the wire (contract/reply.ts),
// with a Text wherever the wire has a text for the person. Actions return them, and the log keeps
// them.
import * as v from "valibot";
import * as wire from "../../contract.ts";
import { localizeAll } from "./localize.ts";
import { isText, type Text } from "./message.ts";
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

/** `label` is the name of the task, which is the same in every language. */
export type Outcome = Omit<WithTexts<wire.Outcome>, "label"> & { label: string };
export type Link = WithTexts<wire.Link>;
export type Field = WithTexts<wire.Field>;
export type Option = WithTexts<wire.Option>;
export type Progress = WithTexts<wire.Progress>;
/** A cell may be a text, too. */
export type Table = { title?: Text | undefined; columns: Text[]; rows: (Text | number | null)[][] };
/** A series is named by a text, too. */
export type Chart = Omit<WithTexts<wire.Chart>, "series"> & {
  series: (Omit<wire.Chart["series"][number], "name"> & { name: Text })[];
};
export type LaunchOption = wire.LaunchOption;
export type Launch = Omit<WithTexts<wire.Launch>, "help"> & { help?: string | undefined };
export type Effect = Launch | WithTexts<Exclude<wire.Effect, { kind: "copy" | "launch" }>> | CopyEffect;
/** What is copied is the same in every language. */
type CopyEffect = Omit<WithTexts<Extract<wire.Effect, { kind: "copy" }>>, "text"> & { text: string };

export type Done = Omit<WithTexts<wire.Done>, "outcomes" | "tables" | "charts" | "effects"> &
  WithOutcomes & {
    tables?: Table[] | undefined;
    charts?: Chart[] | undefined;
    effects?: Effect[] | undefined;
  };
export type Ask = Omit<WithTexts<wire.Ask>, "outcomes"> & WithOutcomes;
export type Started = Omit<WithTexts<wire.Started>, "outcomes"> & WithOutcomes;
export type Failed = Omit<WithTexts<wire.Failed>, "outcomes"> & WithOutcomes;
type WithOutcomes = { outcomes?: Outcome[] | undefined };
export type Reply = Done | Ask | Started | Failed;

/** The run, with the label of its undo. */
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

/** The reply as the reader sees it: only its texts change. */
export function localizeReply(reply: Reply, reader: Reader): wire.Reply;
export function localizeReply(reply: unknown, reader: Reader): unknown {
  return localizeAll(reply, reader);
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
export const localizeAnswer = ({ run, reply }: Answer, reader: Reader): wire.Answer => ({
  version: wire.WIRE_VERSION,
  ...(run && { run: localizeRun(run, reader) }),
  reply: localizeReply(reply, reader),
});
