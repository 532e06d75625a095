// Every text in every language, with values that are hard to put into a sentence.
import { readdir, readFile } from "node:fs/promises";
import type { Token } from "@messageformat/parser";
import { describe, expect, it } from "vitest";
import { compileTokens, parseText } from "../../messages/compile-message.ts";
import { LANGUAGES } from "../../messages/languages.ts";
import { findCatalogueProblems, readTexts } from "../../scripts/messages.ts";
import { writeText } from "../../worker/format/write-text.ts";

const COUNTS = [0, 1, 2, 5, 11, 1_000_000];
const NAMES = ["SQ01 / SH010 / Animation", "مشهد ٣ / لقطة", "🎬🦊", "x".repeat(200), "O'Neil {braces} <b>&amp;"];

const english = await readTexts("en");
const languages = await Promise.all(LANGUAGES.map(async (language) => [language, await readTexts(language)] as const));

/** The values of a text's placeholders: the first one for the first round, and so on. */
function chooseValues(tokens: readonly Token[], round: number): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const token of tokens) {
    if (token.type === "argument") values[token.arg] ??= NAMES[round % NAMES.length];
    else if (token.type === "function") values[token.arg] = chooseValue(token.key, round);
    else if (token.type === "plural" || token.type === "select") {
      for (const { tokens: inner } of token.cases) Object.assign(values, chooseValues(inner, round), values);
      const forms = token.cases.map(({ key }) => key);
      values[token.arg] = token.type === "plural" ? COUNTS[round % COUNTS.length] : forms[round % forms.length];
    }
  }
  return values;
}

function chooseValue(kind: string, round: number): unknown {
  if (["list", "sentences", "paragraphs"].includes(kind)) return NAMES.slice(0, 1 + (round % NAMES.length));
  if (kind === "day") return "2026-02-28";
  return kind === "duration" ? (COUNTS[round % COUNTS.length] ?? 0) * 1_000 : Date.UTC(2026, 10, 28, 23, 59, 59);
}

const ROUNDS = 10;

