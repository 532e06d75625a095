import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { describe, expect, it, vi } from "vitest";
import { debug } from "../../../worker/actions/debug.ts";
import { Failure } from "../../../worker/format/failure.ts";
import worker from "../../../worker/main.ts";
import { replaceRun } from "../../support/worker/replace-run.ts";
import { DONE, RUN } from "../../support/worker/runs.ts";
import { holdTimeLimit } from "../../support/worker/time-limit.ts";
import {
  AJAX_FIELDS,
  ajax,
  arrive,
  ask,
  EDGE,
  form,
  makeEnv,
  readAnswer,
  readFailed,
  readLog,
  TASK,
} from "../../support/worker/worker.ts";

describe("a call", () => {
  it("runs under the id that the userscript chose, which is not passed to the action", async () => {
    const run = vi.spyOn(debug, "prepare");
    const answer = await readAnswer(await ask(`/actions/debug?preset=4k&run=${RUN}`, ajax()));
    expect(answer.run?.id).toBe(RUN);
    expect(run.mock.lastCall?.[0].call.params).toEqual({ preset: "4k" });
  });

  it.each(["", "?run=", "?run=short", `?run=${RUN.toUpperCase()}`, `?run=${RUN}0`])(
    "gets a new 128-bit id if it has no valid one: %s",
    async (query) => {
      const [first, second] = [
        await readAnswer(await ask(`/actions/debug${query}`, ajax())),
        await readAnswer(await ask(`/actions/debug${query}`, ajax())),
      ];
      expect(first.run?.id).toMatch(/^[0-9a-f]{32}$/);
      expect(second.run?.id).not.toBe(first.run?.id);
    },
  );

  it("runs nothing below another path than its own", async () => {
    const variables = { BASE_PATH: "/edge", TRUST: "unchecked" };
    expect((await ask("/edge/actions/debug", ajax(AJAX_FIELDS), variables)).status).toBe(200);
    for (const path of ["/else/actions/debug", "/edges/actions/debug", "/actions/debug"])
      expect((await readFailed(await ask(path, ajax(AJAX_FIELDS), variables))).code).toBe("unknown-page");
  });

  it("works under a path on Kitsu's own host", async () => {
    const variables = { BASE_PATH: "/edge", KITSU_URL: EDGE };
    const init = ajax(AJAX_FIELDS, { origin: EDGE, "sec-fetch-site": "same-origin" });
    const answer = await readAnswer(await ask("/edge/actions/debug", init, variables));
    expect(answer.run?.url).toMatch(new RegExp(`^${EDGE}/edge/runs/`));
    expect((await ask("/actions/debug", init, variables)).status).toBe(404);
  });

  it("takes 5,000 tasks in either dialect", async () => {
    const ids = Array.from({ length: 5_000 }, () => crypto.randomUUID());
    expect((await readAnswer(await ask("/actions/debug", ajax({ ...AJAX_FIELDS, selection: ids })))).reply.title).toBe(
      "5,000 tasks received",
    );
    expect(await (await ask("/actions/debug", form({ selection: ids.join(",") }))).text()).toContain(
      "5,000 tasks received",
    );
  });

  it("runs to its end and is logged even if nobody waits for the answer", async () => {
    const ctx = createExecutionContext();
    const run = replaceRun(debug).mockImplementation(() => scheduler.wait(50).then(() => DONE));
    void worker.fetch(arrive("/actions/debug", ajax()), makeEnv(), ctx);
    await vi.waitFor(() => expect(run).toHaveBeenCalled());
    await waitOnExecutionContext(ctx);
    expect(await readLog()).toMatchObject([{ reply: DONE }]);
  });
});

describe("a call for an action", () => {
  it("that is unknown is refused, and the TD learns where the actions are listed", async () => {
    const response = await ask("/actions/nonsense", ajax());
    expect(response.status).toBe(404);
    expect(await readFailed(response)).toMatchObject({
      code: "unknown-action",
      advice: expect.stringContaining("home page"),
    });
  });

  it.each(["__proto__", "constructor", "%3Cscript%3E", "..%2fruns"])("named %s is unknown", async (id) => {
    const response = await ask(`/actions/${id}`, form());
    expect(response.status).toBe(404);
    expect(await response.text()).not.toContain("<script>");
  });

  it.each(["PUT", "DELETE", "PATCH", "HEAD"])(
    "is refused with %s, and the answer lists the allowed methods",
    async (method) => {
      const response = await ask("/actions/debug", { method, headers: { origin: "https://kitsu.studio.tld" } });
      expect(response.status).toBe(405);
      expect(response.headers.get("allow")).toBe("GET, POST, OPTIONS");
    },
  );

  it("without tasks is refused, with a hint at Kitsu's old bug", async () => {
    const forward = { FORWARD_TARGETS: { publish: { url: "https://pipeline.studio.tld" } } };
    const response = await ask("/actions/publish", ajax({ ...AJAX_FIELDS, selection: [] }), forward);
    expect(response.status).toBe(422);
    expect(await readFailed(response)).toMatchObject({
      code: "empty-selection",
      field: "selection",
      advice: expect.stringContaining("0.20.87"),
    });
  });
});

