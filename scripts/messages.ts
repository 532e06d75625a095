/**
 * Compiles the texts in messages/ for the worker, its pages and the userscript. Throws if a
 * language lacks a text, a placeholder or a plural form.
 */
import { readFile } from "node:fs/promises";
import type { Token } from "@messageformat/parser";
import { compileTokens, listPlaceholders, parseText } from "../messages/compile-message.ts";
import type { CompiledMessage } from "../messages/format-message.ts";
import { LANGUAGES } from "../messages/languages.ts";
import { PSEUDO_LANGUAGE, pseudoize } from "../messages/pseudo.ts";
import { CliError } from "./cli-error.ts";

type Texts = Readonly<Record<string, string>>;
type Catalogue = Readonly<Record<string, CompiledMessage>>;

/** The texts in this area of the catalogue are for the userscript, all others for the worker. */
const USERSCRIPT = "userscript.";

/** The TypeScript types of placeholders, by their kind. */
const VALUE_TYPES: Readonly<Record<string, string>> = {
  plural: "number",
  number: "number",
  select: "string",
  list: "readonly Value[]",
  sentences: "readonly Value[]",
  paragraphs: "readonly Value[]",
  day: "string",
  time: "number",
  moment: "number",
  since: "number",
  ago: "number",
  duration: "number",
};

/** The texts of a language by their keys, "playlist.created". */
export async function readTexts(language: string): Promise<Texts> {
  const areas: Record<string, Record<string, string>> = JSON.parse(
    await readFile(new URL(`../messages/${language}.json`, import.meta.url), "utf8"),
  );
  return Object.fromEntries(
    Object.entries(areas).flatMap(([area, texts]) =>
      Object.entries(texts).map(([key, text]) => [`${area}.${key}`, text]),
    ),
  );
}

/** The problems of one text in one language. */
function findProblems(language: string, text: string, english: string): string[] {
  const tokens = parseText(text);
  const used = new Set(listPlaceholders(tokens));
  const needed = new Set(listPlaceholders(parseText(english)));
  // A language may choose a form by a number that English only writes, and the other way round.
  const isSame = (one: string, other: string) => one.split(" ")[0] === other.split(" ")[0];
  const has = (all: Set<string>, one: string) =>
    all.has(one) || (/^\S+( plural)?$/.test(one) && [...all].some((other) => isSame(one, other)));
  return [
    ...[...needed].filter((one) => !has(used, one)).map((one) => `lacks {${one.replace(" ", ", ")}}`),
    ...[...used].filter((one) => !has(needed, one)).map((one) => `has an unknown {${one.replace(" ", ", ")}}`),
    ...listKinds(used)
      .filter((kind) => VALUE_TYPES[kind] === undefined)
      .map((kind) => `has the unknown kind ${kind}`),
    ...findMissingForms(language, tokens),
  ];
}

const listKinds = (used: Set<string>) => [...used].flatMap((one) => one.split(" ").slice(1));

function findMissingForms(language: string, tokens: readonly Token[]): string[] {
  const categories = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
  return tokens.flatMap((token) => {
    if (token.type !== "plural" && token.type !== "select") return [];
    const forms = token.cases.map(({ key }) => key);
    const required = token.type === "plural" ? categories : ["other"];
    return [
      ...required.filter((one) => !forms.includes(one)).map((one) => `lacks the form "${one}" of {${token.arg}}`),
      ...token.cases.flatMap((one) => findMissingForms(language, one.tokens)),
    ];
  });
}

/** What a language lacks or has too much, compared with English. */
export function findCatalogueProblems(language: string, texts: Texts, english: Texts): string[] {
  const missing = Object.keys(english).filter((key) => !(key in texts));
  const unknown = Object.keys(texts).filter((key) => !(key in english));
  return [
    ...missing.map((key) => `${key} is missing`),
    ...unknown.map((key) => `${key} is not in en.json`),
    ...Object.entries(texts).flatMap(([key, text]) =>
      findProblems(language, text, english[key] ?? text).map((problem) => `${key} ${problem}`),
    ),
  ];
}

async function readCatalogue(language: string, english: Texts): Promise<Catalogue> {
  const texts = await readTexts(language);
  const problems = findCatalogueProblems(language, texts, english);
  if (problems.length > 0) throw new CliError(`messages/${language}.json:\n  ${problems.join("\n  ")}`);
  return Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, compileTokens(parseText(text))]));
}

