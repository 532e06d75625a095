// Reads the doc comments of the wire's schemas, which become the descriptions in the JSON Schema.
import { readdir, readFile } from "node:fs/promises";

/** `members`: what the comment's list says about each, such as the properties of an object. */
export type DocComment = { text: string; members: ReadonlyMap<string, string> };

/** The comments in contract/, by the names of the schemas. */
export async function readDocComments(): Promise<ReadonlyMap<string, DocComment>> {
  const folder = new URL("../../contract/", import.meta.url);
  const sources = (await readdir(folder))
    .filter((name) => name.endsWith(".ts"))
    .map((name) => readFile(new URL(name, folder), "utf8"));
  return new Map((await Promise.all(sources)).flatMap(listDocComments));
}

/** A comment that directly precedes an exported constant. */
const COMMENT = /^\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\nexport const (\w+)\b/gm;

export const listDocComments = (source: string): [name: string, DocComment][] =>
  [...source.matchAll(COMMENT)].map(([, comment = "", name = ""]) => [name, parseDocComment(comment)]);

/**
 * Splits a comment into its paragraphs and its list. "- `min`, `max`: for numbers" describes two
 * members, "- `controls`: …. `paused`: …" only the first.
 */
function parseDocComment(comment: string): DocComment {
  const lines = comment.split("\n").map((line) => line.replace(/^ *\*? ?/, "").trimEnd());
  const paragraphs: string[] = [];
  const members = new Map<string, string>();
  for (const block of lines
    .join("\n")
    .trim()
    .split(/\n(?=- )|\n\n/)) {
    const [, names, text] = /^- ((?:`\w+`(?:, )?)+): ([\s\S]*)$/.exec(block) ?? [];
    if (names === undefined || text === undefined) paragraphs.push(unwrap(block));
    else for (const [, name = ""] of names.matchAll(/`(\w+)`/g)) members.set(name, unwrap(text));
  }
  return { text: paragraphs.join("\n\n"), members };
}

const unwrap = (text: string) => text.replace(/\n\s*/g, " ").trim();