describe("a failed call", () => {
  it.each([
    ["throws an error", () => Promise.reject(new Error("the disk is on fire"))],
    // biome-ignore lint/suspicious/noExplicitAny: an action may throw anything
    ["throws a string", () => Promise.reject("the disk is on fire" as any)],
    [
      "throws at once",
      () => {
        throw new Error("the disk is on fire");
      },
    ],
  ])("whose action %s is answered without the cause, which only the log has", async (_, fail) => {
    const errors = vi.spyOn(console, "error").mockReturnValue();
    replaceRun(debug).mockImplementation(fail);
    const response = await ask("/actions/debug", ajax());
    expect(response.status).toBe(500);
    const { run, reply } = await readAnswer(response.clone());
    expect(reply).toMatchObject({ code: "internal-error", title: "Something went wrong in the action server" });
    expect(await response.text()).not.toContain("fire");
    expect(await readLog()).toMatchObject([
      { id: run?.id, status: 500, cause: expect.stringContaining("the disk is on fire") },
    ]);
    expect(errors.mock.lastCall?.[0]).toContain("the disk is on fire");
  });

  it("whose action never ends is answered at the time limit and logged, and the action is aborted", async () => {
    const endTimeLimit = holdTimeLimit(7.5);
    let signal: AbortSignal | undefined;
    replaceRun(debug).mockImplementation((context) => {
      signal = context.signal;
      return new Promise(() => {});
    });
    const answering = ask("/actions/debug", ajax(), { ACTION_TIME_LIMIT: "7.5" });
    await vi.waitFor(() => expect(signal).toBeDefined());
    endTimeLimit();
    const response = await answering;
    expect(response.status).toBe(504);
    expect(await readFailed(response)).toMatchObject({
      code: "time-limit",
      text: expect.stringContaining("7.5 seconds"),
    });
    expect(signal?.aborted).toBe(true);
    expect(await readLog()).toMatchObject([{ status: 504 }]);
  });

  it("shows the Failure that the action threw", async () => {
    replaceRun(debug).mockRejectedValue(new Failure("target-refused", { title: "No", text: "Because.", status: 409 }));
    const response = await ask("/actions/debug", ajax());
    expect(response.status).toBe(409);
    expect(await readFailed(response)).toMatchObject({ title: "No", text: "Because." });
  });

  it.each([
    ["that a server of the studio decided", 409, []],
    ["of a server of the studio", 502, ["Doctor"]],
  ])("leads to the doctor if it is one of the set-up: one %s", async (_, status, labels) => {
    replaceRun(debug).mockRejectedValue(new Failure("target-refused", { title: "No", text: "Because.", status }));
    const { links = [] } = await readFailed(await ask("/actions/debug", ajax()));
    expect(links.map(({ label }) => label)).toEqual(labels);
  });

  it.each([
    ["truncated", ajax('{"selection": ["'), 400],
    ["without valid task ids", ajax({ selection: ["'; DROP TABLE task; --"] }), 400],
    ["too large", ajax(`{"a":"${"x".repeat(3 * 1_024 * 1_024)}"}`), 413],
    ["of the wrong type", ajax("<xml/>", { "content-type": "text/xml" }), 415],
  ])("that is %s is logged with everything that arrived", async (_, init, status) => {
    const response = await ask(`/actions/debug?run=${RUN}`, init);
    expect(response.status).toBe(status);
    const answer = await readAnswer(response);
    expect(answer.run?.id).toBe(RUN);
    expect(await readLog()).toMatchObject([
      { id: RUN, status, reply: { kind: "failed" }, arrived: { method: "POST" } },
    ]);
  });

  it("is logged with the fields that could not be parsed", async () => {
    await ask("/actions/debug", ajax({ ...AJAX_FIELDS, selection: ["nobody"] }));
    const [record] = await readLog();
    expect(record).toMatchObject({ arrived: { fields: expect.arrayContaining([["selection", '["nobody"]']]) } });
    expect(record).not.toHaveProperty("call");
  });
});

describe("a reply", () => {
  it("is sent although KV refuses the write, and is logged as soon as KV takes it", async () => {
    const errors = vi.spyOn(console, "error").mockReturnValue();
    const put = vi.fn(() => Promise.reject(new Error("KV PUT failed: 429 Too Many Requests")));
    const response = await ask("/actions/debug", ajax(), { RUNS: { put } });
    expect(response.status).toBe(200);
    const { run } = await readAnswer(response);
    expect(JSON.parse(String(errors.mock.calls[0]?.[0]))).toMatchObject({
      cause: expect.stringContaining("429"),
      run: run?.id,
    });
    // The run's coordinator retries the write a second later.
    await vi.waitFor(async () => expect(await readLog()).toHaveLength(1));
    expect(await readLog()).toMatchObject([{ id: run?.id, call: { selection: expect.arrayContaining([TASK]) } }]);
  });

  it("is written to the console as a whole if nothing stores it", async () => {
    const errors = vi.spyOn(console, "error").mockReturnValue();
    const put = () => Promise.reject(new Error("KV PUT failed: 429 Too Many Requests"));
    await ask("/actions/debug", ajax(), { RUNS: { put }, RUN_COORDINATORS: undefined });
    expect(JSON.parse(String(errors.mock.lastCall?.[0]))).toMatchObject({
      record: { call: { selection: expect.arrayContaining([TASK]) } },
    });
  });

  it("of an action that continues has the status 202", async () => {
    replaceRun(debug).mockResolvedValue({ kind: "started", title: "Rendering", progress: { done: 0, total: 12 } });
    expect((await ask("/actions/debug", ajax())).status).toBe(202);
  });
});
