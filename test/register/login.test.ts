import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { login } from "../../scripts/register/login.ts";
import { ADMIN, startKitsu } from "./support/kitsu.ts";

let kitsu: Awaited<ReturnType<typeof startKitsu>>;
beforeAll(async () => {
  kitsu = await startKitsu();
});
afterAll(() => kitsu.close());
beforeEach(() => {
  kitsu.logins = [];
  kitsu.loginBodies = [];
  kitsu.requests = [];
});

/** A terminal where these answers are typed, one after the other. */
function typing(...typed: string[]) {
  const asked: string[] = [];
  const ask = async (question: string) => {
    asked.push(question);
    return typed.shift() ?? "";
  };
  return { asked, isInteractive: true, ask, askSecret: ask };
}

const missing = (preferred: string | null, enabled?: string[]) => ({
  error: true,
  login: false,
  missing_OTP: true,
  preferred_two_factor_authentication: preferred,
  two_factor_authentication_enabled: enabled,
});

describe("the login", () => {
  it("returns a token for email and password", async () => {
    expect(await login(kitsu.api, ADMIN, typing())).toBe("session-token");
    expect(kitsu.loginBodies).toEqual([ADMIN]);
  });

  it.each([
    [400, { login: false }, "The email address or the password is wrong."],
    [401, { error: true, login: false, unactive: true, message: "User is unactive, he cannot log in." }, "deactivated"],
    [400, { error: true, login: false, too_many_failed_login_attemps: true }, "has locked the account for a minute"],
    [400, { error: true, login: false, wrong_OTP: true }, "of the second factor is wrong"],
    [400, { login: false, default_password: true, token: "reset" }, "still has its initial password"],
    [409, { login: false }, "no login set up"],
    [200, { login: true, access_token: "half", two_factor_authentication_required: true }, "requires a second factor"],
    [500, { error: true, login: false, message: "Database doesn't seem reachable." }, "Kitsu failed with status 500"],
    [502, undefined, "Kitsu failed with status 502"],
    [400, { error: true, message: "Validation error.", data: {} }, "Kitsu refused: Validation error."],
    [404, { error: true, message: "404 Not Found" }, "Is this Kitsu's address"],
    [200, { hello: "world" }, "does not answer like Kitsu"],
  ])("explains the answer %i %j", async (status, body, sentence) => {
    kitsu.logins = [[status, body]];
    await expect(login(kitsu.api, ADMIN, typing())).rejects.toThrow(sentence);
  });

  it.each([
    ["totp", ["recovery_code", "totp", "email_otp"], { totp: "123456" }, "authenticator"],
    ["email_otp", ["recovery_code", "email_otp"], { email_otp: "123456" }, "email"],
    ["fido", ["recovery_code", "totp", "fido"], { totp: "123456" }, "authenticator"],
    ["fido", ["recovery_code", "fido"], { recovery_code: "123 456" }, "recovery codes"],
    [null, undefined, { totp: "123456" }, "authenticator"],
  ])("asks for the second factor: %s of %j", async (preferred, enabled, sent, question) => {
    kitsu.logins = [[400, missing(preferred, enabled)]];
    const { asked, ...terminal } = typing("123 456");
    expect(await login(kitsu.api, ADMIN, terminal)).toBe("session-token");
    expect(kitsu.loginBodies).toEqual([ADMIN, { ...ADMIN, ...sent }]);
    expect(asked[0]).toContain(question);
    // Kitsu sends the code only when asked to.
    expect(kitsu.requests.includes("GET /auth/email-otp?email=admin%40studio.example")).toBe(preferred === "email_otp");
  });

  it("accepts a recovery code instead", async () => {
    kitsu.logins = [[400, missing("totp", ["recovery_code", "totp"])]];
    expect(await login(kitsu.api, ADMIN, typing("", "ABCDEF0123"))).toBe("session-token");
    expect(kitsu.loginBodies[1]).toEqual({ ...ADMIN, recovery_code: "ABCDEF0123" });
  });

  it("fails if there is no terminal to type a code in", async () => {
    kitsu.logins = [[400, missing("totp", ["totp"])]];
    await expect(login(kitsu.api, ADMIN, { ...typing(), isInteractive: false })).rejects.toThrow(
      "Set KITSU_TOKEN to a bot's token",
    );
  });

  it("says that Kitsu can't be reached", async () => {
    await expect(login("http://127.0.0.1:1/api", ADMIN, typing())).rejects.toThrow("can't be reached");
  });
});
