// Writes the figures into docs/performance.md, beside docs/performance.json and the pictures.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Table } from "../table.ts";
import type { Figures } from "./figures.ts";
import { drawPicture, SCHEMES } from "./picture.ts";
import { makeTables } from "./tables.ts";

const docs = join(import.meta.dirname, "../../docs");

export async function writeDocument(figures: Figures): Promise<void> {
  const path = join(docs, "performance.md");
  const blocks = Object.entries(makeTables(figures)).map(([name, table]): [string, string] => [
    name,
    toMarkdown(table),
  ]);
  const machine = `Measured on ${figures.day}: ${figures.machine}.`;
  let text = await readFile(path, "utf8");
  for (const [name, block] of [...blocks, ["machine", machine] as const]) text = replaceBlock(text, name, block);
  await writeFile(path, text);
  await writeFile(join(docs, "performance.json"), `${JSON.stringify(figures, null, 2)}\n`);
  for (const scheme of SCHEMES)
    await writeFile(join(docs, `images/performance-${scheme}.svg`), drawPicture(figures, scheme));
}

/** Replaces what is between `<!-- name -->` and `<!-- end -->`. */
function replaceBlock(text: string, name: string, block: string): string {
  const pattern = new RegExp(`(<!-- ${name} -->\\n)[^]*?(<!-- end -->)`);
  if (!pattern.test(text)) throw new Error(`docs/performance.md has no place for "${name}".`);
  return text.replace(pattern, (_, start: string, end: string) => `${start}${block}\n${end}`);
}

function toMarkdown({ head, rows }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, index) => (index === 0 ? "---" : "--:"))), ...rows.map(line)].join("\n");
}
