// Who may open the doctor, and that it works when nothing else does.
import { describe, expect, it, vi } from "vitest";
import { setStudioActions } from "../../../worker/actions/index.ts";
import { defineAction } from "../../../worker/index.ts";
import { addCustomAction, diagnose, HEALTHY, isFault, openSurroundings } from "../../support/worker/doctor.ts";
import {
  AJAX_FIELDS,
  ajax,
  ask,
  EDGE,
  READER,
  readAnswer,
  readFailed,
  TASK,
  VARIABLES,
} from "../../support/worker/worker.ts";
import { ARTIST, MANAGER } from "../../support/worker/zou.ts";

const page = (init: RequestInit = {}, variables: Record<string, unknown> = {}) =>
  ask("/doctor", { ...init, headers: { accept: "text/html", ...init.headers } }, { ...HEALTHY, ...variables });

const signIn = (variables = {}) =>
  ask(
    "/runs/sign-in",
    {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded", origin: EDGE },
      body: new URLSearchParams({ token: VARIABLES.LOG_TOKEN, page: "doctor" }).toString(),
    },
    { ...HEALTHY, ...variables },
  );

/** The cookie for the doctor's page, as a browser sends it. */
const cookieOf = (response: Response) => response.headers.get("set-cookie")?.split(";")[0] ?? "";

const INVALID = { ACTION_TIME_LIMIT: "soon", TRUST: "everyone" };

describe("the doctor's page", () => {
  it("shows nothing to strangers, and asks nobody for them", async () => {
    const { asked } = openSurroundings();
    for (const variables of [{}, INVALID, { LOG_TOKEN: "" }, { LOG_TOKEN: "short" }]) {
      const response = await page({}, variables);
      expect([401, 403]).toContain(response.status);
      expect(await response.text()).not.toMatch(/TRUST|KITSU_TOKEN|ACTION_TIME_LIMIT|findings/);
      expect((await ask("/doctor.json", {}, { ...HEALTHY, ...variables })).status).toBeGreaterThan(400);
    }
    expect(asked).toEqual([]);
  });

  it("says without a token how to set one", async () => {
    expect(await (await page({}, { LOG_TOKEN: "" })).text()).toContain("npx wrangler secret put LOG_TOKEN");
  });

  it("opens after signing in, also with invalid settings", async () => {
    openSurroundings();
    for (const variables of [{}, INVALID]) {
      expect(await (await page({}, variables)).text()).toContain('name="page" value="doctor"');
      const signedIn = await signIn(variables);
      expect(signedIn.headers.get("location")).toBe("/doctor");
      const response = await page({ headers: { cookie: cookieOf(signedIn) } }, variables);
      expect(response.status).toBe(200);
      expect(await response.text()).toContain("Custom actions");
    }
  });

  it("is not readable by other pages, not even Kitsu's", async () => {
    openSurroundings();
    const headers = { ...READER, origin: "https://kitsu.studio.tld" };
    expect((await ask("/doctor.json", { headers }, HEALTHY)).status).toBe(401);
  });

  it("shows what to fix first, and all findings", async () => {
    const { zou } = openSurroundings();
    zou.teams.clear();
    const text = await (await page({ headers: READER }, { KITSU_TOKN: "x", TRUST: "session" })).text();
    const [, first = ""] = text.split("Fix this first");
    expect(first.indexOf("no open production")).toBeGreaterThan(0);
    expect(first.indexOf("no open production")).toBeLessThan(first.indexOf("KITSU_TOKN"));
    expect(text).toContain("every call is refused");
  });

  it("shows names from Kitsu as text", async () => {
    const { zou } = openSurroundings();
    addCustomAction(zou, 100, { name: "<b>bold</b>", url: `${EDGE}/actions/nothing` });
    expect(await (await page({ headers: READER })).text()).toContain("&lt;b&gt;bold");
  });

  it("is in the reader's language, except for the findings", async () => {
    openSurroundings();
    const text = await (await page({ headers: { ...READER, "accept-language": "fr" } }, { TRUST: "session" })).text();
    expect(text).toContain("À réparer en premier");
    expect(text).toContain('lang="en"');
  });
});

describe("with invalid settings", () => {
  it("the findings name all of them at once, and no value", async () => {
    openSurroundings();
    const findings = await diagnose({ ...INVALID, KITSU_TOKEN: 5, KABARET: { wrong: "hunter2" } });
    const invalid = findings.filter(({ id }) => id === "setting-invalid");
    expect(invalid.map(({ subject }) => subject).toSorted()).toEqual(
      expect.arrayContaining(["ACTION_TIME_LIMIT", "KITSU_TOKEN", "TRUST"]),
    );
  });

  it.each(["/actions/debug", "/actions/debug/", "/runs", "/runs/", "/runs.json", "/actions", "/ping"])(
    "%s works no more than before",
    async (path) => {
      const response = await ask(path, { headers: READER }, { ...HEALTHY, ...INVALID });
      expect(await readFailed(response)).toMatchObject({ code: "not-configured" });
    },
  );

  it("lets the help be read with invalid settings", async () => {
    expect((await ask("/help", {}, { ...HEALTHY, ...INVALID })).status).toBe(200);
  });

  it("the home page says that the set-up is not finished, and no more", async () => {
    const response = await ask("/", { headers: { accept: "text/html" } }, { ...HEALTHY, ...INVALID });
    expect(response.status).toBe(500);
    const text = await response.text();
    expect(text).toContain('href="/doctor"');
    expect(text).not.toMatch(/TRUST|ACTION_TIME_LIMIT|kitsu-actions\.user\.js/);
  });

  it("they work on a path of Kitsu's host, too", async () => {
    openSurroundings();
    const variables = { ...INVALID, BASE_PATH: "/edge" };
    const findings = await diagnose(variables, { path: "/edge/doctor.json" });
    expect(findings.filter(({ id }) => id === "setting-invalid")).toHaveLength(2);
  });
});

