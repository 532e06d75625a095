import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { OwnText } from "../../../worker/format/local-text.ts";
import { toEnglish } from "../../../worker/format/localize.ts";
import { readSettingProblem, settingProblem } from "../../../worker/format/setting-problem.ts";

describe("the problem of a setting", () => {
  it("keeps its key and values as the message of a schema, until the name of the setting is known", () => {
    const text = readSettingProblem(settingProblem("settings.least", { least: 1 }), "AFANASY.at_once");
    expect(text).toEqual({ key: "settings.least", values: { name: "AFANASY.at_once", least: 1 } });
    expect(toEnglish(text ?? "")).toBe("AFANASY.at_once must be at least 1.");
  });

  it("may have braces and quotes in its values", () => {
    const problem = settingProblem("settings.unmatchedBrace", { template: '{"a' });
    expect(toEnglish(readSettingProblem(problem, "X") ?? "")).toBe('X has an unmatched brace: "{"a".');
  });

  it.each(["Invalid type: Expected string", "must be text", "{", "7", "null", '{"no":"key"}'])(
    "is not read from another message: %s",
    (message) => {
      expect(readSettingProblem(message, "X")).toBeUndefined();
    },
  );
});

describe("a studio's own text", () => {
  const OWN = OwnText(10);

  it.each([["Publish"], [{ en: "Publish" }], [{ en: "Publish", fr: "Publier", "pt-BR": "Publicar" }]])(
    "is one for everybody, or one for each language: %j",
    (text) => {
      expect(v.parse(OWN, text)).toEqual(text);
    },
  );

  it.each([[""], [7], [null], [undefined], [[]], [{}], [{ fr: "Publier" }], [{ en: "Publish", fr: "x".repeat(11) }]])(
    "needs English, and words in each language: %j",
    (text) => {
      expect(v.is(OWN, text)).toBe(false);
    },
  );
});
