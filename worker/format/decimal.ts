// Numbers as people write them in fields, settings and columns of Kitsu: digits, a sign, and one
// point or comma before the decimals. An ambiguous number is refused: reading a thousand as one
// would be worse.
import { type Message, message } from "./message.ts";

const DECIMAL = /^[+-]?(\d+([.,]\d+)?|[.,]\d+)$/;
/**
 * "1,000" is a thousand in London and one in Paris, "1.000" the other way round. "0.125" and
 * "23.976" are not ambiguous.
 */
const AMBIGUOUS = /^[+-]?[1-9]\d{0,2}(,\d{3}|\.\d\d0)$/;

/** Undefined if the text is not a number, or is ambiguous. */
export function readDecimal(text: string): number | undefined {
  const written = normalize(text);
  if (!DECIMAL.test(written) || AMBIGUOUS.test(written)) return undefined;
  const number = Number(written.replace(",", "."));
  return Number.isFinite(number) ? number : undefined;
}

/** How to correct a text that `readDecimal` refused. */
export function explainDecimal(text: string): Message {
  const examples = { whole: "1000", fraction: 1.5 };
  return AMBIGUOUS.test(normalize(text))
    ? message("form.ambiguousNumber", examples)
    : message("form.numberLike", examples);
}

/** Japanese and Chinese keyboards also write wide digits. */
const normalize = (text: string) =>
  text
    .normalize("NFKC")
    .trim()
    .replace(/^\u2212/, "-");
