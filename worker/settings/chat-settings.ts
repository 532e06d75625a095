// The settings CHAT and CHAT_WEBHOOK: what is told in the studio's chat. Nothing is, by default.
import * as v from "valibot";
import { settingProblem } from "../format/setting-problem.ts";
import { SLUG } from "../format/slug.ts";
import { CHAT_FORMATS, type ChatWebhook, guessFormat } from "../services/chat-client.ts";
import { jsonOrTable } from "./setting-schemas.ts";

const WEEKDAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

/** A time of the week: `weekday` 0 is Sunday; `minute` counts from midnight. */
export type WeeklyTime = { weekday: number; minute: number };

const Weekly = v.pipe(
  v.string(),
  v.regex(
    new RegExp(`^(${WEEKDAYS.join("|")}) ([01]\\d|2[0-3]):[0-5]\\d$`),
    settingProblem("settings.shortExample", { example: "monday 09:00" }),
  ),
  v.transform((text): WeeklyTime => {
    const [day = "", hour = 0, minute = 0] = text.split(/[ :]/);
    return { weekday: WEEKDAYS.indexOf(day), minute: Number(hour) * 60 + Number(minute) };
  }),
);

const Chat = v.strictObject({
  /** when the week is summarized: "monday 09:00"; never if absent */
  summary: v.optional(Weekly),
  /** the actions whose failures are told */
  failures: v.optional(v.array(v.pipe(v.string(), v.regex(SLUG))), []),
  /** what the webhook understands, if its address doesn't say it */
  format: v.optional(v.picklist(CHAT_FORMATS)),
  /** the worker's own address, for links to the log */
  address: v.optional(v.pipe(v.string(), v.url(), v.regex(/^https?:\/\//i))),
});

export const CHAT_VARIABLES = {
  CHAT: v.optional(jsonOrTable(Chat)),
  CHAT_WEBHOOK: v.optional(v.pipe(v.string(), v.trim(), v.url(), v.regex(/^https?:\/\//i))),
};

export const CHAT_HELP = {
  CHAT: settingProblem("settings.example", {
    example: '{"summary": "monday 09:00", "failures": ["flamenco"]}',
    page: "docs/use.md",
  }),
  CHAT_WEBHOOK: settingProblem("settings.address"),
};

export type ChatSettings = {
  webhook: ChatWebhook;
  summary: WeeklyTime | undefined;
  failures: readonly string[];
  /** the worker's, without a slash at the end; there are no links if it is not known */
  address: string | undefined;
};

/** Undefined if nothing is to be told. */
export function readChat(
  { CHAT, CHAT_WEBHOOK }: v.InferOutput<v.ObjectSchema<typeof CHAT_VARIABLES, undefined>>,
  ownAddress: string | undefined,
): ChatSettings | undefined {
  if (CHAT === undefined || CHAT_WEBHOOK === undefined) return undefined;
  const { summary, failures, format = guessFormat(CHAT_WEBHOOK), address } = CHAT;
  return {
    webhook: { url: CHAT_WEBHOOK, format },
    summary,
    failures,
    address: address?.replace(/\/+$/, "") ?? ownAddress,
  };
}
