import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { Webhook } from "standardwebhooks";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Answer } from "../../../../contract.ts";
import {
  AJAX_FIELDS,
  ajax,
  ask,
  EDGE,
  EVE_AJAX,
  FORM_FIELDS,
  form,
  OTHER_TASK,
  READER,
  readAnswer,
  readFailed,
  readLog,
  TASK,
} from "../../../support/worker/worker.ts";
import { addProject, BOT_TOKEN, MANAGER, openFakeZou } from "../../../support/worker/zou.ts";

const SECRET = `whsec_${btoa("0123456789abcdef0123456789abcdef")}`;
const VARIABLES = {
  FORWARD_TARGETS: { publish: { url: "https://pipeline.studio.tld/publish", title: "Publish" } },
  FORWARD_SECRET: SECRET,
};
const STARTED = {
  kind: "started",
  title: "Publishing",
  text: "In the queue",
  progress: { done: 0, total: 12 },
  outcomes: [{ id: TASK, label: "SH010 <b>", state: "waiting", progress: { done: 0, total: 12 } }],
};

let sent: { run?: { id?: string; progress?: string } } = {};
beforeEach(() => {
  vi.spyOn(globalThis, "fetch").mockImplementation(async (_, init) => {
    sent = JSON.parse(String(init?.body));
    return Response.json(STARTED);
  });
});

const begin = async () => readAnswer(await ask("/actions/publish", ajax(AJAX_FIELDS), VARIABLES));
const follow = async ({ run }: Answer) =>
  readAnswer(await ask((run?.follow?.url ?? "").replace(EDGE, ""), {}, VARIABLES));

let reports = 0;
type ReportOptions = { runId?: string | undefined; id?: string; at?: Date; secret?: string; body?: string };
const report = (
  reply: unknown,
  {
    runId = sent.run?.id,
    id = `${runId}-${++reports}`,
    at = new Date(),
    secret = SECRET,
    body = JSON.stringify(reply),
  }: ReportOptions = {},
) => {
  const headers = {
    "content-type": "application/json",
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(at.getTime() / 1_000)),
    "webhook-signature": new Webhook(secret).sign(id, at, JSON.stringify(reply)),
  };
  return ask((sent.run?.progress ?? "").replace(EDGE, ""), { method: "POST", headers, body }, VARIABLES);
};
const progress = (done: number) => ({ ...STARTED, progress: { done, total: 12 } });

