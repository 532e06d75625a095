// Compiles docs/troubleshooting.md to markup of the worker's pages, which the worker serves as
// /help. Whatever this page must not have, or an entry lacks, fails the build.
/// <reference path="./markdown-it.d.ts" />
import { mkdir, readFile, writeFile } from "node:fs/promises";
import MarkdownIt, { type Token } from "markdown-it";

const root = new URL("../", import.meta.url);

type Entry = { id: string; isCode: boolean; parts: Map<string, string> };
/** `literal`: what is between the backticks of a template. */
export type Help = { entries: Entry[]; literal: string };

/** What each entry says, in this order. */
const PARTS = ["Who", "See", "Fix"];

export async function writeHelp(): Promise<void> {
  const { entries, literal } = compileHelp(await readFile(new URL("docs/troubleshooting.md", root), "utf8"));
  // Those that somebody else than the reader must fix.
  const codes = entries
    .filter(({ isCode, parts }) => isCode && /TD|administrator/.test(parts.get("Who") ?? ""))
    .map(({ id }) => id);
  await mkdir(new URL("gen/", root), { recursive: true });
  await writeFile(
    new URL("gen/help-codes.ts", root),
    `// Made by npm run build.\nexport const helpCodes: ReadonlySet<string> = new Set(${JSON.stringify(codes)});\n`,
  );
  await writeFile(
    new URL("gen/help.ts", root),
    [
      "// Made by npm run build.",
      'import type { FailureCode } from "../worker/format/failure.ts";',
      'import { type Content, html, type Markup } from "../worker/pages/html.ts";',
      "",
      "/** @param title what a failure with this code is called */",
      `export const renderEntries = (title: (code: FailureCode) => Content): Markup => html\`${literal}\`;`,
      "",
    ].join("\n"),
  );
}

export function compileHelp(markdown: string): Help {
  const tokens = new MarkdownIt("commonmark", { html: false }).parse(markdown, {});
  const entries: Entry[] = [];
  const written: string[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const [token, next] = tokens.slice(at);
    if (token === undefined) break;
    const { type, tag, content, map } = token;
    if (type === "heading_open" && next !== undefined) {
      written.push(writeHeading(tag, next, entries));
      // The heading's text and its end.
      at += 2;
    } else if (type === "inline") {
      const [, part, text] = /^(\w+): (.+)$/s.exec(content) ?? [];
      if (part !== undefined && text !== undefined) entries.at(-1)?.parts.set(part, text);
      written.push(writeInline(token));
    } else if (BLOCKS.has(type)) {
      if (!token.hidden) written.push(token.nesting === 1 ? `<${tag}>` : `</${tag}>\n`);
    } else throw new Error(`docs/troubleshooting.md, line ${(map?.[0] ?? 0) + 1}: /help can't show a ${type}`);
  }
  for (const { id, parts } of entries)
    if ([...parts.keys()].join() !== PARTS.join())
      throw new Error(`The entry ${id} of docs/troubleshooting.md must have ${PARTS.join(", ")}, in this order`);
  return { entries, literal: `${written.join("").trim()}\n</section>` };
}

/** Each h2 begins a section, each h3 an entry. The page has an h1 of its own. */
function writeHeading(tag: string, text: Token, entries: Entry[]): string {
  if (tag === "h1") return "<section>\n";
  if (tag === "h2") return `</section>\n<section>\n<h2>${writeInline(text)}</h2>\n`;
  const [only, ...others] = text.children ?? [];
  const isCode = only?.type === "code_inline" && others.length === 0;
  const id = toAnchor(text.content);
  if (entries.some((entry) => entry.id === id)) throw new Error(`docs/troubleshooting.md has two entries ${id}`);
  entries.push({ id, isCode, parts: new Map() });
  return `<h3 id="${id}">${isCode ? `\${title("${id}")}` : writeInline(text)}</h3>\n`;
}

const BLOCKS = new Set(
  ["paragraph", "bullet_list", "ordered_list", "list_item"].flatMap((name) => [`${name}_open`, `${name}_close`]),
);

/** As GitHub makes it of a heading. */
const toAnchor = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");

function writeInline({ children }: Token): string {
  let linkEnd = "";
  return (children ?? []).map(write).join("");

  function write(token: Token, at: number, all: readonly Token[]): string {
    const { type, content, tag, nesting } = token;
    if (type === "text") return escapeLiteral(content);
    if (type === "code_inline") return `<code>${escapeLiteral(content)}</code>`;
    if (type === "softbreak") return " ";
    if (type === "strong_open" || type === "strong_close" || type === "em_open" || type === "em_close")
      return nesting === 1 ? `<${tag}>` : `</${tag}>`;
    if (type === "link_open") {
      const href = token.attrGet("href") ?? "";
      const isOnPage = /^#[\w-]+$|^https:/.test(href);
      // Only the repository has the other documents, so their names are enough.
      if (!isOnPage && href.split("#")[0] !== all[at + 1]?.content)
        throw new Error(`docs/troubleshooting.md: a link to ${href} must have the file's name as its text`);
      linkEnd = isOnPage ? "</a>" : "</code>";
      return isOnPage ? `<a href="${escapeLiteral(href)}">` : "<code>docs/";
    }
    if (type === "link_close") return linkEnd;
    throw new Error(`docs/troubleshooting.md: /help can't show a ${type} in a text`);
  }
}

/** As text in markup that is the literal of a template. */
const escapeLiteral = (text: string): string =>
  text
    .replace(/[&<>"]/g, (character) => ESCAPES[character] ?? character)
    .replace(/[\\`]|\$(?=\{)/g, (character) => `\\${character}`);

const ESCAPES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
