// Writes a text in the reader's language, with numbers, dates and lists as they are written there.
// The worker has the whole catalogue (localize.ts); the script of our pages has a few texts of it.
import { type CompiledMessage, formatMessage } from "../../messages/format-message.ts";
import { formatAgo, formatDay, formatDuration, formatList, formatNumber, formatTime } from "./locale-formats.ts";
import { isMessage, isText, type Message, type Text } from "./message.ts";
import type { Reader } from "./reader.ts";

/** Undefined if there is no such text. */
type FindMessage = (key: string) => CompiledMessage | undefined;
/** Where the texts are, and who reads them. */
type Context = { reader: Reader; find: FindMessage };

export function writeText(text: Text, reader: Reader, find: FindMessage): string {
  if (typeof text === "string") return text;
  if (!isMessage(text)) return text[reader.language] ?? text.en;
  return fillIn(text, { reader, find });
}

function fillIn({ key, values = {} }: Message, context: Context): string {
  const compiled = context.find(key);
  // A newer or older worker wrote it. What it was about is in the values.
  if (compiled === undefined)
    return [key, ...Object.values(values).flatMap((value) => writeEach([value].flat(), context))].join(" ");
  return formatMessage(compiled, values, context.reader.language, (value, kind, style) =>
    writeValue(value, context, kind, style),
  );
}

function writeValue(value: unknown, context: Context, kind?: string, style = ""): string {
  const { reader, find } = context;
  switch (kind) {
    case "list":
      return formatList(writeEach(value, context), reader, LISTS[style]);
    case "sentences":
      return joinSentences(writeEach(value, context), reader, style === "ended");
    case "paragraphs":
      return writeEach(value, context).join("\n\n");
    case "day":
      return formatDay(String(value), reader);
    case "time":
    case "moment":
    case "since":
      return formatTime(Number(value), reader, { kind, hasSeconds: style === "seconds" });
    case "ago":
      return formatAgo(Number(value), reader);
    case "duration":
      return formatDuration(Number(value), reader);
    default:
      if (typeof value === "number") return formatNumber(value, reader);
      if (typeof value === "object" && value !== null && isText(value)) return writeText(value, reader, find);
      return isolate(String(value ?? ""));
  }
}

/** The styles of lists. Without one, the last two are joined by "and". */
const LISTS: Readonly<Record<string, "disjunction" | "unit">> = { or: "disjunction", unit: "unit" };

const writeEach = (values: unknown, context: Context): string[] =>
  (Array.isArray(values) ? values : []).map((value: unknown) => writeValue(value, context));

/**
 * A sentence before another one gets the period that it may lack. With `isEnded`, the last one
 * does, too.
 */
const joinSentences = (sentences: readonly string[], reader: Reader, isEnded: boolean) =>
  sentences
    .map((one, index) => {
      const mayLack = !isEnded && index === sentences.length - 1;
      return mayLack || ENDED.test(one) ? one : `${one}${hasSpaces(reader) ? "." : "。"}`;
    })
    .join(hasSpaces(reader) ? " " : "");

const ENDED = /[.!?…。！？:：؟][\p{Pe}\p{Pf}\p{Pi}"']*$/u;

/** Chinese and Japanese have no space between sentences. */
const hasSpaces = ({ language }: Reader) => !["ja", "zh"].includes(language);

const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;

/** Arabic and Hebrew names keep their order within a sentence: FIRST STRONG ISOLATE around them. */
const isolate = (text: string) => (RIGHT_TO_LEFT.test(text) ? `\u2068${text}\u2069` : text);
