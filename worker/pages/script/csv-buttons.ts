import { type Cell, chooseCsvFormat, formatCsv } from "../../format/csv.ts";
import { say } from "./localize-here.ts";

/** Adds a button to each table that saves it. */
export function addCsvButtons(): void {
  for (const caption of document.querySelectorAll("caption")) {
    const table = caption.closest("table");
    if (table === null) continue;
    const title = caption.textContent?.trim() ?? "";
    const button = document.createElement("button");
    button.type = "button";
    button.className = "small";
    button.textContent = say("pageScript.csv");
    button.ariaLabel = say("pageScript.tableAsCsv", { title });
    button.addEventListener("click", () => saveCsv(table, title));
    caption.append(button);
  }
}

function saveCsv(table: HTMLTableElement, title: string): void {
  const rows = [...table.rows].map((row) => [...row.cells].map(readCell));
  const link = document.createElement("a");
  const csv = formatCsv(rows, chooseCsvFormat(navigator.language, document.documentElement.lang || undefined));
  link.href = URL.createObjectURL(new Blob([csv], { type: "text/csv;charset=utf-8" }));
  link.download = `${formatFileName(title)}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/**
 * The cell's number or day, which it shows as the reader writes it. Otherwise the cell's text, or
 * the whole address if the cell is only a link. Trimmed, because our tables have no end tags: the
 * last cell of a row ends where the next row starts.
 */
function readCell(cell: HTMLTableCellElement): Cell {
  const { value, day } = cell.dataset;
  if (value !== undefined) return Number(value);
  const address = cell.querySelector<HTMLAnchorElement>(":scope > a[href]:only-child")?.getAttribute("href");
  return (day ?? address ?? cell.textContent ?? "").trim();
}

function formatFileName(title: string): string {
  const name = title.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-");
  return name.replace(/^-|-$/g, "").slice(0, 60) || "table";
}
