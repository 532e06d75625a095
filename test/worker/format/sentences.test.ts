import { describe, expect, it } from "vitest";
import { localize, toEnglish } from "../../../worker/format/localize.ts";
import { joinSentences, message } from "../../../worker/format/message.ts";
import { ENGLISH } from "../../../worker/format/reader.ts";

describe("sentences", () => {
  it("get the period that they lack before the next one, and no second one", () => {
    expect(toEnglish(joinSentences(["Not sent yet", "It failed.", 'It has "a."', "Why?", "No"]) ?? "")).toBe(
      'Not sent yet. It failed. It has "a." Why? No',
    );
  });

  it("end with a period if they are a paragraph", () => {
    const sentences = ["Not sent yet", message("render.canceled")];
    expect(toEnglish(message("render.paragraph", { sentences }))).toBe("Not sent yet. Canceled.");
  });

  it("have the period of the language, and no space if it has none", () => {
    const japanese = { ...ENGLISH, language: "ja", locale: "ja" };
    expect(localize(message("render.paragraph", { sentences: ["a", "b"] }), japanese)).toBe("a。b。");
  });
});
