import { describe, expect, it } from "vitest";
import { type CompiledMessage, formatMessage } from "../../../messages/format-message.ts";
import { hasLanguage, localize, localizeAll, toEnglish } from "../../../worker/format/localize.ts";
import { isText, joinParagraphs, joinSentences, message } from "../../../worker/format/message.ts";
import { ENGLISH, type Reader } from "../../../worker/format/reader.ts";

const makeReader = (locale: string): Reader => ({
  language: locale.slice(0, 2),
  locale,
  timeZone: "Europe/Paris",
  isOwnZone: true,
});
const [FRENCH, GERMAN, JAPANESE] = [makeReader("fr-FR"), makeReader("de-DE"), makeReader("ja-JP")];

describe("a text", () => {
  it("that is a string is the same in every language", () => {
    for (const reader of [ENGLISH, FRENCH, JAPANESE]) expect(localize("SH010 {name}", reader)).toBe("SH010 {name}");
  });

  it("of a studio is in the reader's language, or else in English", () => {
    const text = { en: "Say hello", fr: "Dire bonjour" };
    expect([ENGLISH, FRENCH, GERMAN].map((reader) => localize(text, reader))).toEqual([
      "Say hello",
      "Dire bonjour",
      "Say hello",
    ]);
  });

  it("of the catalogue has its values, as they are written in the reader's region", () => {
    const text = message("shared.more", { count: 1_234.5 });
    expect(localize(text, ENGLISH)).toBe("1,234.5 more");
    expect(localize(text, { ...ENGLISH, locale: "de-DE" })).toBe("1.234,5 more");
  });

  it("can have texts of every kind as values", () => {
    const names = ["SH010", message("shared.more", { count: 2 }), { en: "a studio's", fr: "un studio" }];
    const text = message("shared.list", { names });
    expect(localize(text, ENGLISH)).toBe("SH010, 2 more and a studio's");
    expect(localize(text, { ...ENGLISH, locale: "de-DE" })).toBe("SH010, 2 more und a studio's");
  });

  it.each([
    [[], ""],
    [["a"], "a"],
    [["a", "b"], "a and b"],
    [["a", "b", "c"], "a, b and c"],
  ])("lists names: %j", (names, text) => {
    expect(toEnglish(message("shared.list", { names }))).toBe(text);
  });

  it("has days as the reader writes them", () => {
    const text = message("shared.day", { day: "2026-11-23" });
    expect([ENGLISH, GERMAN, JAPANESE].map((reader) => localize(text, reader))).toEqual([
      "Nov 23, 2026",
      "23.11.2026",
      "2026/11/23",
    ]);
  });

  it("writes no placeholder of a value, and no value of a placeholder, twice", () => {
    expect(toEnglish(message("shared.more", { count: "{count} $& {names, list}" }))).toBe(
      "{count} $& {names, list} more",
    );
  });
});

describe("a name in a right-to-left script", () => {
  it.each(["שוט 10", "لقطة", "SH 10 שוט"])("keeps its order within a sentence: %s", (name) => {
    expect(toEnglish(message("longRun.canceledBy", { name }))).toBe(`Canceled by \u2068${name}\u2069.`);
    expect(toEnglish(message("shared.list", { names: [name, "SH010"] }))).toBe(`\u2068${name}\u2069 and SH010`);
  });

  it("has no marks outside of sentences, where the page sets the direction", () => {
    expect(toEnglish("שוט 10")).toBe("שוט 10");
  });

  it.each(["Zoé", "第10話", "Шот", "🦊"])("is not needed by others: %s", (name) => {
    expect(toEnglish(message("longRun.canceledBy", { name }))).toBe(`Canceled by ${name}.`);
  });
});

