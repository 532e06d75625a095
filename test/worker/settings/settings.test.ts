import { describe, expect, it } from "vitest";
import { afanasySettings, flamencoSettings } from "../../../playground/farms/settings.ts";
import { Failure } from "../../../worker/format/failure.ts";
import { toEnglish } from "../../../worker/format/localize.ts";
import { readSettings } from "../../../worker/settings/settings.ts";
import { ajax, ask, makeEnv, readFailed } from "../../support/worker/worker.ts";

const read = (variables: Record<string, unknown>) => readSettings(makeEnv(variables));

function complaint(variables: Record<string, unknown>): string {
  try {
    read(variables);
  } catch (thrown) {
    if (thrown instanceof Failure) return toEnglish(thrown.reply.text ?? "");
    throw thrown;
  }
  throw new Error("The settings were accepted");
}

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

describe("settings", () => {
  it("need only Kitsu's address", () => {
    expect(readSettings({ RUNS: makeEnv().RUNS, KITSU_URL: "https://kitsu.studio.tld/" })).toMatchObject({
      kitsuUrls: ["https://kitsu.studio.tld"],
      kitsuOrigins: ["https://kitsu.studio.tld"],
      basePath: "",
      schemes: ["https"],
      logToken: undefined,
      logRetentionS: 90 * 86_400,
      actionTimeLimitMs: 25_000,
      forwardTargets: [],
      isLocal: false,
    });
  });

  it("that are empty count as unset", () => {
    const names = [
      "BASE_PATH",
      "KITSU_API",
      "KITSU_TOKEN",
      "TRUST",
      "ACCESS_TEAM",
      "ACCESS_AUDIENCE",
      "ACTION_LIMITS",
      "LINK_SCHEMES",
    ];
    names.push(
      "LAUNCHERS",
      "KABARET",
      "AFANASY",
      "FLAMENCO",
      "LOG_TOKEN",
      "LOG_RETENTION_DAYS",
      "ACTION_TIME_LIMIT",
      "FORWARD_TARGETS",
    );
    const least = { RUNS: makeEnv().RUNS, KITSU_URL: "https://kitsu.studio.tld" };
    const empty = Object.fromEntries(names.map((name) => [name, ""]));
    expect(readSettings({ ...least, ...empty })).toEqual(readSettings(least));
    expect(() => readSettings({ ...least, KITSU_URL: "" })).toThrow(Failure);
  });

  it("allow http if Kitsu uses it, and listed schemes, but never a dangerous one", () => {
    expect(read({ KITSU_URL: "http://kitsu.lan", LINK_SCHEMES: "rvlink, javascript file" }).schemes).toEqual([
      "https",
      "http",
      "rvlink",
    ]);
  });

  it("allow http if the page of a farm uses it", () => {
    const flamenco = flamencoSettings("http://flamenco.studio.lan:8080");
    expect(read({ FLAMENCO: flamenco }).schemes).toContain("http");
    expect(read({ FLAMENCO: { ...flamenco, page: "https://flamenco.studio.tld" } }).schemes).not.toContain("http");
    const afanasy = afanasySettings("http://127.0.0.1:51080");
    expect(read({ AFANASY: afanasy }).schemes).toContain("http");
    expect(read({ AFANASY: { ...afanasy, page: undefined } }).schemes).not.toContain("http");
  });

  it("accept forward targets as JSON or as a TOML table, each with its own or the common secret", () => {
    const targets = {
      publish: { url: "https://a.tld" },
      "make-movie": { url: "https://b.tld", title: "Movie", timeLimit: 5, idempotent: true },
    };
    for (const FORWARD_TARGETS of [targets, JSON.stringify(targets)]) {
      expect(
        read({ FORWARD_TARGETS, FORWARD_SECRET: SECRET, FORWARD_SECRET_MAKE_MOVIE: `${SECRET}AAAA` }).forwardTargets,
      ).toMatchObject([
        {
          id: "publish",
          title: "Publish",
          url: "https://a.tld",
          secret: SECRET,
          timeLimitMs: 20_000,
          isIdempotent: false,
        },
        {
          id: "make-movie",
          title: "Movie",
          url: "https://b.tld",
          secret: `${SECRET}AAAA`,
          timeLimitMs: 5_000,
          isIdempotent: true,
        },
      ]);
    }
  });

  it.each([
    ["with more spaces, and a line at its end", `${SECRET}  ${SECRET}AAAA \n`, `${SECRET} ${SECRET}AAAA`],
    ["a line each", `${SECRET}\r\n${SECRET}AAAA\n`, `${SECRET} ${SECRET}AAAA`],
    ["three of them", `${SECRET} ${SECRET}AAAA ${SECRET}BBBB`, `${SECRET} ${SECRET}AAAA ${SECRET}BBBB`],
    ["one of them malformed", `${SECRET} whsec_old`, undefined],
    ["none", " ", undefined],
  ])("sign with the new and the old secret of a target: %s", (_, FORWARD_SECRET, secret) => {
    const FORWARD_TARGETS = { publish: { url: "https://a.tld" } };
    expect(read({ FORWARD_TARGETS, FORWARD_SECRET }).forwardTargets).toMatchObject([{ secret }]);
  });

  it("may give a forward target's title and description in each language", () => {
    const title = { en: "Publish", fr: "Publier" };
    const about = { en: "Publishes it.", fr: "La publie." };
    const targets = { publish: { url: "https://a.tld", title, about } };
    expect(read({ FORWARD_TARGETS: targets }).forwardTargets).toMatchObject([{ title, about }]);
    const [target] = read({ FORWARD_TARGETS: { publish: { url: "https://a.tld" } } }).forwardTargets;
    expect([target?.title, toEnglish(target?.about ?? "")]).toEqual([
      "Publish",
      "Sends the selected tasks to a server of the studio.",
    ]);
  });

  it.each([
    [{ title: { fr: "Publier" } }, "FORWARD_TARGETS.publish.title.en must be"],
    [{ title: { en: "Publish", fr: 7 } }, "FORWARD_TARGETS.publish.title.fr must be"],
    [{ title: "x".repeat(81) }, "FORWARD_TARGETS.publish.title must have at most 80 characters"],
    [{ title: { en: "x", fr: "x".repeat(81) } }, "FORWARD_TARGETS.publish.title.fr must have at most 80 characters"],
    [{ about: { en: " " } }, "FORWARD_TARGETS.publish.about.en must not be empty"],
  ])("name the language of a target's text that is wrong: %j", (texts, problem) => {
    expect(complaint({ FORWARD_TARGETS: { publish: { url: "https://a.tld", ...texts } } })).toContain(problem);
  });

  it("say which language and time zone a person has of whom nothing else says it", () => {
    expect(read({ LANGUAGE: "fr", TIME_ZONE: "Europe/Paris" })).toMatchObject({
      language: "fr",
      timeZone: "Europe/Paris",
    });
    expect(read({})).toMatchObject({ language: undefined, timeZone: undefined });
    expect(read({ LANGUAGE: "", TIME_ZONE: "" })).toMatchObject({ language: undefined, timeZone: undefined });
  });

  it.each([
    ["LANGUAGE", "xx", "LANGUAGE must be one of en, fr"],
    ["LANGUAGE", "French", "LANGUAGE must be one of en, fr"],
    ["TIME_ZONE", "Paris", 'TIME_ZONE must be the name of a time zone, such as "Europe/Paris"'],
    ["TIME_ZONE", "Mars/Olympus", "TIME_ZONE must be the name of a time zone"],
  ])("must name a language of the catalogue and a time zone: %s = %s", (name, value, problem) => {
    expect(complaint({ [name]: value })).toContain(problem);
  });

  it("that are invalid are explained by texts of the catalogue, each once, with the name of the setting", () => {
    const explain = (variables: Record<string, unknown>) => {
      try {
        read(variables);
      } catch (thrown) {
        return thrown instanceof Failure ? thrown.reply.text : undefined;
      }
    };
    expect(explain({ TIME_ZONE: "Paris" })).toEqual({ key: "settings.timeZone", values: { name: "TIME_ZONE" } });
    expect(explain({ TIME_ZONE: "Paris", LAUNCHERS: { launchers: [] } })).toEqual({
      key: "shared.sentences",
      values: {
        texts: [
          { key: "settings.noLauncher", values: { name: "LAUNCHERS.launchers" } },
          { key: "settings.timeZone", values: { name: "TIME_ZONE" } },
        ],
      },
    });
    // Both checks of this address fail.
    expect(explain({ KITSU_API: "x" })).toEqual({ key: "settings.kitsuApi", values: { name: "KITSU_API" } });
  });

  it.each([
    ["KITSU_URL", undefined],
    ["KITSU_URL", ""],
    ["KITSU_URL", "kitsu.studio.tld"],
    ["KITSU_URL", "ftp://kitsu.studio.tld"],
    ["BASE_PATH", "edge"],
    ["BASE_PATH", "/a b"],
    ["LINK_SCHEMES", "rv:"],
    ["LOG_TOKEN", "short"],
    ["LOG_RETENTION_DAYS", "some"],
    ["ACTION_TIME_LIMIT", "9999"],
    ["ACTION_TIME_LIMIT", "1e1"],
    ["ACTION_TIME_LIMIT", "0x10"],
    ["LOG_RETENTION_DAYS", "1,000"],
    ["LOG_RETENTION_DAYS", "1.000"],
    ["FORWARD_TARGETS", "{"],
    ["ACTION_LIMITS", { "*": { people: ["Ada Artist"] } }],
    ["ACTION_LIMITS", { "*": { people: ["ada@studio.tld bob@studio.tld"] } }],
    ["FORWARD_TARGETS", { Publish: { url: "https://a.tld" } }],
    ["FORWARD_TARGETS", { publish: { url: "a.tld" } }],
    ["FORWARD_TARGETS", { publish: {} }],
  ])("name the invalid variable and what it must be: %s = %j", (name, value) => {
    expect(complaint({ [name]: value })).toMatch(new RegExp(`${name}.* must be `));
  });

  it("never show the invalid value: it may be a secret", () => {
    expect(complaint({ LOG_TOKEN: "hunter2" })).not.toContain("hunter2");
  });

  it("may not name a forward target like an action", async () => {
    const response = await ask("/actions/debug", ajax(), { FORWARD_TARGETS: { debug: { url: "https://a.tld" } } });
    expect(await readFailed(response)).toMatchObject({
      code: "not-configured",
      text: expect.stringContaining("FORWARD_TARGETS"),
    });
  });

  it("that are invalid get a failed reply", async () => {
    const response = await ask("/actions/debug", ajax(), { KITSU_URL: "" });
    expect(response.status).toBe(500);
    expect(await readFailed(response)).toMatchObject({
      code: "not-configured",
      text: expect.stringContaining("KITSU_URL"),
    });
  });
});
