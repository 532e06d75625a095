// Logging in to Kitsu as a person: password, second factor, and what each refusal means.
import * as v from "valibot";
import { refusal, send } from "./api.ts";
import type { Terminal } from "./terminal.ts";
import { Trouble } from "./trouble.ts";

const METHODS = ["totp", "email_otp", "recovery_code"] as const;
type Method = (typeof METHODS)[number];

const flag = v.fallback(v.optional(v.boolean(), false), false);
const Answer = v.object({
  login: flag,
  access_token: v.optional(v.string()),
  two_factor_authentication_required: flag,
  missing_OTP: flag,
  wrong_OTP: flag,
  // Spelled so by Zou.
  too_many_failed_login_attemps: flag,
  default_password: flag,
  unactive: flag,
  preferred_two_factor_authentication: v.fallback(v.nullish(v.string(), ""), ""),
  two_factor_authentication_enabled: v.fallback(v.optional(v.array(v.string()), []), []),
});
type Answer = v.InferOutput<typeof Answer>;

/** @returns an access token, good until `logout` */
export async function login(
  api: string,
  credentials: { email: string; password: string },
  terminal: Terminal,
): Promise<string> {
  let answer = await attempt(api, credentials);
  if (answer.missing_OTP)
    answer = await attempt(api, { ...credentials, ...(await askCode(api, credentials.email, answer, terminal)) });
  if (answer.two_factor_authentication_required)
    throw new Trouble(
      "This studio demands a second factor, and this account has none yet: set one up in Kitsu, in your profile.",
    );
  if (answer.login && answer.access_token !== undefined) return answer.access_token;
  throw new Trouble(explain(answer));
}

/** So that no session of ours stays behind. Nothing depends on it. */
export async function logout(api: string, token: string): Promise<void> {
  await send(api, "GET", "/auth/logout", { token }).catch(() => undefined);
}

async function attempt(api: string, body: Record<string, string>): Promise<Answer> {
  const answer = await send(api, "POST", "/auth/login", { body });
  if (answer.status === 409)
    throw new Trouble("This Kitsu has no way to log in set up (AUTH_STRATEGY): tell whoever runs it.");
  const parsed = v.safeParse(Answer, answer.body);
  // Other routes refuse with a message and no "login".
  const isAboutLogin =
    parsed.success && typeof answer.body === "object" && answer.body !== null && "login" in answer.body;
  if (isAboutLogin && answer.status < 500) return parsed.output;
  if (answer.status < 400) throw new Trouble(`${api} does not answer as Kitsu does. Is it the right address?`);
  throw answer.status === 401 || answer.status === 422
    ? new Trouble("Kitsu refused the login without a reason.")
    : refusal(answer.status, answer.body, api);
}

function explain(answer: Answer): string {
  if (answer.unactive) return "This account is deactivated: an administrator can activate it again.";
  if (answer.too_many_failed_login_attemps)
    return "Too many logins failed: Kitsu locks the account for a minute. Wait, and try again.";
  if (answer.default_password)
    return "This account still has its first password: log in to Kitsu with the browser and choose another.";
  if (answer.wrong_OTP || answer.missing_OTP)
    return "The second factor's code is wrong or over: run this again with a new one.";
  return "The e-mail or the password is wrong.";
}

const QUESTIONS: Record<Method, string> = {
  totp: "Code from your authenticator app",
  email_otp: "Code from the e-mail Kitsu just sent you",
  recovery_code: "One of your recovery codes",
};

/** Asks for the preferred code; Enter alone for a recovery code instead. A security key needs a browser. */
async function askCode(
  api: string,
  email: string,
  answer: Answer,
  terminal: Terminal,
): Promise<Partial<Record<Method, string>>> {
  const enabled = METHODS.filter((method) => answer.two_factor_authentication_enabled.includes(method));
  // Zou before 1.0 does not list them.
  const method =
    METHODS.find((one) => one === answer.preferred_two_factor_authentication) ??
    enabled[0] ??
    ("totp" satisfies Method);
  if (!terminal.isInteractive)
    throw new Trouble(
      "This account has a second factor, and nobody is here to type its code: use a bot's KITSU_TOKEN instead.",
    );
  if (method === "email_otp") await send(api, "GET", `/auth/email-otp?email=${encodeURIComponent(email)}`);
  if (method === "recovery_code") return { recovery_code: await terminal.ask(`${QUESTIONS[method]}: `) };
  const code = await terminal.ask(`${QUESTIONS[method]} (Enter alone: a recovery code instead): `);
  return code
    ? { [method]: code.replaceAll(" ", "") }
    : { recovery_code: await terminal.ask(`${QUESTIONS.recovery_code}: `) };
}
