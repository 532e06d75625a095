// CSV in the format that the person's spreadsheet expects. Spreadsheets follow the computer's region, and so
// does the browser's language. Kitsu's locale is often just the default of its installation. A client
// without a language, such as a script, gets RFC 4180.
import { dsvFormat } from "d3-dsv";

type CsvFormat = { separator: "," | ";"; decimal: "." | ","; byteOrderMark: "" | "\ufeff" };
export type Cell = string | number | null;

const RFC_4180: CsvFormat = { separator: ",", decimal: ".", byteOrderMark: "" };
/** Regions with a decimal point that still separate columns with a semicolon. */
const SEMICOLON_REGIONS = ["CH", "LI"];

/** @param languages "fr-CH", or an Accept-Language header, whose first language is used */
export function chooseCsvFormat(languages: string | null | undefined): CsvFormat {
  const [language = ""] = languages?.split(/[,;]/) ?? [];
  try {
    const { region } = new Intl.Locale(language.trim());
    const parts = new Intl.NumberFormat(language.trim(), { numberingSystem: "latn" }).formatToParts(0.5);
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
 * Anyone can put a formula in a name. Spreadsheets also run formulas that start with the full-width signs
 * of East Asian keyboards.
 */
const escapeFormula = (text: string) =>
  /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/.test(text) ? `'${text}` : text;
