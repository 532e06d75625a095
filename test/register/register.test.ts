// Runs the program in a process of its own.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ADMIN, startKitsu } from "./support/kitsu.ts";
import { run } from "./support/run.ts";
import { DEBUG, STATISTICS, startWorker } from "./support/worker.ts";

let kitsu: Awaited<ReturnType<typeof startKitsu>>;
let worker: Awaited<ReturnType<typeof startWorker>>;
beforeEach(async () => {
  [kitsu, worker] = await Promise.all([startKitsu(), startWorker()]);
});
afterEach(() => Promise.all([kitsu.close(), worker.close()]));

const register = (args: string[], env: Record<string, string> = { KITSU_TOKEN: "admin-token" }) =>
  run(args, { WORKER_URL: worker.url, KITSU_URL: kitsu.url, ...env });

describe("npm run register", () => {
  it("creates custom actions, and has nothing to do the second time", async () => {
    const first = await register(["--yes"]);
    expect(first).toMatchObject({ code: 0, stderr: "" });
    expect(first.stdout).toContain("3 to create, 0 to change, 0 to remove");
    expect(kitsu.rows).toMatchObject([
      { name: "Debug", url: `${worker.url}/actions/debug?`, entity_type: "all", is_ajax: false },
      { name: "Debug (on this page)", url: `${worker.url}/actions/debug?`, entity_type: "all", is_ajax: true },
      { name: "Statistics", url: `${worker.url}/actions/statistics?`, entity_type: "shot", is_ajax: false },
    ]);
    const second = await register(["--yes"]);
    expect(second).toMatchObject({ code: 0, stderr: "" });
    expect(second.stdout).toContain("Nothing to do.");
    expect(kitsu.writes).toBe(3);
  });

  it("restores what was changed by hand, removes what is no longer offered, and changes nothing else", async () => {
    await register(["--yes"]);
    const preset = kitsu.add({ name: "Debug 4K", url: `${worker.url}/actions/debug?preset=4k` });
    const empty = kitsu.add({ name: null, url: null, entity_type: null, is_ajax: null });
    const before = structuredClone([preset, empty]);
    Object.assign(kitsu.rows[0] ?? {}, { name: "Bug hunt", entity_type: "asset" });
    worker.offers = [DEBUG];
    const { code, stdout } = await register(["--yes"]);
    expect(code).toBe(0);
    expect(stdout).toContain('name "Bug hunt" → "Debug", entity type "asset" → "all"');
    expect(stdout).toContain("- Statistics");
    expect(stdout).toContain("Debug 4K");
    expect(kitsu.names()).toEqual(["Debug", "Debug (on this page)", "Debug 4K", null]);
    expect(kitsu.rows.slice(2)).toEqual(before);
  });

  it("keeps the entries of two workers in one Kitsu apart: each run changes only its own", async () => {
    const staging = await startWorker();
    try {
      await register(["--yes"]);
      const args = ["--worker", staging.url, "--suffix", "staging", "--yes"];
      expect((await register(args)).stdout).not.toContain("share");
      const live = ["Debug", "Debug (on this page)", "Statistics"];
      expect(kitsu.names()).toEqual([...live, ...live.map((name) => `${name} (staging)`)]);
      staging.offers = [DEBUG];
      expect((await register(args)).stdout).toContain("0 to create, 0 to change, 1 to remove, 2 up to date");
      worker.offers = [STATISTICS];
      expect((await register(["--yes"])).stdout).toContain("0 to create, 0 to change, 2 to remove, 1 up to date");
      expect(kitsu.names()).toEqual(["Statistics", "Debug (staging)", "Debug (on this page) (staging)"]);
    } finally {
      await staging.close();
    }
  });

  it("renames its entries, and no others, when the suffix comes, changes or goes", async () => {
    kitsu.add({ name: "Debug 4K", url: `${worker.url}/actions/debug?preset=4k` });
    worker.offers = [STATISTICS];
    const rename = (suffix: string) => register(["--yes"], { KITSU_TOKEN: "admin-token", REGISTER_SUFFIX: suffix });
    for (const [suffix, plan, name] of [
      ["staging", "1 to create, 0 to change", "Statistics (staging)"],
      [" staging ", "Nothing to do.", "Statistics (staging)"],
      ["tests", "0 to create, 1 to change", "Statistics (tests)"],
      ["", "0 to create, 1 to change", "Statistics"],
    ] as const) {
      expect((await rename(suffix)).stdout).toContain(plan);
      expect(kitsu.names()).toEqual(["Debug 4K", name]);
    }
  });

  it("changes nothing with --dry-run, and exits with 2 if there is something to do, else with 0", async () => {
    expect(await register(["--dry-run"])).toMatchObject({ code: 2, stderr: "" });
    expect(kitsu.writes).toBe(0);
    await register(["--yes"]);
    expect(await register(["--dry-run"])).toMatchObject({ code: 0, stderr: "" });
  });

  it("changes nothing without confirmation, and exits with 3", async () => {
    const { code, stderr, stdout } = await register([]);
    expect(code).toBe(3);
    expect(stdout).toContain("+ Debug");
    expect(stderr).toContain("Use --yes to confirm in advance");
    expect(kitsu.writes).toBe(0);
  });

  it("has no colors in a file", async () => {
    const { stdout } = await register(["--dry-run"]);
    expect(stdout).not.toContain("\u001b");
  });

  it("logs in as a person, and logs out at the end", async () => {
    const { code, stderr } = await register(["--yes", "--email", ADMIN.email], { KITSU_PASSWORD: ADMIN.password });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(kitsu.requests[0]).toBe("POST /auth/login");
    expect(kitsu.requests.at(-1)).toBe("GET /auth/logout");
    expect(kitsu.tokens.has("session-token")).toBe(false);
  });

  it("logs out after a failure too", async () => {
    kitsu.interfere = () => [500, { error: true, message: "Internal server error." }];
    expect(await register(["--yes", "--email", ADMIN.email], { KITSU_PASSWORD: ADMIN.password })).toMatchObject({
      code: 1,
    });
    expect(kitsu.tokens.has("session-token")).toBe(false);
  });
});

