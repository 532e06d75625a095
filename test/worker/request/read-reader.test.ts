import { describe, expect, it } from "vitest";
import { makeReaderCookie, type PersonLocale, readReader } from "../../../worker/request/read-reader.ts";

const STUDIO = { language: undefined, timeZone: undefined, basePath: "" };
const PARIS = { locale: "fr_FR", timeZone: "Europe/Paris" };

type Sources = {
  person?: PersonLocale;
  query?: Record<string, string>;
  cookie?: string;
  accept?: string;
  studio?: { language?: "en" | "fr"; timeZone?: string };
};

const makeRequest = ({ query = {}, cookie, accept }: Sources) =>
  new Request(`https://edge.studio.tld/runs?${new URLSearchParams(query)}`, {
    headers: { ...(cookie !== undefined && { cookie }), ...(accept !== undefined && { "accept-language": accept }) },
  });

function read(sources: Sources) {
  const request = makeRequest(sources);
  return readReader(request, new URL(request.url), { ...STUDIO, ...sources.studio }, sources.person);
}

describe("the reader's language", () => {
  const ALL: Required<Sources> = {
    person: { locale: "fr_CA" },
    query: { lang: "fr-CH" },
    cookie: "kitsu_actions_reader=fr_BE/Europe/Brussels",
    accept: "fr-LU, en",
    studio: { language: "fr" },
  };

  it.each<[string, keyof Sources | undefined, string]>([
    ["the userscript", undefined, "fr-CH"],
    ["the person in Zou", "query", "fr-CA"],
    ["what was remembered", "person", "fr-BE"],
    ["the browser", "cookie", "fr-LU"],
    ["the studio's setting", "accept", "fr"],
    ["English", "studio", "en"],
  ])("is that of %s if no earlier source has one", (_, last, locale) => {
    const names = ["query", "person", "cookie", "accept", "studio"] as const;
    const absent = last === undefined ? [] : names.slice(0, names.indexOf(last) + 1);
    const sources: Sources = { ...ALL, ...Object.fromEntries(absent.map((name) => [name, undefined])) };
    expect(read(sources)).toMatchObject({ locale, language: locale.slice(0, 2) });
  });

  it("has the region of the person in Zou if the userscript names only the language", () => {
    expect(read({ ...ALL, query: { lang: "fr" } })).toMatchObject({ language: "fr", locale: "fr-CA" });
    expect(read({ ...ALL, query: { lang: "en" } })).toMatchObject({ language: "en", locale: "en" });
  });

  it("is English for a request about which nothing is known, even without settings", () => {
    const nobody = { language: "en", locale: "en", timeZone: "UTC", isOwnZone: false };
    expect(read({})).toEqual(nobody);
    expect(readReader(makeRequest({}), new URL("https://edge.studio.tld"))).toEqual(nobody);
  });

  it.each([
    ["fr_FR", "fr", "fr-FR"],
    ["fr-ca", "fr", "fr-CA"],
    ["FR", "fr", "fr"],
    ["en_video-game", "en", "en"],
    ["en_US", "en", "en-US"],
    ["pt_BR", "pt", "pt-BR"],
    ["zh_Hans_CN", "zh", "zh-Hans-CN"],
  ])("%s is %s, with the numbers of %s", (name, language, locale) => {
    expect(read({ person: { locale: name } })).toMatchObject({ language, locale });
  });

  it.each(["nl_NL", "da", "xx_YY", "", "*", "__proto__", "constructor", "français", "<b>"])(
    "is that of the next source if we don't have %s",
    (name) => {
      expect(read({ person: { locale: name }, query: { lang: "fr-CH" } })).toMatchObject({ locale: "fr-CH" });
      expect(read({ query: { lang: name }, accept: "fr" })).toMatchObject({ locale: "fr" });
      expect(read({ person: { locale: name } })).toMatchObject({ locale: "en" });
    },
  );

  it.each(["fr-ZZ", "fr-x-made-up", "fr-u-nu-arab-ca-buddhist", "fr-a-bbb", `fr-${"x".repeat(5_000)}`])(
    "has no made-up locale: %s",
    (name) => {
      expect(read({ query: { lang: name } })).toMatchObject({ language: "fr", locale: "fr" });
    },
  );

  it.each([
    ["fr-CH, fr;q=0.9, en;q=0.8", "fr-CH"],
    ["en;q=0.2, fr;q=0.9", "fr"],
    ["en; q=0.2, fr; Q=0.9", "fr"],
    ["nl, da;q=0.9, fr;q=0.1", "fr"],
    ["fr;q=0, en", "en"],
    ["fr;q=nonsense, en;q=0.1", "en"],
    [";;q=,,;,fr", "fr"],
    ["*", "en"],
    ["", "en"],
  ])("is the one that the browser prefers, of those that we have: %s", (accept, locale) => {
    expect(read({ accept })).toMatchObject({ locale });
  });

  it("is searched in the first 20 languages of a header", () => {
    const many = (count: number) => [...Array.from({ length: count }, () => "nl"), "fr"].join();
    expect(read({ accept: many(19) })).toMatchObject({ language: "fr" });
    expect(read({ accept: many(20) })).toMatchObject({ language: "en" });
  });
});

