import { type JWTPayload, SignJWT } from "jose";
import { describe, expect, it } from "vitest";
import { ask, EDGE, KITSU } from "../../support/worker/worker.ts";

const TOKEN = "sesame-open-sesame";
const PATHS = ["/runs", "/runs.json", "/runs.csv"];

const signIn = (token: string, origin: string = EDGE, variables = {}) =>
  ask(
    "/runs/sign-in",
    {
      method: "POST",
      redirect: "manual",
      headers: { origin, accept: "text/html" },
      body: new URLSearchParams({ token }),
    },
    variables,
  );

const cookieOf = (response: Response) => response.headers.get("set-cookie")?.split(";")[0] ?? "";

describe("the log is never public", () => {
  it.each(PATHS)("%s is closed without a token", async (path) => {
    const response = await ask(path, { headers: { accept: "text/html" } });
    expect(response.status).toBe(401);
    expect(await response.text()).not.toContain("debug</td>");
  });

  it.each(PATHS)("%s is closed to a wrong token, a wrong cookie, and the token as a cookie", async (path) => {
    for (const headers of [
      { authorization: "Bearer wrong" },
      { cookie: "kitsu_actions_log=wrong" },
      { cookie: `kitsu_actions_log=${TOKEN}` },
    ]) {
      expect((await ask(path, { headers })).status).toBe(401);
    }
  });

  it.each(PATHS)("%s is closed if no token is set, and says how to set one", async (path) => {
    const response = await ask(path, { headers: { authorization: "Bearer " } }, { LOG_TOKEN: undefined });
    expect(response.status).toBe(403);
    expect(await response.text()).toContain("LOG_TOKEN");
  });

  it("is open only on localhost under npm start, and only to its own pages", async () => {
    const local = { LOCAL: "1", LOG_TOKEN: undefined };
    expect((await ask("http://localhost:8787/runs.json", {}, local)).status).toBe(200);
    expect((await ask("http://localhost:8787/runs.json", {}, { LOG_TOKEN: undefined })).status).toBe(403);
    expect((await ask("http://rebound.elsewhere.tld:8787/runs.json", {}, local)).status).toBe(403);
    expect(
      (await ask("http://localhost:8787/runs.json", { headers: { "sec-fetch-site": "cross-site" } }, local)).status,
    ).toBe(403);
    expect((await ask("http://localhost:8787/runs.json", {}, { ...local, LOG_TOKEN: TOKEN })).status).toBe(401);
  });

  it("can't be read by Kitsu's page", async () => {
    const response = await ask("/runs.json", { headers: { origin: KITSU, "sec-fetch-site": "cross-site" } });
    expect(response.status).toBe(401);
  });
});

