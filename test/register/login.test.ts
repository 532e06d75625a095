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

/** Somebody who types these, one after the other. */
function person(...typed: string[]) {
  const asked: string[] = [];
  const ask = async (question: string) => {
    asked.push(question);
    return typed.shift() ?? "";
  };
  return { asked, isInteractive: true, ask, askSecretly: ask };
}

const missing = (preferred: string | null, enabled?: string[]) => ({
  error: true,
  login: false,
  missing_OTP: true,
  preferred_two_factor_authentication: preferred,
  two_factor_authentication_enabled: enabled,
});

describe("the login", () => {
  it("gives a token for e-mail and password", async () => {
    expect(await login(kitsu.api, ADMIN, person())).toBe("session-token");
    expect(kitsu.loginBodies).toEqual([ADMIN]);
  });

  it.each([
    [400, { login: false }, "The e-mail or the password is wrong."],
    [401, { error: true, login: false, unactive: true, message: "User is unactive, he cannot log in." }, "deactivated"],
    [400, { error: true, login: false, too_many_failed_login_attemps: true }, "locks the account for a minute"],
    [400, { error: true, login: false, wrong_OTP: true }, "code is wrong"],
    [400, { login: false, default_password: true, token: "reset" }, "still has its first password"],
    [409, { login: false }, "no way to log in"],
    [200, { login: true, access_token: "half", two_factor_authentication_required: true }, "demands a second factor"],
    [
      500,
      { error: true, login: false, message: "Database doesn't seem reachable." },
      "Kitsu itself failed, with the status 500",
    ],
    [502, undefined, "Kitsu itself failed, with the status 502"],
    [400, { error: true, message: "Validation error.", data: {} }, "Kitsu refused: Validation error."],
    [404, { error: true, message: "404 Not Found" }, "Is it Kitsu's address"],
    [200, { hello: "world" }, "does not answer as Kitsu does"],
  ])("says what %i %j means", async (status, body, sentence) => {
    kitsu.logins = [[status, body]];
    await expect(login(kitsu.api, ADMIN, person())).rejects.toThrow(sentence);
  });

  it.each([
    ["totp", ["recovery_code", "totp", "email_otp"], { totp: "123456" }, "authenticator"],
    ["email_otp", ["recovery_code", "email_otp"], { email_otp: "123456" }, "e-mail"],
    ["fido", ["recovery_code", "totp", "fido"], { totp: "123456" }, "authenticator"],
    ["fido", ["recovery_code", "fido"], { recovery_code: "123 456" }, "recovery codes"],
    [null, undefined, { totp: "123456" }, "authenticator"],
  ])("asks for the second factor: %s of %j", async (preferred, enabled, sent, question) => {
    kitsu.logins = [[400, missing(preferred, enabled)]];
    const { asked, ...terminal } = person("123 456");
    expect(await login(kitsu.api, ADMIN, terminal)).toBe("session-token");
    expect(kitsu.loginBodies).toEqual([ADMIN, { ...ADMIN, ...sent }]);
    expect(asked[0]).toContain(question);
    // Kitsu sends the code when it is asked to, not before.
    expect(kitsu.requests.includes("GET /auth/email-otp?email=admin%40studio.example")).toBe(preferred === "email_otp");
  });

  it("takes a recovery code from whoever has no other", async () => {
    kitsu.logins = [[400, missing("totp", ["recovery_code", "totp"])]];
    expect(await login(kitsu.api, ADMIN, person("", "ABCDEF0123"))).toBe("session-token");
    expect(kitsu.loginBodies[1]).toEqual({ ...ADMIN, recovery_code: "ABCDEF0123" });
  });

  it("says that a program can't type a code", async () => {
    kitsu.logins = [[400, missing("totp", ["totp"])]];
    await expect(login(kitsu.api, ADMIN, { ...person(), isInteractive: false })).rejects.toThrow(
      "use a bot's KITSU_TOKEN",
    );
  });

  it("says that Kitsu can't be reached", async () => {
    await expect(login("http://127.0.0.1:1/api", ADMIN, person())).rejects.toThrow("can't be reached");
  });
});
