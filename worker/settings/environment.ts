// The schema of the environment variables, and what each of them must be.
import * as v from "valibot";
import { LANGUAGES } from "../../messages/languages.ts";
import { OwnText } from "../format/local-text.ts";
import { isTimeZone } from "../format/locale-formats.ts";
import { type Message, message } from "../format/message.ts";
import { readSettingProblem, settingProblem } from "../format/setting-problem.ts";
import { SLUG } from "../format/slug.ts";
import { Kabaret } from "../launch/kabaret-settings.ts";
import { Launchers } from "../launch/launchers.ts";
import { ROLES } from "../services/zou-objects.ts";
import { CHAT_HELP, CHAT_VARIABLES } from "./chat-settings.ts";
import { FARM_HELP, FARM_VARIABLES } from "./farm-settings.ts";
import { boundedNumber, explainMember, jsonOrTable } from "./setting-schemas.ts";
import { TRUSTS } from "./trust.ts";

const wordList = v.pipe(
  v.optional(v.string(), ""),
  v.transform((list) => list.split(/[\s,]+/).filter(Boolean)),
);
const httpUrl = v.pipe(v.string(), v.url(), v.regex(/^https?:\/\//i));
/** Shown in many places, so it must not have a password. */
const shownUrl = v.pipe(
  httpUrl,
  v.check((url) => !/^[^/]+\/\/[^/?#]*@/.test(url)),
);

/** The id of a person in Kitsu, or their e-mail address. */
const PersonName = v.pipe(v.string(), v.trim(), v.toLowerCase(), v.regex(/^([0-9a-f-]{36}|\S+@\S+)$/));

const ForwardTarget = v.object({
  url: httpUrl,
  title: v.optional(OwnText(80)),
  about: v.optional(OwnText(1_000)),
  timeLimit: boundedNumber(20, 120),
  idempotent: v.optional(v.boolean(), false),
});
const ForwardTargets = v.record(v.pipe(v.string(), v.regex(SLUG)), ForwardTarget);
export const TARGET_MEMBERS: readonly string[] = Object.keys(ForwardTarget.entries);

export const Environment = v.object({
  KITSU_URL: v.pipe(wordList, v.minLength(1), v.array(shownUrl)),
  BASE_PATH: v.pipe(v.optional(v.string(), ""), v.regex(/^(\/[\w.~-]+)*\/?$/)),
  LINK_SCHEMES: v.pipe(wordList, v.array(v.pipe(v.string(), v.regex(/^[a-z][a-z0-9+.-]*$/)))),
  LOG_TOKEN: v.optional(v.pipe(v.string(), v.trim(), v.minLength(16))),
  LOG_RETENTION_DAYS: boundedNumber(90, 3_650),
  ACTION_TIME_LIMIT: boundedNumber(25, 300),
  LONG_RUN_LIMIT_HOURS: boundedNumber(72, 720),
  LONG_RUN_EVERY_SECONDS: boundedNumber(2, 3_600),
  FORWARD_TARGETS: v.pipe(
    v.optional(v.union([v.pipe(v.string(), v.parseJson()), v.looseObject({})]), {}),
    ForwardTargets,
  ),
  KITSU_API: v.optional(shownUrl),
  KITSU_TOKEN: v.optional(v.pipe(v.string(), v.trim())),
  TRUST: v.optional(v.picklist(TRUSTS)),
  ACCESS_TEAM: v.optional(v.pipe(v.string(), v.regex(/^([a-z0-9-]+|https:\/\/[a-z0-9.-]+)?$/)), ""),
  ACCESS_AUDIENCE: v.optional(v.string(), ""),
  ACTION_LIMITS: v.pipe(
    v.optional(v.union([v.pipe(v.string(), v.parseJson()), v.looseObject({})]), {}),
    v.record(
      v.string(),
      v.strictObject({
        projects: v.optional(v.array(v.pipe(v.string(), v.uuid()))),
        departments: v.optional(v.array(v.pipe(v.string(), v.uuid()))),
        roles: v.optional(v.array(v.picklist(ROLES))),
        people: v.optional(v.array(PersonName)),
      }),
    ),
  ),
  LAUNCHERS: v.optional(jsonOrTable(Launchers)),
  KABARET: v.optional(jsonOrTable(Kabaret)),
  ...FARM_VARIABLES,
  ...CHAT_VARIABLES,
  TRUST_PROXY: v.optional(v.picklist(["0", "1"]), "0"),
  INJECT: v.optional(v.picklist(["0", "1"]), "0"),
  LANGUAGE: v.optional(v.picklist(LANGUAGES)),
  TIME_ZONE: v.optional(
    v.pipe(
      v.string(),
      v.check((name) => isTimeZone(name)),
    ),
  ),
  LOCAL: v.optional(v.string(), ""),
  VERSION: v.fallback(v.object({ timestamp: v.pipe(v.string(), v.isoTimestamp()) }), {
    timestamp: "1970-01-01T00:00:00.000Z",
  }),
});

/** What each variable must be, as the message of a schema. */
const HELP: Record<keyof typeof Environment.entries, string> = {
  KITSU_URL: settingProblem("settings.kitsuUrl"),
  BASE_PATH: settingProblem("settings.basePath"),
  LINK_SCHEMES: settingProblem("settings.linkSchemes"),
  LOG_TOKEN: settingProblem("settings.logToken"),
  LOG_RETENTION_DAYS: settingProblem("settings.logRetentionDays", { most: "3650" }),
  ACTION_TIME_LIMIT: settingProblem("settings.actionTimeLimit", { most: "300" }),
  LONG_RUN_LIMIT_HOURS: settingProblem("settings.longRunLimitHours", { most: "720" }),
  LONG_RUN_EVERY_SECONDS: settingProblem("settings.longRunEverySeconds", { most: "3600" }),
  FORWARD_TARGETS: settingProblem("settings.example", {
    example: '{"<action id>": {"url": "https://pipeline.studio.tld/kitsu", "title": "Publish", "timeLimit": 20}}',
    page: "docs/forward.md",
  }),
  KITSU_API: settingProblem("settings.kitsuApi"),
  KITSU_TOKEN: settingProblem("settings.kitsuToken"),
  TRUST: settingProblem("settings.choice", { choices: TRUSTS.join(", ") }),
  ACCESS_TEAM: settingProblem("settings.accessTeam"),
  ACCESS_AUDIENCE: settingProblem("settings.accessAudience"),
  ACTION_LIMITS: settingProblem("settings.shortExample", {
    example:
      '{"<action id>": {"projects": ["<id>"], "departments": ["<id>"], "roles": ["manager", "supervisor", "user"], "people": ["<id or e-mail>"]}}',
  }),
  LAUNCHERS: settingProblem("settings.example", {
    example: '{"launchers": [{"id": "rv", "label": "Open in RV", "kind": "rvlink"}]}',
    page: "docs/launch.md",
  }),
  KABARET: settingProblem("settings.example", {
    example: '{"task_names": {"Animation": "animation"}}',
    page: "docs/kabaret.md",
  }),
  ...FARM_HELP,
  ...CHAT_HELP,
  TRUST_PROXY: settingProblem("settings.trustProxy"),
  INJECT: settingProblem("settings.inject", { setting: "BASE_PATH" }),
  LANGUAGE: settingProblem("settings.choice", { choices: LANGUAGES.join(", ") }),
  TIME_ZONE: settingProblem("settings.timeZone"),
  LOCAL: settingProblem("settings.local"),
  VERSION: settingProblem("settings.version"),
};

/** The settings whose members are explained one by one. */
const STRUCTURED = ["LAUNCHERS", "KABARET", "AFANASY", "FLAMENCO", "CHAT"];

/** What is wrong with a variable or a member of it, and what to set. */
export function explainIssue(issue: v.BaseIssue<unknown>): Message {
  const path = v.getDotPath(issue) ?? "";
  const name = path.split(".")[0] ?? "";
  if (path !== name && STRUCTURED.includes(name)) return explainMember(issue, path);
  const help = Object.entries(HELP).find(([key]) => key === name)?.[1] ?? "";
  return (
    readSettingProblem(issue.message, path) ??
    readSettingProblem(help, path) ??
    message("settings.wrongFormat", { name: path })
  );
}
