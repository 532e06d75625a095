// CSV as the spreadsheet of whoever opens it reads it. Spreadsheets follow the computer's region, as the browser's language does, and Kitsu's own
// locale often is what Zou was installed with: so it is the browser's language that decides. Who says none, such as a script, gets RFC 4180.
import { dsvFormat } from "d3-dsv";

export type CsvFormat = { separator: "," | ";"; decimal: "." | ","; mark: "" | "\ufeff" };
export type Cell = string | number | null;

const PLAIN: CsvFormat = { separator: ",", decimal: ".", mark: "" };
/** There the decimal sign is a point, and the separator a semicolon all the same. */
const SEMICOLON_REGIONS = ["CH", "LI"];

/** @param languages "fr-CH", or a whole Accept-Language, of which the first counts */
export function chooseCsvFormat(languages: string | null | undefined): CsvFormat {
  const [language = ""] = languages?.split(/[,;]/) ?? [];
  try {
    const { region } = new Intl.Locale(language.trim());
    const parts = new Intl.NumberFormat(language.trim(), { numberingSystem: "latn" }).formatToParts(0.5);
    const decimal = parts.some(({ type, value }) => type === "decimal" && value === ",") ? "," : ".";
    const separator = decimal === "," || SEMICOLON_REGIONS.includes(region ?? "") ? ";" : ",";
    // The mark at the beginning tells Excel that it is UTF-8.
    return { separator, decimal, mark: "\ufeff" };
  } catch {
    // No language: "", "*", or nonsense.
    return PLAIN;
  }
}

/** Numbers are numbers; text that a spreadsheet would run is text. */
export function formatCsv(rows: readonly (readonly Cell[])[], { separator, decimal, mark }: CsvFormat): string {
  const { formatRow } = dsvFormat(separator);
  const write = (cell: Cell) => (typeof cell === "number" ? String(cell).replace(".", decimal) : defuse(cell ?? ""));
  return mark + rows.map((row) => `${formatRow(row.map(write))}\r\n`).join("");
}

/** A spreadsheet runs what begins like a formula, in East Asia's wide signs, too, and anyone may put one into a name. */
const defuse = (text: string) => (/^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/.test(text) ? `'${text}` : text);
