// The bot: whether its token works, and what it may do in Kitsu.
import * as v from "valibot";
import { Failure } from "../format/failure.ts";
import { toEnglish } from "../format/localize.ts";
import type { ZouPerson } from "../services/zou-objects.ts";
import type { DoctorContext } from "./doctor-context.ts";
import { asSecret, broken, type Finding, fine, listSome, risky, worthKnowing } from "./finding.ts";
import { readJwt } from "./jwt.ts";

const RENEW = `In Kitsu, under Bots, generate a new token. Then: ${asSecret("KITSU_TOKEN")}`;
const MAKE_BOT = `Create a bot in Kitsu (docs/settings.md), and set its token: ${asSecret("KITSU_TOKEN")}`;
const SOON_DAYS = 30;
const DAY_S = 86_400;

export async function checkBot(context: DoctorContext): Promise<Finding[]> {
  const { settings, readRoot, readAccount } = context;
  const { kitsuToken: token, basePath } = settings;
  if (token === undefined)
    return basePath === "" ? [] : [fine("people-sessions", "Bot", "None: people's own sessions in Kitsu are used.")];
  if (!("version" in (await readRoot())))
    return [worthKnowing("bot-not-checked", "KITSU_TOKEN", "It was not checked, because Kitsu's API does not answer.")];
  const account = await readAccount();
  if (account instanceof Failure) return [explain(account, token)];
  return [...checkLife(token), ...(await describeBot(account.user, context))];
}

const Claims = v.object({ exp: v.optional(v.number()), identity_type: v.optional(v.string()) });

/** What the token says about itself. Only Zou can verify it; nothing of it is shown. */
function readClaims(token: string) {
  const claims = v.safeParse(Claims, readJwt(token));
  if (!claims.success) return undefined;
  const { exp, identity_type } = claims.output;
  const leftDays = exp === undefined ? undefined : Math.floor((exp - Date.now() / 1_000) / DAY_S);
  return { leftDays, isPerson: identity_type === "person" };
}

function checkLife(token: string): Finding[] {
  const { leftDays, isPerson } = readClaims(token) ?? {};
  if (leftDays === undefined || (leftDays >= SOON_DAYS && !isPerson)) return [];
  return [
    risky(
      "bot-token-expires",
      "KITSU_TOKEN",
      `It expires ${leftDays < 1 ? "within a day" : `in ${leftDays} days`}.`,
      isPerson ? MAKE_BOT : RENEW,
    ),
  ];
}

function explain({ code, reply }: Failure, token: string): Finding {
  if (code === "kitsu-second-factor")
    return broken("bot-second-factor", "KITSU_TOKEN", "Kitsu demands a second factor of this account.", MAKE_BOT);
  if (code !== "kitsu-token-refused")
    return broken("bot-refused", "KITSU_TOKEN", toEnglish(reply.text ?? ""), "Look at Zou's log, then check again.");
  const claims = readClaims(token);
  if (claims === undefined)
    return broken("bot-token-malformed", "KITSU_TOKEN", "It is not a token of Kitsu, or only part of one.", RENEW);
  return (claims.leftDays ?? 0) < 0
    ? broken("bot-token-expired", "KITSU_TOKEN", "It has expired.", RENEW)
    : broken(
        "bot-token-refused",
        "KITSU_TOKEN",
        "Kitsu refuses it: it was revoked, is of another Kitsu, or the bot was deactivated or deleted.",
        `See whether the bot is there and active. If so: ${RENEW}`,
      );
}

const ROLES = { admin: "administrator", manager: "production manager", user: "artist" };
const nameRole = (role: string) => Object.entries(ROLES).find(([one]) => one === role)?.[1] ?? role;

async function describeBot(bot: ZouPerson, { readProjects, readNamesakes }: DoctorContext): Promise<Finding[]> {
  const { id, full_name: name, role, is_bot: isBot, email } = bot;
  const [projects, namesakes] = await Promise.all([readProjects(), email === undefined ? [] : readNamesakes(email)]);
  const subject = `“${name}”`;
  const giveRole = "In Kitsu, under Bots, give it the role production manager.";
  const findings: Finding[] = [];
  if (!isBot)
    findings.push(risky("bot-is-person", subject, "KITSU_TOKEN is of a person, and stops when they leave.", MAKE_BOT));
  if (role === "admin" && isBot)
    findings.push(
      risky("bot-is-admin", subject, "The bot is an administrator, and may do more than it needs.", giveRole),
    );
  else if (role !== "manager" && role !== "admin")
    findings.push(
      broken(
        "bot-role",
        subject,
        `The bot's role is ${nameRole(role)}: it can't comment in people's names or see their e-mail addresses.`,
        giveRole,
      ),
    );
  // Zou shows a bot that is no administrator only the projects of its teams.
  if (projects instanceof Failure)
    findings.push(
      broken("bot-refused", subject, toEnglish(projects.reply.text ?? ""), "Look at Zou's log, and check again."),
    );
  else
    findings.push(
      projects.length === 0
        ? broken(
            "bot-not-in-team",
            subject,
            "The bot is in the team of no open production, so it sees no tasks.",
            "In Kitsu, add it under Team in each production that the actions are for.",
          )
        : fine("bot-teams", subject, `It sees ${listSome(projects.map((one) => one.name))}.`),
    );
  const namesake = namesakes instanceof Failure ? undefined : namesakes.find((one) => one.id !== id && !one.is_bot);
  if (namesake !== undefined)
    findings.push(
      worthKnowing(
        "bot-email-shared",
        subject,
        `The bot has the e-mail address of ${namesake.full_name}, as Kitsu's dialog fills it in.`,
      ),
    );
  return findings.every(({ level }) => level !== "broken" && level !== "risky")
    ? [fine("bot", subject, `The bot is a ${nameRole(role)}.`), ...findings]
    : findings;
}
