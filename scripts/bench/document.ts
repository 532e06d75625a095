// Writes the figures into docs/performance.md, beside docs/performance.json and the pictures.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import type { Table } from "../table.ts";
import { Figures } from "./figures.ts";
import { drawPicture, SCHEMES } from "./picture.ts";
import { makeTables } from "./tables.ts";

const docs = join(import.meta.dirname, "../../docs");
const [documentPath, figuresPath] = [join(docs, "performance.md"), join(docs, "performance.json")];

export const readDocument = () => readFile(documentPath, "utf8");

export async function writeDocument(measured: Figures): Promise<void> {
  const json = toJson(measured);
  // What is written comes from the file, so that writing it again changes nothing.
  const figures = v.parse(Figures, JSON.parse(json));
  const machine = `Measured on ${figures.day}: ${figures.machine}.`;
  let text = replaceBlock(await readDocument(), "machine", machine);
  for (const [name, table] of Object.entries(makeTables(figures))) text = replaceBlock(text, name, toMarkdown(table));
  await writeFile(documentPath, text);
  await writeFile(figuresPath, json);
  for (const scheme of SCHEMES)
    await writeFile(join(docs, `images/performance-${scheme}.svg`), drawPicture(figures, scheme));
}

/** Writes other counts, and leaves what was measured. */
export async function writeCounts(counts: Figures["counts"]): Promise<void> {
  const measured = v.parse(Figures, JSON.parse(await readFile(figuresPath, "utf8")));
  await writeDocument({ ...measured, counts });
}

/** One row a line, with as many digits as are worth comparing. */
function toJson(figures: Figures): string {
  const write = (value: unknown) =>
    JSON.stringify(value, (_, one: unknown) => (typeof one === "number" ? Number(one.toPrecision(3)) : one));
  const members = Object.entries(figures).map(([name, value]) => {
    const text = Array.isArray(value) ? `[\n  ${value.map(write).join(",\n  ")}\n]` : write(value);
    return `"${name}": ${text}`;
  });
  return `{\n${members.join(",\n")}\n}\n`;
}

/** Replaces what is between `<!-- name -->` and `<!-- end -->`. */
function replaceBlock(text: string, name: string, block: string): string {
  const pattern = new RegExp(`(<!-- ${name} -->\\n)[^]*?(<!-- end -->)`);
  if (!pattern.test(text)) throw new Error(`docs/performance.md has no place for "${name}".`);
  return text.replace(pattern, (_, start: string, end: string) => `${start}\n${block}\n\n${end}`);
}

export function toMarkdown({ head, rows }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, index) => (index === 0 ? "---" : "--:"))), ...rows.map(line)].join("\n");
}