describe("npm run register refuses, with a reason,", () => {
  it.each([
    [
      "a manager's token",
      "manager-token",
      "has the role manager in Kitsu, but only administrators can change custom actions",
    ],
    ["a vendor's token", "vendor-token", "has the role vendor"],
    ["a revoked token", "old-token", "wrong, expired or revoked"],
    ["a malformed token", "garbled", "wrong, expired or revoked"],
  ])("%s", async (_, KITSU_TOKEN, sentence) => {
    const { code, stderr } = await register(["--yes"], { KITSU_TOKEN });
    expect(code).toBe(1);
    expect(stderr).toContain(sentence);
    expect(stderr).not.toContain("    at ");
    expect(kitsu.rows).toEqual([]);
  });

  it("to run without an account", async () => {
    const { code, stderr } = await register(["--yes"], {});
    expect(code).toBe(1);
    expect(stderr).toContain("set KITSU_TOKEN");
  });

  it("a vendor who only compares, but not a manager", async () => {
    const manager = await register(["--dry-run"], { KITSU_TOKEN: "manager-token" });
    expect(manager.code).toBe(2);
    expect(manager.stderr).toContain("It can only compare them");
    const vendor = await register(["--dry-run"], { KITSU_TOKEN: "vendor-token" });
    expect(vendor.code).toBe(1);
    expect(vendor.stderr).toContain("only administrators can manage custom actions");
  });

  it.each([
    [["--yse"], "--yse"],
    [["--yes", "--dry-run"], "contradict each other"],
    [["--worker", "edge.studio.example"], "--worker must be an address like"],
    [["--kitsu", "ftp://kitsu"], "--kitsu must be an address like"],
    [["--worker", "https://edge.example/?x=1"], "--worker must be an address like"],
    [["--worker", "https://ada:secret@edge.example"], "--worker must be an address like"],
    [["--kitsu", "https://ada@kitsu.example"], "--kitsu must be an address like"],
  ])("the arguments %j", async (args, sentence) => {
    const { code, stderr } = await register(args);
    expect(code).toBe(1);
    expect(stderr).toContain(sentence);
  });

  it("a Kitsu that redirects, to which the token is not sent", async () => {
    const old = await startWorker();
    old.answer = { status: 301, body: "", location: `${kitsu.api}/auth/authenticated` };
    try {
      const { code, stderr } = await register(["--yes", "--kitsu", old.url]);
      expect(code).toBe(1);
      expect(stderr).toContain("redirects to");
      expect(kitsu.requests).toEqual([]);
    } finally {
      await old.close();
    }
  });

  it("to run without an address", async () => {
    const { code, stderr } = await run([], {});
    expect(code).toBe(1);
    expect(stderr).toContain("WORKER_URL");
  });

  it.each([
    ["a page", { status: 200, body: "<h1>Hello</h1>" }, "did not answer with a list of actions"],
    ["a failure", { status: 500, body: "{}" }, "status 500"],
    [
      "a login page",
      { status: 302, body: "", location: "https://studio.cloudflareaccess.com/" },
      "CF_ACCESS_CLIENT_ID",
    ],
    ["a newer list", { status: 200, body: '{"version":2,"actions":[]}' }, '"version" is not as expected'],
    ["an empty list", { status: 200, body: '{"version":1,"actions":[]}' }, "offers no actions"],
  ])("a worker that answers %s", async (_, answer, sentence) => {
    worker.answer = answer;
    const { code, stderr } = await register(["--yes"]);
    expect(code).toBe(1);
    expect(stderr).toContain(sentence);
    expect(kitsu.requests).toEqual([]);
  });

  it("a worker that offers an action twice", async () => {
    worker.offers = [DEBUG, STATISTICS, { ...DEBUG, title: "Mine" }];
    expect((await register(["--yes"])).stderr).toContain('offers "debug" twice');
  });

  it("a name that is too long, before it sends anything to Kitsu", async () => {
    worker.offers = [STATISTICS, { ...DEBUG, title: "t".repeat(81) }];
    const { code, stderr } = await register(["--yes"]);
    expect(code).toBe(1);
    expect(stderr).toContain("has 81 characters, but Kitsu allows 80");
    expect(kitsu.requests).toEqual([]);
  });
});

describe("npm run register, if Kitsu fails midway,", () => {
  it("lists what was done and what was not, and continues the next time", async () => {
    kitsu.interfere = (_, count) => (count === 2 ? [502] : undefined);
    const { code, stderr } = await register(["--yes"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/status 502.*1 of 3 done:\n {2}\+ Debug {2}form.*Not done:\n {2}\+ Debug \(on/s);
    expect(kitsu.names()).toEqual(["Debug"]);
    expect((await register(["--yes"])).stdout).toContain("2 to create");
    expect(kitsu.rows).toHaveLength(3);
  });

  it("says that the token was revoked", async () => {
    kitsu.interfere = (_, count) => (count === 3 ? [401, { msg: "Token has been revoked" }] : undefined);
    const { stderr } = await register(["--yes"]);
    expect(stderr).toContain("wrong, expired or revoked");
    expect(stderr).toContain("2 of 3 done");
  });

  it("accepts that somebody else has removed a custom action", async () => {
    await register(["--yes"]);
    worker.offers = [DEBUG];
    kitsu.interfere = () => [404, { error: true, message: "404 Not Found" }];
    expect(await register(["--yes"])).toMatchObject({ code: 0, stderr: "" });
  });
});