describe("a long run of a studio's server", () => {
  it("reports at its end which tasks Kitsu did not show", async () => {
    const { taskIds } = addProject(openFakeZou(), 950, 1);
    const asZou = vi.mocked(globalThis.fetch).getMockImplementation();
    vi.mocked(globalThis.fetch).mockImplementation(async (input, init) => {
      if (new Request(input, init).url !== VARIABLES.FORWARD_TARGETS.publish.url)
        return asZou?.(input, init) ?? Response.error();
      sent = JSON.parse(String(init?.body));
      return Response.json(STARTED);
    });
    const variables = { ...VARIABLES, KITSU_TOKEN: BOT_TOKEN, KITSU_API: "https://kitsu.studio.tld/950/api" };
    const fields = { selection: [...taskIds, OTHER_TASK], userid: MANAGER.id, useremail: MANAGER.email };
    const answer = await readAnswer(await ask("/actions/publish", ajax(fields), variables));
    expect(answer.reply.text).toContain("1 task was left out");
    expect((await report({ kind: "done", severity: "success", title: "Published" })).status).toBe(200);
    expect((await follow(answer)).reply).toMatchObject({
      severity: "warning",
      text: "1 task was left out: deleted or not visible to you.",
      outcomes: [{ id: OTHER_TASK, state: "skipped", reason: "Deleted or not visible" }],
    });
  });

  it("is one run, however often its call arrives, and only its owner's", async () => {
    const path = `/actions/publish?run=${"5".repeat(32)}`;
    const first = await readAnswer(await ask(path, ajax(AJAX_FIELDS), VARIABLES));
    await report(progress(5));
    const second = await readAnswer(await ask(path, ajax(AJAX_FIELDS), VARIABLES));
    expect(fetch).toHaveBeenCalledTimes(1);
    expect(second).toMatchObject({ run: { follow: first.run?.follow }, reply: progress(5) });
    const refused = await ask(path, ajax({ ...AJAX_FIELDS, ...EVE_AJAX }), VARIABLES);
    expect(await readFailed(refused)).toMatchObject({
      code: "invalid-call",
      text: "This run was started by somebody else.",
    });
    // It is logged as a separate run, which gives no right to the first one.
    const [other, own] = await readLog();
    expect([other?.id === own?.id, own]).toMatchObject([false, { id: "5".repeat(32), reply: { kind: "started" } }]);
  });

  it("takes reports only of its own action's server", async () => {
    const answer = await begin();
    const { id = "" } = answer.run ?? {};
    expect(
      await env.LONG_RUNS.getByName(id).report("debug", {
        id: "a",
        at: Date.now() / 1_000,
        reply: { kind: "started", title: "Publishing" },
      }),
    ).toBe("early");
    expect((await follow(answer)).reply).toMatchObject({ progress: { done: 0 } });
  });

  it("takes reports after a server's clock that was ahead has been corrected", async () => {
    const answer = await begin();
    expect((await report(progress(1), { at: new Date(Date.now() + 240_000) })).status).toBe(200);
    expect((await report(progress(2))).status).toBe(200);
    expect((await follow(answer)).reply).toMatchObject({ progress: { done: 2 } });
  });

  it("follows the server's reports until its end, which is logged", async () => {
    const answer = await begin();
    expect((await follow(answer)).reply).toMatchObject({ progress: { done: 0 } });
    expect((await report(progress(5))).status).toBe(200);
    expect((await follow(answer)).reply).toMatchObject({ progress: { done: 5 } });
    expect((await report({ kind: "done", severity: "success", title: "Published" })).status).toBe(200);
    expect((await follow(answer)).reply).toMatchObject({ kind: "done", title: "Published" });
    await vi.waitFor(async () =>
      expect(await readLog()).toMatchObject([{ action: "publish", reply: { title: "Published" } }]),
    );
  });

  it("says since when the server is silent, once, until it reports again", async () => {
    const answer = await begin();
    const run = env.LONG_RUNS.getByName(answer.run?.id ?? "");
    await report(progress(5));
    const reportedAt = Date.now();
    /** Runs the alarm, and returns when the next one is. */
    const passAlarm = () =>
      runInDurableObject(run, async (instance, { storage }) => {
        await instance.alarm();
        return (await storage.getAlarm()) ?? 0;
      });
    const now = vi.spyOn(Date, "now");
    now.mockReturnValue(reportedAt + 60_000);
    const next = await passAlarm();
    expect((await follow(answer)).reply).toMatchObject(progress(5));
    // Not later: nobody else would tell the person.
    expect(next).toBeLessThanOrEqual(reportedAt + 900_001);
    now.mockReturnValue(next);
    expect(await passAlarm()).toBe(next + 3_600_000);
    const silent = (await follow(answer)).reply;
    expect(silent).toMatchObject({ kind: "started", progress: { done: 5 } });
    expect(silent.text).toMatch(/^The studio's server has not reported anything since \S/);
    expect(silent.links).toEqual([{ label: "How to fix it", url: `${EDGE}/help#the-toast-never-ends` }]);
    now.mockReturnValue(next + 60_000);
    await passAlarm();
    expect((await follow(answer)).reply).toEqual(silent);
    now.mockRestore();
    await report(progress(6));
    expect((await follow(answer)).reply).toMatchObject(progress(6));
  });

  it("can be followed only with its key: while it runs, after its end, and after it deleted itself", async () => {
    const answer = await begin();
    const url = (answer.run?.follow?.url ?? "").replace(EDGE, "");
    const wrong = url.replace(/key=.*/, `key=${"0".repeat(32)}`);
    const refused = async () => (await readFailed(await ask(wrong, {}, VARIABLES))).code;
    expect(await refused()).toBe("unknown-run");
    await report({ kind: "done", severity: "success", title: "Published" });
    await vi.waitFor(async () => expect(await readLog()).toMatchObject([{ reply: { title: "Published" } }]));
    expect(await refused()).toBe("unknown-run");
    const run = env.LONG_RUNS.getByName(answer.run?.id ?? "");
    await runInDurableObject(run, (_, { storage }) => storage.deleteAll());
    await evictDurableObject(run);
    expect((await follow(answer)).reply).toMatchObject({ title: "Published" });
    expect(await refused()).toBe("unknown-run");
  });

  it.each<[string, () => ReturnType<typeof report>, string]>([
    [
      "a wrong signature",
      () => report(progress(1), { secret: `whsec_${btoa("another secret of thirty-two byte")}` }),
      "signature-refused",
    ],
    ["a body that was changed", () => report(progress(1), { body: JSON.stringify(progress(12)) }), "signature-refused"],
    ["an old report", () => report(progress(1), { at: new Date(Date.now() - 600_000) }), "signature-refused"],
    [
      "a report that was signed for another run",
      () => report(progress(1), { runId: "f".repeat(32) }),
      "signature-refused",
    ],
    ["a body that is not a reply", () => report({ hello: 1 }), "invalid-call"],
    ["a question", () => report({ kind: "ask", title: "What?" }), "invalid-call"],
  ])("refuses %s", async (_, send, code) => {
    const answer = await begin();
    expect(await readFailed(await send())).toMatchObject({ code });
    expect((await follow(answer)).reply).toMatchObject({ progress: { done: 0 } });
  });

  it("says what is wrong with a report that is no reply", async () => {
    await begin();
    expect(await readFailed(await report({ kind: "done" }))).toMatchObject({
      code: "invalid-call",
      text: expect.stringContaining('title: Invalid key: Expected "title" but received undefined'),
    });
  });

  it("stops reading a body that does not end", async () => {
    await begin();
    let chunks = 0;
    const endless = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(64 * 1_024).fill(++chunks)),
    });
    const path = (sent.run?.progress ?? "").replace(EDGE, "");
    expect((await readFailed(await ask(path, { method: "POST", body: endless }, VARIABLES))).code).toBe(
      "body-too-large",
    );
    expect(chunks).toBeLessThan(40);
  });

  it("takes no report twice, none that is older than the last one, and none after its end", async () => {
    const answer = await begin();
    const now = Date.now();
    const id = `${sent.run?.id}-a`;
    expect((await report(progress(5), { id, at: new Date(now) })).status).toBe(200);
    expect((await readFailed(await report(progress(5), { id, at: new Date(now) }))).code).toBe("report-refused");
    expect((await readFailed(await report(progress(4), { at: new Date(now - 5_000) }))).code).toBe("report-refused");
    // Made in the same second, but received later.
    expect((await readFailed(await report(progress(4), { at: new Date(now) }))).code).toBe("report-refused");
    expect((await follow(answer)).reply).toMatchObject({ progress: { done: 5 } });
    await report({ kind: "failed", code: "disk-full", title: "The disk is full" });
    expect((await readFailed(await report(progress(6)))).code).toBe("run-over");
  });

  it("asks the server to send a report again that came too early", async () => {
    const early: number[] = [];
    vi.mocked(globalThis.fetch).mockImplementationOnce(async (_, init) => {
      sent = JSON.parse(String(init?.body));
      const response = await report({ kind: "done", severity: "success", title: "Published" });
      early.push(response.status);
      expect((await readFailed(response)).code).toBe("report-early");
      return Response.json(STARTED);
    });
    await begin();
    expect(early).toEqual([404]);
    expect((await report({ kind: "done", severity: "success", title: "Published" })).status).toBe(200);
  });

  it("takes a report on 5,000 tasks, in any script, within the size limit of stored values", async () => {
    const answer = await begin();
    const id = answer.run?.id ?? "";
    await runInDurableObject(env.LONG_RUNS.getByName(id), (_, { storage }) => {
      const put = storage.put.bind(storage);
      vi.spyOn(storage, "put").mockImplementation(async (entries: unknown, ...rest: unknown[]) => {
        for (const value of Object.values(Object(entries))) {
          const size = value instanceof Uint8Array ? value.byteLength : 2 * JSON.stringify(value).length;
          if (size > 2 * 1_024 * 1_024) throw new RangeError("Values cannot be larger than 2097152 bytes");
        }
        return Reflect.apply(put, storage, [entries, ...rest]);
      });
    });
    const outcomes = Array.from({ length: 5_000 }, (_, index) => ({
      ...{ id: `task-${index}`, label: `SQ → SH${index} → ${"長".repeat(40)}`, state: "done" as const },
      reason: "→".repeat(20),
    }));
    const many = { ...progress(5), outcomes };
    expect(JSON.stringify(many).length).toBeLessThan(1_500_000);
    expect((await report(many)).status).toBe(200);
    await evictDurableObject(env.LONG_RUNS.getByName(id));
    expect((await follow(answer)).reply).toMatchObject({ outcomes: expect.arrayContaining([outcomes[4_999]]) });
  });

  it("refuses reports without a signature, or about an unknown run", async () => {
    await begin();
    const path = (sent.run?.progress ?? "").replace(EDGE, "");
    expect((await ask(path, { method: "POST", body: JSON.stringify(progress(1)) }, VARIABLES)).status).toBe(401);
    expect((await ask(`/runs/${"f".repeat(32)}/progress?at=1`, { method: "POST", body: "{}" }, VARIABLES)).status).toBe(
      404,
    );
  });
});