function pseudoizeAll(catalogues: readonly [language: string, catalogue: Catalogue][]): Catalogue {
  const [, english = {}] = catalogues.find(([language]) => language === "en") ?? [];
  return Object.fromEntries(Object.entries(english).map(([key, message]) => [key, pseudoize(message)]));
}

/** The type of the values of each text. */
function describeValues(texts: Texts): string {
  const members = Object.entries(texts).map(([key, text]) => {
    const kinds = new Map<string, string>();
    for (const placeholder of listPlaceholders(parseText(text))) {
      const [name = "", kind = ""] = placeholder.split(" ");
      if (kind !== "" || !kinds.has(name)) kinds.set(name, VALUE_TYPES[kind] ?? "Value");
    }
    const values = [...kinds].map(([name, type]) => `${name}: ${type}`).join("; ");
    return `  ${/^\d+$/.test(key) ? key : JSON.stringify(key)}: ${values === "" ? "undefined" : `{ ${values} }`};`;
  });
  return `/** The values of each text; undefined if it has no placeholders. */\nexport type MessageValues<Value> = {\n${members.join("\n")}\n};\n`;
}

/**
 * The modules in gen/ with the texts, by their names.
 * @param withPseudo adds the pseudo-language, for tests and the playground
 */
export async function compileMessages({ withPseudo }: { withPseudo: boolean }): Promise<Record<string, string>> {
  const english = await readTexts("en");
  const catalogues = await Promise.all(
    LANGUAGES.map(async (language): Promise<[string, Catalogue]> => [language, await readCatalogue(language, english)]),
  );
  if (withPseudo) catalogues.push([PSEUDO_LANGUAGE, pseudoizeAll(catalogues)]);
  return {
    "worker-messages": writeWorkerModule(english, catalogues),
    "userscript-messages": writeUserscriptModule(english, catalogues),
    "userscript-languages": writeLanguagesModule(english, catalogues),
  };
}

type Catalogues = readonly (readonly [language: string, catalogue: Catalogue])[];

const isForUserscript = (key: string) => key.startsWith(USERSCRIPT);
const workerKeys = (english: Texts) => Object.keys(english).filter((key) => !isForUserscript(key));
const userscriptKeys = (english: Texts) => Object.keys(english).filter(isForUserscript);

/** The texts in the order of the keys: the keys would be a quarter of each language. */
const toList = (keys: readonly string[], all: Catalogue) => JSON.stringify(keys.map((key) => all[key]));

function writeWorkerModule(english: Texts, catalogues: Catalogues): string {
  const keys = workerKeys(english);
  const lists = catalogues.map(([language, all]) => [language, toList(keys, all)]);
  return [
    describeValues(Object.fromEntries(keys.map((key) => [key, english[key] ?? ""]))),
    `export const keys: readonly string[] = ${JSON.stringify(keys)};`,
    "/** Each language as JSON, so that a language that nobody reads costs no time. */",
    `export const catalogues: ReadonlyMap<string, string> = new Map(${JSON.stringify(lists)});`,
    "",
  ].join("\n");
}

function writeUserscriptModule(english: Texts, catalogues: Catalogues): string {
  const keys = userscriptKeys(english);
  const [, en = {}] = catalogues.find(([language]) => language === "en") ?? [];
  return [
    'import type { CompiledMessage } from "../messages/format-message.ts";',
    "// A number for each text: names would cost every page of Kitsu 0.7 kB.",
    ...keys.map((key, index) => `export const ${key.slice(USERSCRIPT.length)} = ${index};`),
    describeValues(Object.fromEntries(keys.map((key, index) => [index, english[key] ?? ""]))),
    `export const en: readonly CompiledMessage[] = ${toList(keys, en)};`,
    "",
  ].join("\n");
}

function writeLanguagesModule(english: Texts, catalogues: Catalogues): string {
  const others = catalogues.filter(([language]) => language !== "en");
  const lists = others.map(([language, all]) => [language, toList(userscriptKeys(english), all)]);
  return [
    "/** Each language as the JSON that the worker serves. */",
    `export const languages: ReadonlyMap<string, string> = new Map(${JSON.stringify(lists)});`,
    "",
  ].join("\n");
}
