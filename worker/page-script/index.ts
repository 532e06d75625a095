// The one script of our pages: buttons that copy, tables as CSV, and a search through folded tables. It is served as a file, runs in the browser, and pages are whole without it.
import { csvFormatRows } from "d3-dsv";

/** How many found tables are opened by a search. */
const OPENED_MAX = 5;

for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-copy]")) {
  const label = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(button.dataset.copy ?? "");
      button.textContent = "Copied";
    } catch {
      button.textContent = "Select the text and copy it";
    }
    setTimeout(() => {
      button.textContent = label;
    }, 3_000);
  });
}

for (const caption of document.querySelectorAll("caption")) {
  const table = caption.closest("table");
  if (table === null) continue;
  const title = caption.textContent ?? "";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "small";
  button.textContent = "CSV";
  button.ariaLabel = `${title} as CSV`;
  button.addEventListener("click", () => saveCsv(table, title));
  caption.append(button);
}

for (const field of document.querySelectorAll<HTMLInputElement>("input[data-find]")) {
  const label = field.closest("label");
  if (label !== null) label.hidden = false;
  const folds = [...document.querySelectorAll<HTMLDetailsElement>("details.fold")].map((fold) => ({
    fold,
    text: fold.textContent?.toLowerCase() ?? "",
  }));
  field.addEventListener("input", () => {
    const wanted = field.value.trim().toLowerCase();
    const found = folds.filter(({ fold, text }) => {
      fold.hidden = !text.includes(wanted);
      return !fold.hidden;
    });
    // A few are read at once, many are chosen from.
    for (const { fold } of folds) fold.open = wanted !== "" && found.length <= OPENED_MAX;
  });
}

function saveCsv(table: HTMLTableElement, title: string): void {
  const rows = [...table.rows].map((row) => [...row.cells].map(readCell));
  const link = document.createElement("a");
  // The mark at the beginning tells Excel that it is UTF-8.
  link.href = URL.createObjectURL(new Blob([`\ufeff${csvFormatRows(rows)}\r\n`], { type: "text/csv;charset=utf-8" }));
  link.download = `${nameFile(title)}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** A spreadsheet runs what begins like a formula, and anyone may put one into a name. A number of ours is a number. */
function readCell(cell: HTMLTableCellElement): string {
  const text = cell.textContent ?? "";
  return !cell.classList.contains("number") && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}

function nameFile(title: string): string {
  const name = title.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-");
  return name.replace(/^-|-$/g, "").slice(0, 60) || "table";
}