describe("the page of a long run", () => {
  const open = async (init: RequestInit = { headers: { accept: "text/html" } }) => {
    const response = await ask("/actions/publish", form(FORM_FIELDS), VARIABLES);
    expect(response.status).toBe(303);
    const path = (response.headers.get("location") ?? "").replace(EDGE, "");
    return { path, page: await (await ask(path, init, VARIABLES)).text() };
  };

  it("opens in the form's tab, and updates by script or by reloading", async () => {
    const { page } = await open();
    expect(page).toContain('<noscript><meta http-equiv="refresh" content="5"></noscript>');
    expect(page).toMatch(/data-socket="wss:\/\/edge.studio.tld\/runs\/[0-9a-f]{32}\/follow\?at=\d+&amp;key=/);
    expect(page).toContain("SH010 &lt;b&gt;");
    expect(page).toContain("0 of 12");
  });

  it("shows how the run ended, and then stops updating", async () => {
    const { path } = await open();
    await report({ kind: "done", severity: "success", title: "Published" });
    const page = await (await ask(path, { headers: { accept: "text/html" } }, VARIABLES)).text();
    expect(page).toContain("Published");
    expect(page).not.toContain("data-follow");
  });

  it("has a button that retries what failed, on behalf of the run's owner", async () => {
    const { path } = await open();
    const [done, failed] = ["done", "failed"].map((state) => ({
      id: state === "done" ? "other" : TASK,
      label: "SH010",
      state,
    }));
    await report({ kind: "done", severity: "warning", title: "Published 1 of 2", outcomes: [done, failed] });
    const page = await (await ask(path, { headers: { accept: "text/html" } }, VARIABLES)).text();
    expect(page).toContain("Retry what failed (1)");
    const [, retry = ""] = /action="([^"]*\/retry[^"]*)"/.exec(page) ?? [];
    const response = await ask(retry.replaceAll("&amp;", "&").replace(EDGE, ""), form({}), VARIABLES);
    expect(response.status).toBe(303);
    expect(sent).toMatchObject({ call: { selection: [TASK], person: { id: FORM_FIELDS.personid } } });
  });

  it("shows only the progress to anyone without the key", async () => {
    const { path } = await open();
    await report(progress(7));
    const { reply } = await readAnswer(await ask(path.replace(/&key=.*/, ""), {}, VARIABLES));
    expect(reply).toEqual({ kind: "started", title: "Publish", progress: { done: 7, total: 12 } });
    const inLog = await ask(path.replace(/&key=.*/, ""), { headers: { ...READER, accept: "text/html" } }, VARIABLES);
    expect(await inLog.text()).toContain("SH010");
  });

  it("offers readers of the log its call, to send it again, as soon as it has ended", async () => {
    const { path } = await open();
    await report({ kind: "done", severity: "success", title: "Published" });
    const inLog = await ask(path.replace(/&key=.*/, ""), { headers: { ...READER, accept: "text/html" } }, VARIABLES);
    const page = await inLog.text();
    expect(page).toContain("Published");
    for (const offer of ["Save as fixture", "kitsu-actions replay", "curl &#39;"]) expect(page).toContain(offer);
  });
});