describe("the home page", () => {
  it("leads to the doctor if something is missing", async () => {
    const text = await (await ask("/", {}, { ...HEALTHY, LOG_TOKEN: "" })).text();
    expect(text).toContain("The set-up of this server is not finished");
  });

  it("doesn't if nothing is", async () => {
    expect(await (await ask("/", {}, HEALTHY)).text()).not.toContain("not finished");
  });
});

describe("who may fix a set-up", () => {
  const links = async (path: string, fields: object, variables: Record<string, unknown> = {}) => {
    const { reply } = await readAnswer(
      await ask(path, ajax({ ...AJAX_FIELDS, ...fields }), { ...HEALTHY, ...variables }),
    );
    return (reply.links ?? []).map(({ url }) => url);
  };
  const of = ({ id, email }: { id: string; email: string }) => ({ userid: id, useremail: email, selection: [] });

  it("is led to the doctor by debug, and nobody else", async () => {
    openSurroundings();
    expect(await links("/actions/debug", of(MANAGER))).toContain(`${EDGE}/doctor`);
    expect(await links("/actions/debug", of(ARTIST))).not.toContain(`${EDGE}/doctor`);
  });

  it("is led there by a failure because of the set-up; by debug, if nobody's role is known", async () => {
    const { answer } = openSurroundings();
    answer("https://kitsu.studio.tld/api/", () => new Response("{}", { status: 401 }));
    expect(await links("/actions/debug", of(ARTIST))).toContain(`${EDGE}/doctor`);
    expect(await links("/actions/statistics", { ...of(ARTIST), selection: [TASK] })).not.toContain(`${EDGE}/doctor`);
  });
});

describe("a diagnosis", () => {
  it("changes nothing in Kitsu, and calls no target", async () => {
    const { asked } = openSurroundings();
    await diagnose({ FORWARD_TARGETS: { publish: { url: "https://pipeline.studio.tld/kitsu" } } });
    expect(asked.length).toBeGreaterThan(5);
    expect(new Set(asked.map(({ method }) => method))).toEqual(new Set(["GET", "OPTIONS"]));
    const toTarget = asked.filter(({ url }) => url.startsWith("https://pipeline"));
    expect(toTarget.map(({ method }) => method)).toEqual(["OPTIONS"]);
  });

  it("sends the bot's token to Kitsu's API alone", async () => {
    const { asked } = openSurroundings();
    await diagnose({ FORWARD_TARGETS: { publish: { url: "https://pipeline.studio.tld/kitsu" } } });
    const told = asked.filter(({ headers }) => headers.has("authorization"));
    expect(told.every(({ url }) => url.startsWith("https://kitsu.studio.tld/api/"))).toBe(true);
  });

  it("sends at most 40 requests", async () => {
    const { asked, zou } = openSurroundings();
    for (let at = 0; at < 60; at += 1) addCustomAction(zou, 200 + at, { name: `${at}`, url: `https://t${at}.tld/` });
    const targets = Array.from({ length: 60 }, (_, at) => [`target-${at}`, { url: `https://t${at}.tld/` }]);
    await diagnose({ FORWARD_TARGETS: Object.fromEntries(targets) });
    expect(asked.length).toBeLessThanOrEqual(40);
  });

  it("goes on if a check fails, and says so", async () => {
    const { answer } = openSurroundings();
    vi.spyOn(console, "error").mockReturnValue();
    answer("https://kitsu.studio.tld/api/status", () => {
      throw new TypeError("Too many subrequests by single Worker invocation.");
    });
    const findings = await diagnose();
    expect(findings).toContainEqual(expect.objectContaining({ id: "check-failed", group: "kitsu" }));
    expect(findings).toContainEqual(expect.objectContaining({ id: "bot" }));
  });

  it("knows which ways an action can be run", async () => {
    const { zou } = openSurroundings();
    const about = "Opens a page.";
    setStudioActions([
      defineAction({
        id: "page-only",
        title: "Page",
        about,
        modes: ["form"],
        run: async () => ({ kind: "done", severity: "success", title: "x" }),
      }),
    ]);
    addCustomAction(zou, 100, { name: "Page", url: `${EDGE}/actions/page-only`, is_ajax: true });
    try {
      expect((await diagnose({ WEATHER: "x" })).filter(isFault)).toEqual([
        expect.objectContaining({ id: "custom-action-mode", fix: expect.stringContaining("turn Ajax off") }),
      ]);
    } finally {
      setStudioActions([]);
    }
  });
});
