import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { debug } from "../../../worker/actions/debug.ts";
import { ADA, AJAX_FIELDS, ajax, ask, KITSU, readFailed, readLog } from "../../support/worker/worker.ts";

/** A limit like the platform's: a number of calls per key. */
function makeLimit(most: number) {
  const counts = new Map<string, number>();
  const limit = vi.fn(async ({ key }: { key: string }) => {
    counts.set(key, (counts.get(key) ?? 0) + 1);
    return { success: (counts.get(key) ?? 0) <= most };
  });
  return { limit };
}

describe("the rate of calls", () => {
  it("is limited per address before any work, and the response says when to retry", async () => {
    const variables = { CALLS_BY_ADDRESS: makeLimit(2) };
    const init = ajax(AJAX_FIELDS, { "cf-connecting-ip": "203.0.113.7" });
    for (let count = 0; count < 2; count += 1) expect((await ask("/actions/debug", init, variables)).status).toBe(200);
    const response = await ask("/actions/debug", init, variables);
    expect(response.status).toBe(429);
    expect(response.headers.get("retry-after")).toBe("60");
    expect(response.headers.get("access-control-allow-origin")).toBe(KITSU);
    expect(await readFailed(response)).toMatchObject({ code: "too-many-calls", retry: true });
    expect(await readLog()).toHaveLength(2);
    expect(
      (await ask("/actions/debug", ajax(AJAX_FIELDS, { "cf-connecting-ip": "203.0.113.8" }), variables)).status,
    ).toBe(200);
  });

  it("is limited per person, whatever the address, before the action runs", async () => {
    const run = vi.spyOn(debug, "prepare");
    const variables = { CALLS_BY_PERSON: makeLimit(1) };
    expect((await ask("/actions/debug", ajax(), variables)).status).toBe(200);
    expect((await ask("/actions/debug", ajax(), variables)).status).toBe(429);
    expect(variables.CALLS_BY_PERSON.limit).toHaveBeenLastCalledWith({ key: ADA });
    expect(run).toHaveBeenCalledTimes(1);
  });

  it.each([
    ["/runs/0123456789abcdef0123456789abcdef", {}, "READS_BY_ADDRESS"],
    ["/runs/0123456789abcdef0123456789abcdef/follow?key=k", {}, "READS_BY_ADDRESS"],
    ["/runs", {}, "READS_BY_ADDRESS"],
    ["/runs.json", { headers: { authorization: "Bearer guess" } }, "SIGN_INS_BY_ADDRESS"],
    ["/runs.json", { headers: { authorization: "Basic YWRhOnNlY3JldA==" } }, "READS_BY_ADDRESS"],
    ["/actions/debug", { method: "POST", headers: { authorization: "Basic YWRhOnNlY3JldA==" } }, "CALLS_BY_ADDRESS"],
    ["/actions", {}, "READS_BY_ADDRESS"],
    ["/actions/debug", {}, "READS_BY_ADDRESS"],
    [`/t/${"a".repeat(64)}`, {}, "READS_BY_ADDRESS"],
    [`/t/${"a".repeat(64)}/state`, {}, "READS_BY_ADDRESS"],
    [`/media/${"a".repeat(64)}/x.mp4`, {}, "READS_BY_ADDRESS"],
    [`/files/${"a".repeat(64)}/x.m3u8`, {}, "READS_BY_ADDRESS"],
    ["/nowhere", {}, "READS_BY_ADDRESS"],
    ["/", {}, "READS_BY_ADDRESS"],
    ["/kitsu-actions.user.js", {}, "READS_BY_ADDRESS"],
    ["/kitsu-actions.meta.js", {}, "READS_BY_ADDRESS"],
    ["/runs/sign-in", { method: "POST", body: "token=guess" }, "SIGN_INS_BY_ADDRESS"],
    ["/runs/sign-in//", { method: "POST", body: "token=guess" }, "SIGN_INS_BY_ADDRESS"],
    ["/runs/0123456789abcdef0123456789abcdef/progress", { method: "POST", body: "{}" }, "CALLS_BY_ADDRESS"],
    ["/runs/0123456789abcdef0123456789abcdef/void", { method: "POST" }, "CALLS_BY_ADDRESS"],
    ["/runs/0123456789abcdef0123456789abcdef/retry", { method: "POST", body: "{}" }, "CALLS_BY_ADDRESS"],
    ["/runs/0123456789abcdef0123456789abcdef/undo", { method: "POST", body: "{}" }, "CALLS_BY_ADDRESS"],
    ["/runs/0123456789abcdef0123456789abcdef/cancel", { method: "POST", body: "{}" }, "CALLS_BY_ADDRESS"],
  ])("is limited per address before any work: %s", async (path, init: RequestInit, name) => {
    const spies = [
      vi.spyOn(env.RUNS, "list"),
      vi.spyOn(env.RUNS, "get"),
      vi.spyOn(env.RUN_COORDINATORS, "getByName"),
      vi.spyOn(env.LONG_RUNS, "getByName"),
    ];
    const headers = { "cf-connecting-ip": "203.0.113.7", origin: KITSU, accept: "application/json", ...init.headers };
    const response = await ask(path, { ...init, headers }, { [name]: makeLimit(0) });
    expect(response.status).toBe(429);
    expect(await readFailed(response)).toMatchObject({ code: "too-many-calls", retry: true });
    for (const spy of spies) expect(spy).not.toHaveBeenCalled();
  });

  it.each(["/style.css", "/page.js", "/theme.js", "/icon.svg", "/ping"])(
    "is not limited for what costs nothing: %s",
    async (path) => {
      const none = makeLimit(0);
      const variables = { READS_BY_ADDRESS: none, CALLS_BY_ADDRESS: none, SIGN_INS_BY_ADDRESS: none };
      expect((await ask(path, { headers: { "cf-connecting-ip": "203.0.113.7" } }, variables)).status).toBeLessThan(300);
    },
  );

  it("is not limited if the deployment has no limits", async () => {
    for (let count = 0; count < 5; count += 1) expect((await ask("/actions/debug", ajax())).status).toBe(200);
  });
});