describe.each(languages)("%s", (language, texts) => {
  it("has every text, with the placeholders and plural forms that it needs", () => {
    expect(findCatalogueProblems(language, texts, english)).toEqual([]);
  });

  it("fills in every text, whatever the values are", () => {
    const reader = { language, locale: language, timeZone: "Pacific/Auckland", isOwnZone: false };
    for (const [key, text] of Object.entries(texts)) {
      const tokens = parseText(text);
      const compiled = compileTokens(tokens);
      for (let round = 0; round < ROUNDS; round += 1) {
        const values = chooseValues(tokens, round);
        const shown = writeText(JSON.parse(JSON.stringify({ key, values })), reader, () => compiled);
        expect(shown, `${key} with ${JSON.stringify(values)}`).not.toMatch(
          /undefined|\[object|NaN|Invalid|, plural,|^\s*$/,
        );
        for (const [name, value] of Object.entries(values)) {
          if (typeof value === "string" && NAMES.includes(value) && usesInEveryForm(tokens, name))
            expect(shown, key).toContain(value);
        }
      }
    }
  });

  it.skipIf(language === "en")("is translated: no sentence is as it is in English", () => {
    const same = Object.entries(texts).filter(
      ([key, text]) => text === english[key] && /[a-z]{3,} [a-z]{2,} [a-z]{3,}/.test(text),
    );
    expect(same.map(([key]) => key)).toEqual([]);
  });

  it("has no spaces at the ends, no double spaces and no straight quotation marks around a value", () => {
    const bad = Object.entries(texts).filter(
      ([key, text]) =>
        /^\s|\s$| {2}/.test(text) ||
        (language !== "en" && /"\{\w+\}"/.test(text) && !/"\{\w+\}"/.test(english[key] ?? "")),
    );
    expect(bad.map(([key]) => key)).toEqual([]);
  });
});

/** Is the placeholder outside all plurals and choices? */
const usesInEveryForm = (tokens: readonly Token[], name: string) =>
  tokens.some((token) => token.type === "argument" && token.arg === name);

describe("the catalogue", () => {
  // The same worker runs at Cloudflare and on a studio's machine, and can't tell where it is.
  it("says what to do on premises, too, wherever it says what to do at Cloudflare", async () => {
    const texts = Object.values(english).filter((text) => /deploy again|\{command\}$/.test(text));
    expect(texts).toHaveLength(5);
    for (const text of texts) expect(text).toMatch(/on premises/i);
    const sources = (await readSources("worker")).split("\n").filter((line) => line.includes("wrangler secret put"));
    expect(sources).not.toEqual([]);
    for (const line of sources) expect(line).toMatch(/on premises|settings\.secretPlace/);
  });

  it("has no text that nobody uses", async () => {
    const sources = await readSources("worker", "userscript");
    const named = new Set([...sources.matchAll(/"(\w+\.[\w-]+)"/g)].map(([, key]) => key));
    const inUserscript = new Set([...sources.matchAll(/\bm\.(\w+)/g)].map(([, key]) => `userscript.${key}`));
    // `failure.${code}` and `${area}.timeout` name several.
    const patterns = [...sources.matchAll(/`(\w*\.?)\$\{\w+\}(\.\w+)?`/g)]
      .map(([, before = "", after = ""]) => ({ before, after }))
      .filter(({ before, after }) => before.endsWith(".") || after !== "");
    const isUsed = (key: string) =>
      named.has(key) ||
      inUserscript.has(key) ||
      patterns.some(({ before, after }) => key.startsWith(before) && key.endsWith(after));
    expect(Object.keys(english).filter((key) => !isUsed(key))).toEqual([]);
  });
});

async function readSources(...folders: string[]): Promise<string> {
  const root = new URL("../../", import.meta.url);
  const files = await Promise.all(folders.map((folder) => readdir(new URL(folder, root), { recursive: true })));
  const paths = files.flatMap((names, index) =>
    names.filter((name) => name.endsWith(".ts")).map((name) => `${folders[index]}/${name}`),
  );
  return (await Promise.all(paths.map((path) => readFile(new URL(path, root), "utf8")))).join("\n");
}

describe("a language that is not complete", () => {
  const find = (text: string | undefined, inEnglish: string, language = "fr") =>
    findCatalogueProblems(language, text === undefined ? {} : { "a.b": text }, { "a.b": inEnglish });

  it("fails the build if it lacks a text, or has one that English lacks", () => {
    expect(find(undefined, "Open")).toEqual(["a.b is missing"]);
    expect(findCatalogueProblems("fr", { "a.b": "Ouvrir", "a.c": "Fermer" }, { "a.b": "Open" })).toEqual([
      "a.c is not in en.json",
    ]);
  });

  it("fails the build if it lacks a placeholder, or has one that nobody fills in", () => {
    expect(find("Ouvrir", "Open {app}")).toEqual(["a.b lacks {app}"]);
    expect(find("Ouvrir {application}", "Open {app}")).toEqual(["a.b lacks {app}", "a.b has an unknown {application}"]);
    expect(find("Depuis {at}", "Since {at, time}")).toEqual(["a.b lacks {at, time}"]);
  });

  it("fails the build if it lacks a plural form of its own", () => {
    const inEnglish = "{count, plural, one {# task} other {# tasks}}";
    expect(find("{count, plural, one {# tâche} other {# tâches}}", inEnglish)).toEqual([
      'a.b lacks the form "many" of {count}',
    ]);
    expect(find("{count, plural, other {#件}}", inEnglish, "ja")).toEqual([]);
  });

  it("may count where English doesn't, and the other way round", () => {
    const plural = "{count, plural, one {# tâche} many {# tâches} other {# tâches}}";
    expect(find(plural, "{count} more")).toEqual([]);
    expect(find("{count}件", "{count, plural, one {# task} other {# tasks}}", "ja")).toEqual([]);
  });
});
