// CSV in the format that the person's spreadsheet expects. A client without a language, such as a
// script, gets RFC 4180. Days are in ISO 8601, which spreadsheets read in every region: in the
// digits of a wrong region, 5 June silently becomes 6 May.
import { dsvFormat } from "d3-dsv";

type CsvFormat = { separator: "," | ";"; decimal: "." | ","; byteOrderMark: "" | "\ufeff" };
export type Cell = string | number | null;

const RFC_4180: CsvFormat = { separator: ",", decimal: ".", byteOrderMark: "" };
/** Regions with a decimal point that still separate columns with a semicolon. */
const SEMICOLON_REGIONS = ["CH", "LI"];

/**
 * Spreadsheets follow the computer's region, and so does the browser's language. If the person
 * reads another language, that one is used, unless it is English: it is Kitsu's default, and what
 * people get whose language we don't have.
 * @param browser "fr-CH", or an Accept-Language header, whose first language is used
 * @param reader the reader's locale
 */
export function chooseCsvFormat(browser: string | null | undefined, reader = "en"): CsvFormat {
  const [first = ""] = browser?.split(/[,;]/) ?? [];
  try {
    const inBrowser = new Intl.Locale(first.trim());
    const locale = ["en", inBrowser.language].includes(new Intl.Locale(reader).language) ? inBrowser : reader;
    const { region } = new Intl.Locale(locale);
    const parts = new Intl.NumberFormat(locale, { numberingSystem: "latn" }).formatToParts(0.5);
    const decimal = parts.some(({ type, value }) => type === "decimal" && value === ",") ? "," : ".";
    const separator = decimal === "," || SEMICOLON_REGIONS.includes(region ?? "") ? ";" : ",";
    // Excel needs it to recognize UTF-8.
    return { separator, decimal, byteOrderMark: "\ufeff" };
  } catch {
    // Not a language: "", "*" or nonsense.
    return RFC_4180;
  }
}

/** Text that a spreadsheet would run as a formula stays text. */
export function formatCsv(
  rows: readonly (readonly Cell[])[],
  { separator, decimal, byteOrderMark }: CsvFormat,
): string {
  const { formatRow } = dsvFormat(separator);
  const formatCell = (cell: Cell) =>
    typeof cell === "number" ? String(cell).replace(".", decimal) : escapeFormula(cell ?? "");
  return byteOrderMark + rows.map((row) => `${formatRow(row.map(formatCell))}\r\n`).join("");
}

/**
 * Anyone can put a formula in a name. Spreadsheets also run formulas that start with the full-width
 * signs of East Asian keyboards.
 */
const escapeFormula = (text: string) =>
  /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/.test(text) ? `'${text}` : text;
