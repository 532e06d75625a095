// A number as people write it into a field, a setting or a column of Kitsu: digits, a sign, one point or comma before decimals. What could mean
// two numbers is none, for a thousand that becomes one is worse than a question.

const DECIMAL = /^[+-]?(\d+([.,]\d+)?|[.,]\d+)$/;
/** "1,000" is a thousand in London and one in Paris; "1.000" the other way round. "0.125" and "23.976" are what they are. */
const GROUPED = /^[+-]?[1-9]\d{0,2}(,\d{3}|\.\d\d0)$/;

/** Undefined where it is no number, or could be two. */
export function readDecimal(text: string): number | undefined {
  const written = text.trim().replace(/^\u2212/, "-");
  if (!DECIMAL.test(written) || GROUPED.test(written)) return undefined;
  const number = Number(written.replace(",", "."));
  return Number.isFinite(number) ? number : undefined;
}

/** What to write instead. */
export function explainDecimal(text: string): string {
  return GROUPED.test(text.trim().replace(/^\u2212/, "-"))
    ? "Could be read as two numbers: write it like 1000, or like 1.5"
    : "Must be a number, like 1000 or 1.5";
}
