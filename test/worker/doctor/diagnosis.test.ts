// A set-up as a whole: nothing is found where nothing is wrong, and several faults at once.
import { describe, expect, it } from "vitest";
import { addCustomAction, diagnose, htmlPage, isFault, openSurroundings } from "../../support/worker/doctor.ts";
import {
  addAction,
  at,
  dead,
  type Fault,
  onPage,
  publish,
  SECRET,
  TARGET,
} from "../../support/worker/doctor-faults.ts";
import { EDGE, KITSU } from "../../support/worker/worker.ts";
import { API, BOT, BOT_TOKEN } from "../../support/worker/zou.ts";

describe("the doctor", () => {
  it("finds nothing broken or risky in a set-up without a fault", async () => {
    openSurroundings();
    expect((await diagnose()).filter(isFault)).toEqual([]);
  });

  it.each<[string, Pick<Fault, "settings" | "outside" | "request">]>([
    [
      "a policy that knows the script by its nonce",
      {
        outside: onPage(
          { "content-security-policy": "script-src 'strict-dynamic' 'nonce-aBc'" },
          `<script nonce="aBc" src="${EDGE}/kitsu-actions.js"></script>`,
        ),
      },
    ],
    [
      "what is commented out",
      { outside: onPage({}, '<!-- <meta name="referrer" content="no-referrer"> --><!-- <p> -->') },
    ],
    ["policies of which the last counts", { outside: onPage({ "referrer-policy": "no-referrer, strict-origin" }) }],
    [
      "a policy that is only reported",
      { outside: onPage({ "content-security-policy-report-only": "default-src 'self'" }) },
    ],
    [
      "a copy of an hour ago",
      {
        outside: at(`${API}/|`, () => {
          const date = new Date(Date.now() - 3_600_000).toUTCString();
          return Response.json({ api: "Zou", version: "1.0.97" }, { headers: { date, age: "3600" } });
        }),
      },
    ],
    ["secrets that end with a line break", { settings: { ...publish(), FORWARD_SECRET: `${SECRET}\n` } }],
    ["a studio's own secrets", { settings: { FARM_TOKEN: "Bearer x", S3_ACCESS_SECRET: '"x"' } }],
    [
      "what is on the same computer",
      { outside: addAction({ name: "Local", url: "http://127.0.0.1:5000/run", is_ajax: true }) },
    ],
    ["an address that is written twice", { settings: { KITSU_URL: `${KITSU}/,${KITSU}` } }],
  ])("accuses nobody of %s", async (_, { settings, outside, request }) => {
    const surroundings = openSurroundings();
    surroundings.answer(TARGET, () => new Response(null, { status: 405 }));
    outside?.(surroundings);
    expect((await diagnose(settings, request)).filter(isFault)).toEqual([]);
  });

  it("says the same once, and nothing else of what is invalid", async () => {
    openSurroundings();
    const findings = await diagnose({
      KITSU_URL: "kitsu.studio.tld",
      ACCESS_TEAM: "studio.cloudflareaccess.com",
      ACCESS_AUDIENCE: "the-tag",
      RUNS: "an id",
    });
    expect(
      findings.filter(({ level }) => level !== "fine" && level !== "worth-knowing").map((one) => one.subject),
    ).toEqual(["KITSU_URL", "ACCESS_TEAM", "RUNS"]);
    expect(findings.map(({ id }) => id)).not.toContain("setting-unknown");
  });

  it("names twelve faults of one set-up", async () => {
    const { zou, answer } = openSurroundings();
    zou.sessions.set("artist", { ...BOT, role: "user" });
    zou.teams.clear();
    addCustomAction(zou, 100, { name: "Stats", url: `${EDGE}/actions/statistcs` });
    addCustomAction(zou, 101, { name: "Old", url: "http://tool.studio.tld/run", is_ajax: true });
    answer(`${KITSU}/|`, () =>
      htmlPage({ "referrer-policy": "no-referrer", "content-security-policy": "connect-src 'self'" }),
    );
    answer("http://pipeline.studio.tld", dead);
    const findings = await diagnose({
      KITSU_TOKEN: "artist",
      KITSU_TOKN: BOT_TOKEN,
      ACTION_TIME_LIMIT: "soon",
      TRUST: "session",
      CALLS_BY_PERSON: undefined,
      FORWARD_TARGETS: { publish: { url: "http://pipeline.studio.tld/kitsu" } },
    });
    expect(new Set(findings.filter(isFault).map((one) => one.id))).toEqual(
      new Set([
        ...["setting-invalid", "setting-unknown", "rate-limit-missing", "bot-role", "bot-not-in-team"],
        ...["trust-out-of-reach", "referrer-policy", "csp-connect", "custom-action-unknown"],
        ...["custom-action-mixed-content", "target-secret-missing", "target-plain-http", "target-unreachable"],
      ]),
    );
  });
});
