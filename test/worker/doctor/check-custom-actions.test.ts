// Faults in the custom actions.
import { describe, expect, it } from "vitest";
import { addCustomAction, diagnose, openSurroundings } from "../../support/worker/doctor.ts";
import { addAction, type Fault, itNames } from "../../support/worker/doctor-faults.ts";
import { EDGE, KITSU } from "../../support/worker/worker.ts";
import { MANAGER } from "../../support/worker/zou.ts";

const FAULTS: readonly Fault[] = [
  {
    is: "a custom action with a typo",
    outside: addAction({ name: "Stats", url: `${EDGE}/actions/statistcs` }),
    id: "custom-action-unknown",
    level: "broken",
    says: /mean statistics/,
    fix: /Custom Actions, set its URL to https:\/\/edge\.studio\.tld\/actions\/statistics/,
  },
  {
    is: "a custom action without a path",
    outside: addAction({ name: "Stats", url: `${EDGE}/statistics` }),
    id: "custom-action-path",
    level: "broken",
    says: /no action/,
    fix: /Custom Actions, set its URL/,
  },
  {
    is: "a custom action without the worker's path",
    settings: { BASE_PATH: "/edge" },
    outside: addAction({ name: "Page", url: "/actions/debug" }),
    request: { path: `${KITSU}/edge/doctor.json` },
    id: "custom-action-path",
    level: "broken",
    says: /no action/,
    fix: /set its URL to https:\/\/kitsu\.studio\.tld\/edge\/actions\/debug/,
  },
  {
    is: "a custom action without an address",
    outside: addAction({ name: "Empty", url: "" }),
    id: "custom-action-address",
    level: "broken",
    says: /no address/,
    fix: /Custom Actions, correct its URL/,
  },
  {
    is: "a custom action on plain http",
    outside: addAction({ name: "Old", url: "http://tool.studio.tld/run", is_ajax: true }),
    id: "custom-action-mixed-content",
    level: "broken",
    says: /block it/,
    fix: /over https/,
  },
  {
    is: "a secret in a URL",
    outside: addAction({ name: "Key", url: "https://tool.studio.tld/run?token=abc" }),
    id: "custom-action-secret",
    level: "risky",
    says: /everyone/,
    fix: /take it out/,
  },
  {
    is: "a password in a URL",
    outside: addAction({ name: "Key", url: "https://me:pw@tool.studio.tld/run" }),
    id: "custom-action-secret",
    level: "risky",
    says: /everyone/,
    fix: /take it out/,
  },
  {
    is: "two custom actions of one name",
    outside: addAction({ name: "debug", url: `${EDGE}/actions/debug?x=1` }),
    id: "custom-action-same-name",
    level: "risky",
    says: /only one/,
    fix: /rename them/,
  },
  {
    is: "no custom action at all",
    outside: ({ zou }) => zou.customActions.clear(),
    id: "custom-actions-missing",
    level: "risky",
    says: /nobody can run/,
    fix: /npm run register/,
  },
  {
    is: "a custom action that leads to Kitsu itself",
    outside: addAction({ name: "Page", url: "/actions/debug" }),
    id: "custom-action-path",
    level: "broken",
    says: /no action of this worker/,
    fix: /set its URL to https:\/\/edge\.studio\.tld\/actions\/debug/,
  },
];

describe("the doctor's check of the custom actions", () => {
  itNames(FAULTS);

  it("checks the custom actions with a person's session if there is no bot", async () => {
    const { zou } = openSurroundings();
    zou.sessions.set("of-a-manager", MANAGER);
    addCustomAction(zou, 100, { name: "Stats", url: "/edge/actions/statistcs" });
    const settings = { KITSU_TOKEN: "", BASE_PATH: "/edge" };
    const path = `${KITSU}/edge/doctor.json`;
    const withSession = await diagnose(settings, { path, headers: { cookie: "access_token_cookie=of-a-manager" } });
    expect(withSession.map(({ id }) => id)).toContain("custom-action-unknown");
    expect(await diagnose(settings, { path })).toContainEqual(
      expect.objectContaining({ id: "custom-actions-not-checked", fix: expect.stringContaining("KITSU_SESSION") }),
    );
  });
});