describe("the reader's time zone", () => {
  it("is that of the person, of Kitsu's page, or a remembered one, and then their own", () => {
    const [query, cookie] = [{ tz: "America/Vancouver" }, "kitsu_actions_reader=fr_FR/Europe/Paris"];
    const zone = (timeZone: string) => ({ timeZone, isOwnZone: true });
    expect(read({ person: { timeZone: "Pacific/Auckland" }, query, cookie })).toMatchObject(zone("Pacific/Auckland"));
    expect(read({ query, cookie })).toMatchObject(zone("America/Vancouver"));
    expect(read({ cookie })).toMatchObject(zone("Europe/Paris"));
  });

  it("is that of the studio or UTC if it is unknown, and then not their own", () => {
    expect(read({ studio: { timeZone: "Asia/Tokyo" } })).toMatchObject({ timeZone: "Asia/Tokyo", isOwnZone: false });
    expect(read({})).toMatchObject({ timeZone: "UTC", isOwnZone: false });
  });

  it.each(["Mars/Olympus", "", "Europe", "../../etc", "<b>", "x".repeat(5_000)])(
    "is that of the next source if %s is none",
    (timeZone) => {
      expect(read({ person: { timeZone }, query: { tz: "Europe/Paris" } })).toMatchObject({ timeZone: "Europe/Paris" });
      expect(read({ query: { tz: timeZone } })).toMatchObject({ timeZone: "UTC", isOwnZone: false });
    },
  );

  it("has one name, whatever its case", () => {
    expect(read({ query: { tz: "eUROPE/pARIS" } })).toMatchObject({ timeZone: "Europe/Paris" });
  });
});

describe("what is remembered of a person", () => {
  it("is read again from the cookie, among others", () => {
    const made = makeReaderCookie(makeRequest({}), STUDIO, PARIS) ?? "";
    const [pair = ""] = made.split("; ");
    expect(read({ cookie: `a=b; ${pair}; c=d` })).toEqual({
      language: "fr",
      locale: "fr-FR",
      timeZone: "Europe/Paris",
      isOwnZone: true,
    });
    expect(makeReaderCookie(makeRequest({ cookie: pair }), STUDIO, PARIS)).toBeUndefined();
    expect(makeReaderCookie(makeRequest({ cookie: pair }), STUDIO, { ...PARIS, locale: "en_US" })).toContain("en_US");
  });

  it("is for the deployment's own path, and for calls from Kitsu's page on another site", () => {
    const make = (url: string, basePath: string) => makeReaderCookie(new Request(url), { ...STUDIO, basePath }, PARIS);
    expect(make("https://edge.studio.tld/", "")).toMatch(/; Path=\/; Max-Age=\d+; SameSite=None; Secure$/);
    expect(make("http://localhost:8787/", "/kitsu")).toMatch(/; Path=\/kitsu; Max-Age=\d+; SameSite=Lax$/);
  });

  it.each([
    { locale: undefined, timeZone: "Europe/Paris" },
    { locale: "fr_FR", timeZone: undefined },
    { locale: "fr; Path=/", timeZone: "Europe/Paris" },
    { locale: "fr_FR", timeZone: "Europe/Paris; Domain=studio.tld" },
    { locale: "fr\r\nSet-Cookie: a", timeZone: "Europe/Paris" },
  ])("is nothing that is no locale or time zone: %j", (person) => {
    expect(makeReaderCookie(makeRequest({}), STUDIO, person)).toBeUndefined();
  });

  it.each([
    "kitsu_actions_reader=",
    "kitsu_actions_reader=fr_FR",
    "kitsu_actions_reader=/Europe/Paris",
    "kitsu_actions_reader=<b>/Europe/Paris",
    "not_kitsu_actions_reader=fr_FR/Europe/Paris",
    `kitsu_actions_reader=fr_FR/${"x".repeat(100)}`,
    ";;; =; %",
  ])("is ignored if a cookie is malformed: %s", (cookie) => {
    expect(read({ cookie })).toMatchObject({ language: "en", timeZone: "UTC", isOwnZone: false });
  });
});