describe("the token of the log", () => {
  it.each(PATHS)("opens %s as a bearer token", async (path) => {
    expect((await ask(path, { headers: { authorization: `Bearer ${TOKEN}` } })).status).toBe(200);
  });

  it("is exchanged for a cookie that is not the token, and that scripts and other sites do not get", async () => {
    const response = await signIn(TOKEN);
    expect(response.status).toBe(303);
    expect(response.headers.get("location")).toBe("/runs");
    const cookie = response.headers.get("set-cookie") ?? "";
    for (const attribute of ["HttpOnly", "SameSite=Strict", "Secure", "Path=/;", "Max-Age="])
      expect(cookie).toContain(attribute);
    expect(cookie).not.toContain(TOKEN);
    for (const path of PATHS)
      expect((await ask(path, { headers: { cookie: `other=1; ${cookieOf(response)}` } })).status).toBe(200);
  });

  it("voids the cookies of the old one when it changes", async () => {
    const cookie = cookieOf(await signIn(TOKEN));
    expect((await ask("/runs.json", { headers: { cookie } }, { LOG_TOKEN: "another-sixteen-chars" })).status).toBe(401);
  });

  it("can be replaced while both are accepted: cookies of the old one stay valid, and new ones outlive it", async () => {
    const NEW = "the-new-token-of-the-log";
    const both = { LOG_TOKEN: `${NEW} ${TOKEN}` };
    const cookie = cookieOf(await signIn(TOKEN));
    expect((await ask("/runs.json", { headers: { cookie } }, both)).status).toBe(200);
    for (const token of [NEW, TOKEN])
      expect((await ask("/runs.json", { headers: { authorization: `Bearer ${token}` } }, both)).status).toBe(200);
    const headers = { cookie: cookieOf(await signIn(TOKEN, EDGE, both)) };
    expect((await ask("/runs.json", { headers }, { LOG_TOKEN: NEW })).status).toBe(200);
    expect(
      (await ask("/runs.json", { headers: { authorization: `Bearer ${TOKEN}` } }, { LOG_TOKEN: NEW })).status,
    ).toBe(401);
  });

  it("may be a passphrase, whose words are not tokens", async () => {
    const LOG_TOKEN = "correct horse battery staple";
    const open = (token: string) => ask("/runs.json", { headers: { authorization: `Bearer ${token}` } }, { LOG_TOKEN });
    expect((await open(LOG_TOKEN)).status).toBe(200);
    expect((await open("correct")).status).toBe(401);
  });

  it("opens nothing to other pages, not even Kitsu's, whose scripts may be anyone's", async () => {
    const cookie = cookieOf(await signIn(TOKEN));
    for (const path of PATHS) {
      for (const origin of [KITSU, "https://elsewhere.tld", "null"]) {
        const response = await ask(path, { headers: { cookie, origin } });
        expect(response.status).toBe(401);
        expect(await response.text()).not.toContain('"runs"');
      }
      const own = await ask(path, { headers: { cookie, origin: EDGE } });
      expect(own.status).toBe(200);
      expect(own.headers.has("access-control-allow-origin")).toBe(false);
    }
  });

  it("has sessions that end on the server: after signing out, a copy of the cookie opens nothing", async () => {
    const [cookie, other] = [cookieOf(await signIn(TOKEN)), cookieOf(await signIn(TOKEN))];
    await ask("/runs/sign-out", { method: "POST", redirect: "manual", headers: { origin: EDGE, cookie } });
    expect((await ask("/runs.json", { headers: { cookie } })).status).toBe(401);
    expect((await ask("/runs.json", { headers: { cookie: other } })).status).toBe(200);
  });

  it("accepts no other kind of token that was signed with it", async () => {
    const key = new TextEncoder().encode(TOKEN);
    const valid = { aud: "log", jti: "a".repeat(32), exp: 4_000_000_000 };
    const at = async (payload: JWTPayload, alg = "HS256") => {
      const cookie = await new SignJWT(payload).setProtectedHeader({ alg }).sign(key);
      return (await ask("/runs.json", { headers: { cookie: `kitsu_actions_log=${cookie}` } })).status;
    };
    expect(await at(valid)).toBe(200);
    expect(await at({ ...valid, aud: "something-else" })).toBe(401);
    expect(await at({ aud: "log", exp: valid.exp })).toBe(401);
    expect(await at({ aud: "log", jti: valid.jti })).toBe(401);
    expect(await at({ ...valid, exp: 1_000_000_000 })).toBe(401);
    expect(await at(valid, "HS512")).toBe(401);
  });

  it("is rejected if it is wrong, or comes from another page", async () => {
    expect((await signIn("wrong")).status).toBe(403);
    expect((await signIn(TOKEN, KITSU)).status).toBe(403);
    expect((await signIn(TOKEN, "null")).status).toBe(403);
    expect((await signIn("", EDGE, { LOG_TOKEN: "" })).status).toBe(403);
  });

  it("has its cookie deleted on signing out", async () => {
    const response = await ask("/runs/sign-out", { method: "POST", redirect: "manual", headers: { origin: EDGE } });
    expect(response.headers.get("set-cookie")).toMatch(/^kitsu_actions_log=;.*Max-Age=0/);
  });

  it("limits the cookie to the worker's own path on a shared host", async () => {
    const init = {
      method: "POST",
      redirect: "manual" as const,
      headers: { origin: EDGE },
      body: new URLSearchParams({ token: TOKEN }),
    };
    const response = await ask("/edge/runs/sign-in", init, { BASE_PATH: "/edge" });
    expect(response.headers.get("set-cookie")).toContain("Path=/edge;");
    expect(response.headers.get("location")).toBe("/edge/runs");
  });
});
