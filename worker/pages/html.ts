// The only place that makes markup. Values in a template are escaped, unless they are Markup.
// Attribute values must be in double quotes. Texts stay keys until the markup is written for a
// reader.
import type { MessageValues } from "../../gen/worker-messages.ts";
import { localize } from "../format/localize.ts";
import { isText, type MessageKey, type MessageValue, type Text } from "../format/message.ts";
import type { Reader } from "../format/reader.ts";

export class Markup {
  readonly #literals: TemplateStringsArray;
  readonly #contents: readonly Content[];

  constructor(literals: TemplateStringsArray, contents: readonly Content[]) {
    this.#literals = literals;
    this.#contents = contents;
  }

  /** The source, in the reader's language. */
  write(reader: Reader): string {
    return this.#literals.map((literal, index) => literal + write(this.#contents[index], reader)).join("");
  }
}

/** A function makes content that depends on the reader, such as a number in a chart. */
export type Content = Text | number | undefined | null | false | Markup | ForReader | readonly Content[];
export type ForReader = (reader: Reader) => Content;

/** html`<p title="${title}">${text}</p>` */
export function html(literals: TemplateStringsArray, ...contents: Content[]): Markup {
  return new Markup(literals, contents);
}

type RichValue = MessageValue | Markup | ForReader;
type RichValues = Readonly<Record<string, RichValue | readonly RichValue[]>>;
type RichKey = { [K in MessageKey]: MessageValues<RichValue>[K] extends undefined ? never : K }[MessageKey];

/**
 * A text with elements inside. The text has placeholders for them, and no markup.
 * rich("home.empty", { kitsu: html`<a href="${url}">Kitsu</a>` })
 */
export function rich<K extends RichKey>(key: K, values: MessageValues<RichValue>[K] & RichValues): ForReader {
  return (reader) => {
    const elements: Content[] = [];
    const mark = (value: RichValue): MessageValue => {
      if (typeof value === "number") return value;
      if (value instanceof Markup || typeof value === "function") return `${MARK}${elements.push(value) - 1}${MARK}`;
      return localize(value, reader).replaceAll(MARK, "");
    };
    const marked = Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, isList(value) ? value.map(mark) : mark(value)]),
    );
    return localize({ key, values: marked }, reader)
      .split(MARK)
      .map((part, at) => (at % 2 === 0 ? part : elements[Number(part)]));
  };
}

const isList = <T>(value: T | readonly T[]): value is readonly T[] => Array.isArray(value);

/** Around the number of an element, where it is in a text. No text contains this character. */
const MARK = "\ue000";

function write(content: Content, reader: Reader): string {
  if (typeof content === "function") return write(content(reader), reader);
  if (content === undefined || content === null || content === false) return "";
  if (content instanceof Markup) return content.write(reader);
  if (typeof content === "string" || typeof content === "number") return escapeText(String(content));
  if (isText(content)) return escapeText(localize(content, reader));
  if (Array.isArray(content)) return content.map((one) => write(one, reader)).join("");
  // A newer version may have stored other values in a table.
  return escapeText(JSON.stringify(content));
}

const escapeText = (text: string) => text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);

const ESCAPES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
