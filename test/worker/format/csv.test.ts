import { csvParseRows } from "d3-dsv";
import { describe, expect, it } from "vitest";
import { chooseCsvFormat, formatCsv } from "../../../worker/format/csv.ts";

const mark = "\ufeff";

describe("a CSV", () => {
  it.each([
    ["en-US,en;q=0.9", ",", ".", mark],
    ["en", ",", ".", mark],
    ["fr-FR,fr;q=0.8,en-US;q=0.5", ";", ",", mark],
    ["fr", ";", ",", mark],
    ["de", ";", ",", mark],
    ["de-CH", ";", ".", mark],
    ["pt-BR", ";", ",", mark],
    ["es-MX", ",", ".", mark],
    ["ja", ",", ".", mark],
    ["zh-CN", ",", ".", mark],
    ["ar-EG", ",", ".", mark],
    [undefined, ",", ".", ""],
    [null, ",", ".", ""],
    ["*", ",", ".", ""],
    ["not a language!", ",", ".", ""],
    ["x".repeat(10_000), ",", ".", ""],
  ])("for %s has the separator and decimal sign of its spreadsheets", (languages, separator, decimal, marked) => {
    expect(chooseCsvFormat(languages)).toEqual({ separator, decimal, byteOrderMark: marked });
  });

  it.each([
    ["the reader's, if it is a language of their own", "en-US,en;q=0.9", "fr-FR", ";", ","],
    ["the browser's, if it is the reader's in another region", "de-CH,de;q=0.9", "de-DE", ";", "."],
    ["the browser's, because English may be Kitsu's default", "de-DE,de;q=0.9,en;q=0.5", "en-US", ";", ","],
    ["the browser's, if the reader is unknown", "de", undefined, ";", ","],
    ["no one's, because a script has no language", null, "fr-FR", ",", "."],
    ["no one's, because a script accepts any language", "*", "fr-FR", ",", "."],
  ])("has the format of %s", (_, browser, reader, separator, decimal) => {
    expect(chooseCsvFormat(browser, reader)).toMatchObject({ separator, decimal });
  });

  it("has numbers as numbers, and quotes separators", () => {
    const rows = [
      ["Layout; Animation", 1.5, -2, null],
      ["a, b", 1_000_000.25, 0, 'say "so"'],
    ];
    expect(formatCsv(rows, chooseCsvFormat("fr"))).toBe(
      `${mark}"Layout; Animation";1,5;-2;\r\na, b;1000000,25;0;"say ""so"""\r\n`,
    );
    expect(formatCsv(rows, chooseCsvFormat("en"))).toBe(
      `${mark}Layout; Animation,1.5,-2,\r\n"a, b",1000000.25,0,"say ""so"""\r\n`,
    );
  });

  it.each(["=1+1", "+1", "-x", "@sum", "\t=1", "\r=1", "\n=1", "  =1", "＝1+1", "＋1", "－1", "＠x"])(
    "runs nothing: %j",
    (text) => {
      expect(csvParseRows(formatCsv([[text, "b"]], chooseCsvFormat(undefined)))).toEqual([[`'${text}`, "b"]]);
    },
  );

  it.each(["a=b", "SQ01 - SH010", "é=", "🦊"])("leaves other text unchanged: %j", (text) => {
    expect(formatCsv([[text]], chooseCsvFormat(undefined))).toBe(`${text}\r\n`);
  });
});
