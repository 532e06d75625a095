import { describe, expect, it, vi } from "vitest";
import { debug } from "../../worker/actions/debug.ts";
import { ADA, AJAX_FIELDS, ajax, ask, KITSU, readFailed, readLog } from "../support/worker/worker.ts";

/** A limit as the platform's: so many calls a key, then no. */
function makeLimit(most: number) {
  const counts = new Map<string, number>();
  const limit = vi.fn(async ({ key }: { key: string }) => {
    counts.set(key, (counts.get(key) ?? 0) + 1);
    return { success: (counts.get(key) ?? 0) <= most };
  });
  return { limit };
}

describe("how often may be called", () => {
  it("is limited for one address before any work, and says when it goes on", async () => {
    const variables = { CALLS_BY_ADDRESS: makeLimit(2) };
    const init = ajax(AJAX_FIELDS, { "cf-connecting-ip": "203.0.113.7" });
    for (let count = 0; count < 2; count += 1) expect((await ask("/actions/debug", init, variables)).status).toBe(200);
    const response = await ask("/actions/debug", init, variables);
    expect(response.status).toBe(429);
    expect(response.headers.get("retry-after")).toBe("60");
    expect(response.headers.get("access-control-allow-origin")).toBe(KITSU);
    expect(await readFailed(response)).toMatchObject({ code: "too-many-calls", retry: true });
    expect(await readLog()).toHaveLength(2);
    expect((await ask("/actions/debug", ajax(AJAX_FIELDS, { "cf-connecting-ip": "203.0.113.8" }), variables)).status).toBe(200);
  });

  it("is limited for one person, whatever the address, before the action runs", async () => {
    const run = vi.spyOn(debug, "prepare");
    const variables = { CALLS_BY_PERSON: makeLimit(1) };
    expect((await ask("/actions/debug", ajax(), variables)).status).toBe(200);
    expect((await ask("/actions/debug", ajax(), variables)).status).toBe(429);
    expect(variables.CALLS_BY_PERSON.limit).toHaveBeenLastCalledWith({ key: ADA });
    expect(run).toHaveBeenCalledTimes(1);
  });

  it("is not limited where the deployment has no limits", async () => {
    for (let count = 0; count < 5; count += 1) expect((await ask("/actions/debug", ajax())).status).toBe(200);
  });
});
