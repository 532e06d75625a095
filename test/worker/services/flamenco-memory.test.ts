// What is remembered of a Flamenco between calls, and what is always asked again.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openFlamenco } from "../../../worker/services/flamenco-client.ts";
import { addMemory, type Remembered } from "../../../worker/services/flamenco-memory.ts";
import { type FakeFlamenco, FLAMENCO, openFakeFlamenco } from "../../support/worker/flamenco.ts";

const JOB = {
  name: "SH010",
  type: "echo-sleep-test",
  priority: 50,
  submitter_platform: "linux",
  settings: { message: "hi", sleep_duration_seconds: 1, sleep_repeats: 1 },
  metadata: {},
};

let fake: FakeFlamenco;
beforeEach(() => {
  fake = openFakeFlamenco();
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
});
afterEach(() => {
  vi.useRealTimers();
});

const open = (remembered: Remembered, access?: { id: string; secret: string }) => {
  const target = { url: FLAMENCO, access };
  return addMemory(openFlamenco(target, new AbortController().signal), target, remembered);
};

/** What Flamenco was asked since the last time. */
const takeRequests = () => fake.requests.splice(0);

describe("what is remembered of Flamenco", () => {
  it("is its setup for a minute, and what a confirmed plan was made from", async () => {
    const ask = async (remembered: Remembered) => {
      const flamenco = open(remembered);
      await flamenco.version();
      await flamenco.isFirstRun();
      await flamenco.machines();
      await flamenco.check(JOB);
      return takeRequests();
    };
    const all = ["GET /version", "GET /configuration", "GET /worker-mgt/workers", "POST /jobs/check"];
    expect(await ask("setup")).toEqual(all);
    expect(await ask("setup")).toEqual(all.slice(2));
    expect(await ask("plan")).toEqual([]);
    expect(await ask("nothing")).toEqual(all);
    vi.setSystemTime(Date.now() + 61_000);
    expect(await ask("plan")).toEqual(all.slice(0, 3));
  });

  it("is not shared with another account", async () => {
    await open("setup", { id: "ours", secret: "s" }).version();
    takeRequests();
    await open("setup", { id: "theirs", secret: "s" }).version();
    expect(takeRequests()).toEqual(["GET /version"]);
  });

  it("is never that it has not been set up, or that it refuses a job", async () => {
    fake.manager.isFirstRun = true;
    expect(await open("plan").isFirstRun()).toBe(true);
    expect(await open("plan").isFirstRun()).toBe(true);
    fake.manager.isFirstRun = false;
    expect(await open("plan").isFirstRun()).toBe(false);
    const wrong = { ...JOB, type: "unknown" };
    await expect(open("plan").check(wrong)).rejects.toThrow();
    takeRequests();
    await expect(open("plan").check(wrong)).rejects.toThrow();
    await open("plan").check({ ...JOB, name: "SH020" });
    expect(takeRequests()).toEqual(["POST /jobs/check", "POST /jobs/check"]);
  });

  it("is forgotten once anything goes wrong", async () => {
    await open("setup").version();
    fake.isDown = true;
    await expect(open("plan").check(JOB)).rejects.toThrow();
    fake.isDown = false;
    fake.manager.minor = 5;
    expect(await open("plan").version()).toMatchObject({ minor: 5 });
  });
});