describe("a plural", () => {
  const forms: CompiledMessage = [
    [
      "count",
      "plural",
      { "0": "none", one: [["count"], " one"], many: [["count"], " many"], other: [["count"], " other"] },
    ],
  ];
  const choose = (count: number, language: string, message: CompiledMessage = forms) =>
    formatMessage(message, { count }, language, String);

  it.each([
    ["en", ["none", "1 one", "2 other", "5 other", "11 other", "1000000 other"]],
    ["fr", ["none", "1 one", "2 other", "5 other", "11 other", "1000000 many"]],
    ["de", ["none", "1 one", "2 other", "5 other", "11 other", "1000000 other"]],
    ["ja", ["none", "1 other", "2 other", "5 other", "11 other", "1000000 other"]],
  ])("has the forms of %s, and exact numbers first", (language, texts) => {
    expect([0, 1, 2, 5, 11, 1_000_000].map((count) => choose(count, language))).toEqual(texts);
  });

  it("of 0 is a singular in French", () => {
    const plain: CompiledMessage = [["count", "plural", { one: "singular", many: "many", other: "plural" }]];
    expect([0, 1.5, 2].map((count) => choose(count, "fr", plain))).toEqual(["singular", "singular", "plural"]);
    expect([0, 1.5, 2].map((count) => choose(count, "en", plain))).toEqual(["plural", "plural", "plural"]);
  });

  it("of a text in the catalogue has its number in digits of the region", () => {
    const summarize = (tasks: number, locale: string) =>
      localize(message("statistics.clientSummary", { tasks, done: 0, percent: 0 }), { ...ENGLISH, locale });
    expect(summarize(1, "en")).toBe("1 task, 0 done (0 %).");
    expect(summarize(1_000_000, "en")).toBe("1,000,000 tasks, 0 done (0 %).");
    expect(summarize(1_000_000, "de")).toBe("1.000.000 tasks, 0 done (0 %).");
  });
});

describe("a choice", () => {
  const text: CompiledMessage = [["kind", "select", { asset: "an asset", other: "something" }]];
  it.each([
    ["asset", "an asset"],
    ["edit", "something"],
    ["one", "something"],
  ])("for %s is %s", (kind, chosen) => expect(formatMessage(text, { kind }, "en", String)).toBe(chosen));
});

describe("sentences and paragraphs", () => {
  it("leave out what is absent", () => {
    expect(joinSentences([undefined, false, ""])).toBeUndefined();
    expect(joinSentences([undefined, "One."])).toBe("One.");
    expect(toEnglish(joinSentences(["One.", false, "Two."]) ?? "")).toBe("One. Two.");
    expect(toEnglish(joinParagraphs([joinSentences(["One.", "Two."]), "Three."]) ?? "")).toBe("One. Two.\n\nThree.");
  });

  it("have no space between them in Japanese", () => {
    expect(localize(joinSentences(["一。", "二。"]) ?? "", JAPANESE)).toBe("一。二。");
  });
});

describe("a record of another version", () => {
  it("stays readable if its text is gone: it has the key and the values", () => {
    const old = { key: "gone.away", values: { name: "Ada", count: 1_000, text: message("shared.more", { count: 2 }) } };
    expect(isText(old)).toBe(true);
    expect(toEnglish(old)).toBe("gone.away Ada 1,000 2 more");
    expect(toEnglish({ key: "gone.away" })).toBe("gone.away");
    const texts = [message("longRun.over"), "It stopped."];
    expect(toEnglish({ key: "gone.away", values: { texts } })).toBe(
      `gone.away ${toEnglish(message("longRun.over"))} It stopped.`,
    );
  });

  it("stays readable if its text has other placeholders now", () => {
    expect(toEnglish({ key: "shared.list", values: { renamed: ["a"] } })).toBe("");
    expect(toEnglish({ key: "longRun.canceledBy", values: {} })).toBe("Canceled by .");
  });
});

describe("everything in a reply", () => {
  it("is in the reader's language, and all else stays as it is", () => {
    const reply = {
      kind: "done",
      title: message("shared.more", { count: 3 }),
      tables: [
        { columns: [{ en: "Name", fr: "Nom" }], rows: [["a", 1, null, message("shared.day", { day: "2026-11-03" })]] },
      ],
      isSafe: true,
      none: undefined,
    };
    expect(localizeAll(reply, { ...FRENCH, locale: "fr-FR" })).toMatchObject({
      kind: "done",
      tables: [{ columns: ["Nom"], rows: [["a", 1, null, "3 nov. 2026"]] }],
      isSafe: true,
      none: undefined,
    });
    expect(localizeAll(reply, ENGLISH)).toMatchObject({ title: "3 more" });
  });
});

it("a language is one of the catalogue's", () => {
  expect(["en", "fr", "xx", "", "__proto__"].map(hasLanguage)).toEqual([true, true, false, false, false]);
});
