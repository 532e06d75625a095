// Logs in to Kitsu as a person, with a password and a second factor.
import * as v from "valibot";
import { CliError } from "../cli-error.ts";
import type { Terminal } from "./terminal.ts";
import { send, toError } from "./zou.ts";

const METHODS = ["totp", "email_otp", "recovery_code"] as const;
type Method = (typeof METHODS)[number];

const flag = v.fallback(v.optional(v.boolean(), false), false);
const Answer = v.object({
  login: flag,
  access_token: v.optional(v.string()),
  two_factor_authentication_required: flag,
  missing_OTP: flag,
  wrong_OTP: flag,
  // Zou's spelling.
  too_many_failed_login_attemps: flag,
  default_password: flag,
  unactive: flag,
  preferred_two_factor_authentication: v.fallback(v.nullish(v.string(), ""), ""),
  two_factor_authentication_enabled: v.fallback(v.optional(v.array(v.string()), []), []),
});
type Answer = v.InferOutput<typeof Answer>;

/** @returns an access token, valid until `logout` */
export async function login(
  api: string,
  credentials: { email: string; password: string },
  terminal: Terminal,
): Promise<string> {
  let answer = await attempt(api, credentials);
  if (answer.missing_OTP)
    answer = await attempt(api, { ...credentials, ...(await askCode(api, credentials.email, answer, terminal)) });
  if (answer.two_factor_authentication_required)
    throw new CliError(
      "This studio requires a second factor, and this account has none. Set one up in your profile in Kitsu.",
    );
  if (answer.login && answer.access_token !== undefined) return answer.access_token;
  throw new CliError(explain(answer));
}

/** Ends our session. Nothing depends on it, so errors are ignored. */
export async function logout(api: string, token: string): Promise<void> {
  await send(api, "GET", "/auth/logout", { token }).catch(() => undefined);
}

async function attempt(api: string, body: Record<string, string>): Promise<Answer> {
  const answer = await send(api, "POST", "/auth/login", { body });
  if (answer.status === 409)
    throw new CliError("This Kitsu has no login set up (AUTH_STRATEGY). Ask its administrator.");
  const parsed = v.safeParse(Answer, answer.body);
  // Other routes refuse with a message and no "login".
  const isAboutLogin =
    parsed.success && typeof answer.body === "object" && answer.body !== null && "login" in answer.body;
  if (isAboutLogin && answer.status < 500) return parsed.output;
  if (answer.status < 400) throw new CliError(`${api} does not answer like Kitsu. Is the address right?`);
  throw answer.status === 401 || answer.status === 422
    ? new CliError("Kitsu refused the login without a reason.")
    : toError(answer.status, answer.body, api);
}

function explain(answer: Answer): string {
  if (answer.unactive) return "This account is deactivated. An administrator can reactivate it.";
  if (answer.too_many_failed_login_attemps)
    return "Too many failed logins: Kitsu has locked the account for a minute. Try again after that.";
  if (answer.default_password)
    return "This account still has its initial password. Log in to Kitsu in a browser and choose a new one.";
  if (answer.wrong_OTP || answer.missing_OTP)
    return "The code of the second factor is wrong or expired. Run this again with a new code.";
  return "The email address or the password is wrong.";
}

const QUESTIONS: Record<Method, string> = {
  totp: "Code from your authenticator app",
  email_otp: "Code from the email that Kitsu just sent you",
  recovery_code: "One of your recovery codes",
};

/** Asks for the preferred code, or a recovery code instead. A security key would need a browser. */
async function askCode(
  api: string,
  email: string,
  answer: Answer,
  terminal: Terminal,
): Promise<Partial<Record<Method, string>>> {
  const enabled = METHODS.filter((method) => answer.two_factor_authentication_enabled.includes(method));
  // Zou before 1.0 does not list the enabled methods.
  const method =
    METHODS.find((one) => one === answer.preferred_two_factor_authentication) ??
    enabled[0] ??
    ("totp" satisfies Method);
  if (!terminal.isInteractive)
    throw new CliError(
      "This account has a second factor, and there is no terminal to type its code. Set KITSU_TOKEN to a bot's token instead.",
    );
  if (method === "email_otp") await send(api, "GET", `/auth/email-otp?email=${encodeURIComponent(email)}`);
  if (method === "recovery_code") return { recovery_code: await terminal.ask(`${QUESTIONS[method]}: `) };
  const code = await terminal.ask(`${QUESTIONS[method]} (press Enter to use a recovery code): `);
  return code
    ? { [method]: code.replaceAll(" ", "") }
    : { recovery_code: await terminal.ask(`${QUESTIONS.recovery_code}: `) };
}
