// Faults in the bot.
import { describe } from "vitest";
import { at, type Fault, itNames, refuse } from "../../support/worker/doctor-faults.ts";
import { API, BOT } from "../../support/worker/zou.ts";

const token = (claims: object) => `h.${btoa(JSON.stringify(claims)).replaceAll("=", "")}.s`;
const inDays = (days: number) => Math.floor(Date.now() / 1_000) + days * 86_400 + 3_600;

const NINE_DAYS = token({ exp: inDays(9) });
const TODAY = token({ exp: inDays(0), identity_type: "person" });

const FAULTS: readonly Fault[] = [
  {
    is: "a token that was revoked",
    settings: { KITSU_TOKEN: token({ exp: inDays(90) }) },
    id: "bot-token-refused",
    level: "broken",
    says: /revoked/,
    fix: /^See whether the bot is there and active\. .*under Bots/,
  },
  {
    is: "part of a token",
    settings: { KITSU_TOKEN: "garbled" },
    id: "bot-token-malformed",
    level: "broken",
    says: /not a token/,
    fix: /secret put KITSU_TOKEN/,
  },
  {
    is: "a token that has expired",
    settings: { KITSU_TOKEN: token({ exp: inDays(-3) }) },
    id: "bot-token-expired",
    level: "broken",
    says: /expired/,
    fix: /generate a new token/,
  },
  {
    is: "a token that soon expires",
    settings: { KITSU_TOKEN: NINE_DAYS },
    outside: ({ zou }) => void zou.sessions.set(NINE_DAYS, BOT),
    id: "bot-token-expires",
    level: "risky",
    says: /in 9 days/,
    fix: /generate a new token/,
  },
  {
    is: "a person's token that ends today",
    settings: { KITSU_TOKEN: TODAY },
    outside: ({ zou }) => void zou.sessions.set(TODAY, { ...BOT, is_bot: false }),
    id: "bot-token-expires",
    level: "risky",
    says: /within a day/,
    fix: /Create a bot/,
  },
  {
    is: "an answer about the bot that can't be read",
    outside: at(`${API}/auth/authenticated`, () => Response.json({ user: {} })),
    id: "bot-refused",
    level: "broken",
    says: /unexpected format/,
    fix: /Zou's log/,
  },
  {
    is: "a second factor",
    outside: at(`${API}/auth/authenticated`, refuse(403, { message: "No", two_factor_authentication_required: true })),
    id: "bot-second-factor",
    level: "broken",
    says: /second factor/,
    fix: /Create a bot/,
  },
  {
    is: "a person in place of a bot",
    outside: ({ zou }) => void zou.sessions.set("of-a-person", { ...BOT, is_bot: false }),
    settings: { KITSU_TOKEN: "of-a-person" },
    id: "bot-is-person",
    level: "risky",
    says: /of a person/,
    fix: /Create a bot/,
  },
  {
    is: "a bot that is an artist",
    outside: ({ zou }) => void zou.sessions.set("artist", { ...BOT, role: "user" }),
    settings: { KITSU_TOKEN: "artist" },
    id: "bot-role",
    level: "broken",
    says: /role is artist/,
    fix: /under Bots, give it the role production manager/,
  },
  {
    is: "a bot that is an administrator",
    outside: ({ zou }) => void zou.sessions.set("admin", { ...BOT, role: "admin" }),
    settings: { KITSU_TOKEN: "admin" },
    id: "bot-is-admin",
    level: "risky",
    says: /administrator/,
    fix: /production manager/,
  },
  {
    is: "a bot in no team",
    outside: ({ zou }) => zou.teams.clear(),
    id: "bot-not-in-team",
    level: "broken",
    says: /no open production/,
    fix: /under Team/,
  },
];

describe("the doctor's check of the bot", () => {
  itNames(FAULTS);
});
