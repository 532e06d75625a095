import { Webhook } from "standardwebhooks";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { forwardTo } from "../../../worker/actions/forward.ts";
import { MIB } from "../../../worker/services/http.ts";
import { reportMissing } from "../../../worker/services/missing-tasks.ts";
import { readSettings } from "../../../worker/settings/settings.ts";
import { describeAction } from "../../support/worker/describe-action.ts";
import { checkStays } from "../../support/worker/no-redirect.ts";
import {
  ADA,
  ajax,
  ask,
  form,
  makeEnv,
  PROJECT,
  readAnswer,
  readFailed,
  readLog,
  TASK,
} from "../../support/worker/worker.ts";
import { addProject, BOT_TOKEN, MANAGER, openFakeZou } from "../../support/worker/zou.ts";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const URL = "https://pipeline.studio.tld/kitsu";
const variables = (target: object = {}) => ({
  FORWARD_TARGETS: { publish: { url: URL, ...target } },
  FORWARD_SECRET: SECRET,
});

/** The studio's server: sends these answers in turn, and repeats the last one. */
function serve(...answers: (Response | Error | ((request: Request) => Promise<Response>))[]) {
  const received: Request[] = [];
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    checkStays(init);
    const request = new Request(input, init);
    received.push(request.clone());
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (answer instanceof Error || answer === undefined) throw answer;
    return answer instanceof Response ? answer.clone() : answer(request);
  });
  return received;
}

const run = (init = ajax(), target: object = {}) => ask("/actions/publish", init, variables(target));
const reply = async (answer: Response) => {
  serve(answer);
  return (await readAnswer(await run())).reply;
};
const json = (body: unknown, status = 200, type = "application/json") =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": type } });

const [publish] = readSettings(makeEnv(variables())).forwardTargets;
if (publish === undefined) throw new Error("No target");
describe("a call to a studio's server", () => {
  it("is JSON, signed according to Standard Webhooks, with the run's id", async () => {
    const received = serve(new Response(null, { status: 204 }));
    const answer = await readAnswer(await run());
    const [request] = received;
    expect(request).toMatchObject({ url: URL, method: "POST" });
    const body = await request?.text();
    const headers = Object.fromEntries(request?.headers ?? []);
    expect(new Webhook(SECRET).verify(body ?? "", headers)).toMatchObject({
      version: 1,
      run: answer.run,
      action: "publish",
      call: {
        dialect: "ajax",
        person: { id: ADA, email: "ada@studio.tld" },
        project: PROJECT,
        selection: expect.arrayContaining([TASK]),
        entityType: "shot",
      },
    });
    expect(headers["webhook-id"]).toBe(answer.run?.id);
    expect(() => new Webhook(SECRET.replace("MfKQ", "MfKR")).verify(body ?? "", headers)).toThrow();
  });

  it("says who reads the answer: their language, time zone and theme", async () => {
    const received = serve(new Response(null, { status: 204 }));
    await ask("/actions/publish?preset=4k&lang=fr_FR&tz=Europe/Paris&theme=dark", ajax(), variables());
    expect(await received[0]?.json()).toMatchObject({
      reader: { language: "fr-FR", timeZone: "Europe/Paris", theme: "dark" },
      call: { params: { preset: "4k" } },
    });
    await ask("/actions/publish?theme=sepia", ajax(), variables());
    expect((await received[1]?.json<{ reader: unknown }>())?.reader).toEqual({ language: "en" });
  });

  it("has no cookie, no authorization, and nothing that is only for the log", async () => {
    const received = serve(new Response(null, { status: 204 }));
    await run(ajax(undefined, { cookie: "access_token_cookie=s3cr3t", authorization: "Bearer s3cr3t" }));
    const [request] = received;
    expect(JSON.stringify([...(request?.headers ?? [])])).not.toMatch(/s3cr3t|cookie|authorization/);
    expect(await request?.text()).not.toContain("s3cr3t");
  });

  it("is not sent if it can't be signed", async () => {
    const received = serve(new Response(null, { status: 204 }));
    const response = await ask("/actions/publish", ajax(), { ...variables(), FORWARD_SECRET: undefined });
    expect(response.status).toBe(500);
    expect(await readFailed(response)).toMatchObject({
      code: "not-configured",
      advice: expect.stringContaining("FORWARD_SECRET_PUBLISH"),
    });
    expect(received).toEqual([]);
  });
});

describe("tasks that Kitsu does not show", () => {
  let projects = 700;
  /** Forwards two existing tasks and a missing one to a server with this answer. */
  async function forward(answer: Response, init: (fields: object) => RequestInit = ajax) {
    projects += 1;
    const { taskIds } = addProject(openFakeZou(), projects, 2);
    const asZou = vi.mocked(globalThis.fetch).getMockImplementation();
    const received: { call?: { selection?: string[]; missing?: string[] } }[] = [];
    vi.mocked(globalThis.fetch).mockImplementation(async (input, more) => {
      const request = new Request(input, more);
      if (request.url !== URL) return asZou?.(input, more) ?? Response.error();
      received.push(await request.json());
      return answer.clone();
    });
    const gone = crypto.randomUUID();
    const fields = { selection: [...taskIds, gone], userid: MANAGER.id, useremail: MANAGER.email };
    const known = { KITSU_TOKEN: BOT_TOKEN, KITSU_API: `https://kitsu.studio.tld/${projects}/api` };
    const response = await ask("/actions/publish", init(fields), { ...variables(), ...known });
    return { response, received, taskIds, gone };
  }
  const NOTE = "1 task was left out: deleted or not visible to you.";

  it("are not forwarded as selected, but as missing", async () => {
    const { received, taskIds, gone } = await forward(new Response(null, { status: 204 }));
    expect(received).toMatchObject([{ call: { selection: taskIds, missing: [gone] } }]);
  });

  it.each<[string, Response]>([
    ["a reply", json({ kind: "done", severity: "success", title: "Published" })],
    ["a message", json({ message: "Published" })],
    ["a text", new Response("Published")],
    ["nothing", new Response(null, { status: 204 })],
    ["a page", new Response("<!doctype html><title>Published</title>", { headers: { "content-type": "text/html" } })],
    ["a redirect", new Response(null, { status: 303, headers: { location: "https://pipeline.studio.tld/review" } })],
    ["a question", json({ kind: "ask", title: "Publish", fields: [] })],
    ["a refusal", json({ message: "No" }, 409)],
    ["a failed reply", json({ kind: "failed", code: "disk-full", title: "The disk is full" })],
    ["a long run", json({ kind: "started", title: "Publishing" })],
  ])("are reported with any answer of the server: %s", async (_, answer) => {
    const { response, gone } = await forward(answer);
    const { reply } = await readAnswer(response);
    expect(reply.text).toContain(NOTE);
    expect("outcomes" in reply && reply.outcomes).toEqual([
      { id: gone, label: gone, state: "skipped", reason: "Deleted or not visible" },
    ]);
    expect(reply).not.toMatchObject({ severity: "success" });
  });

  it("are reported once, with the server's own reason if it has one", async () => {
    projects += 1;
    const { taskIds } = addProject(openFakeZou(), projects, 1);
    const own = { id: TASK, label: "SH010", state: "failed" as const, reason: "It was deleted yesterday" };
    const reply = reportMissing({ kind: "done", severity: "info", title: "Done", outcomes: [own] }, [TASK, ...taskIds]);
    expect(reply.outcomes?.map(({ id, state }) => [id, state])).toEqual([
      [TASK, "failed"],
      [taskIds[0], "skipped"],
    ]);
    expect(reportMissing(reply, [])).toBe(reply);
  });

  it("keep a form's tab from redirecting before the person has read about them", async () => {
    const redirect = new Response(null, { status: 303, headers: { location: "https://pipeline.studio.tld/review" } });
    const asForm = (fields: object) => form(Object.entries(fields).map(([name, value]) => [name, String(value)]));
    const { response } = await forward(redirect, asForm);
    expect(response.status).toBe(200);
    expect(await response.text()).toContain(NOTE);
  });
});

describe("an answer of a studio's server can be", () => {
  it.each(['{"kind": "done", "title": "Publ', '{"kind": "done"}}', "["])(
    "is not a success if its JSON is incomplete: %s",
    async (body) => {
      const failed = await reply(new Response(body, { headers: { "content-type": "application/json" } }));
      expect(failed).toMatchObject({
        kind: "failed",
        code: "target-answer-broken",
        advice: expect.stringContaining("check before"),
      });
      expect(await reply(new Response("[1, 2]", { headers: { "content-type": "application/json" } }))).toMatchObject({
        kind: "done",
      });
      expect(await reply(new Response(body, { headers: { "content-type": "text/plain" } }))).toMatchObject({
        kind: "done",
      });
    },
  );

  const done = {
    kind: "done",
    severity: "warning",
    title: "9 done, 3 failed",
    outcomes: [{ id: TASK, label: "SH010", state: "failed", reason: "No frames" }],
  };

  it.each([
    ["in its envelope", { version: 1, reply: done }],
    ["bare", done],
    ["with null where something is absent, as Python writes it", { ...done, text: null, links: null }],
    [
      "with members and entries of a later version",
      { ...done, later: 1, effects: [{ kind: "teleport" }], outcomes: [...done.outcomes, { state: "vanished" }] },
    ],
  ])("our reply, %s", async (_, body) => {
    expect(await reply(json(body))).toMatchObject(done);
  });

  it("our failed reply, with its own code", async () => {
    const failed = { kind: "failed", code: "disk-full", title: "The disk is full", advice: "Ask IT." };
    serve(json(failed));
    const response = await run();
    expect(response.status).toBe(502);
    expect(await readFailed(response)).toEqual(failed);
  });

  it.each([
    [422, 422],
    [409, 409],
    [401, 502],
    [503, 502],
  ])("our failed reply, with its own code and the status %i of a refusal", async (sent, status) => {
    const links = [{ label: "The disk", url: "https://it.studio.tld/disks" }];
    const failed = { kind: "failed", code: "Disk_Full", title: "The disk is full", field: "input.note", links };
    serve(json(failed, sent));
    const response = await run();
    expect(response.status).toBe(status);
    expect(await readFailed(response)).toEqual(failed);
  });

  it.each([
    [{ plan: "x".repeat(201) }, "plan: Invalid length: Expected <=200 but received 201"],
    [
      { fields: Array(201).fill({ name: "a", label: "A", type: "text" }) },
      "fields: Expected at most 200, because an answer has no more",
    ],
    [
      { fields: [{ name: "kept", label: "", type: "hidden", value: "x".repeat(20_001) }] },
      "fields.0.value: Expected at most 20000 characters, because an answer has no more",
    ],
    [
      { fields: [{ name: "kept", label: "", type: "hidden", value: Array(5_001).fill("x") }] },
      "fields.0.value: Expected at most 5000 values, because an answer has no more",
    ],
  ])("not a question whose answer would be refused: %#", async (members, problem) => {
    expect(await reply(json({ kind: "ask", title: "Sure?", ...members }))).toMatchObject({
      kind: "failed",
      code: "target-answer-broken",
      text: `The server behind Publish sent a reply that can't be read: ${problem}.`,
    });
  });

  it("a question with as much as its answer may bring back", async () => {
    const fields = [
      { name: "kept", label: "", type: "hidden", value: "x".repeat(20_000) },
      { name: "shots", label: "Shots", type: "several-of", value: Array(5_000).fill(TASK), options: [] },
    ];
    const question = { kind: "ask", title: "Sure?", plan: "x".repeat(200), fields };
    expect(await reply(json(question))).toMatchObject({ ...question, form: "publish" });
  });

  it.each([
    [{ kind: "failed", title: "The disk is full" }, 'code: Invalid key: Expected "code" but received undefined'],
    [{ version: 1, reply: { kind: "done" } }, 'title: Invalid key: Expected "title" but received undefined'],
    [{ kind: "started", title: 5 }, "title: Invalid type: Expected string but received 5"],
  ])("not a reply with a mistake, which is not shown as a success: %j", async (body, problem) => {
    expect(await reply(json(body))).toMatchObject({
      kind: "failed",
      code: "target-answer-broken",
      text: `The server behind Publish sent a reply that can't be read: ${problem}.`,
    });
  });

  it.each([
    { kind: "finished", title: "Published" },
    { version: 1, reply: { kind: "finished", title: "Published" } },
  ])("a reply of an unknown kind, with those that it may have: %j", async (body) => {
    expect(await reply(json(body))).toMatchObject({
      ...{ kind: "done", severity: "info", title: "Published" },
      text: expect.stringMatching(/"finished".*Its kind must be "done", "failed", "ask" or "started"\./),
    });
    expect(await reply(json({ kind: "article", message: "Hello" }))).toMatchObject({ title: "Hello" });
  });

  it("a reply of a later kind", async () => {
    expect(await reply(json({ version: 2, reply: { kind: "hologram", title: "Look" } }))).toMatchObject({
      kind: "done",
      title: "Look",
      text: expect.stringContaining("hologram"),
    });
  });

  it.each([
    ["{message}", json({ message: "Published" }), "Published"],
    ["{success, message}", json({ success: true, message: "Published" }), "Published"],
    ["plain text", new Response("Published\n", { headers: { "content-type": "text/plain" } }), "Publish"],
    ["nothing", new Response(null, { status: 204 }), "Publish"],
    ["nothing, with 200", new Response("", { status: 200 }), "Publish"],
    ["JSON of its own", json([1, 2]), "Publish"],
  ])("%s", async (_, answer, title) => {
    expect(await reply(answer)).toMatchObject({ kind: "done", severity: "success", title });
  });

  it.each([
    [
      "problem details",
      json(
        { type: "about:blank", title: "Locked", detail: "SH010 is locked.", status: 409 },
        409,
        "application/problem+json",
      ),
      409,
      "Locked",
      "SH010 is locked.",
    ],
    ["{message} with an error's status", json({ message: "No" }, 500), 502, "No", "status 500"],
    ["{success: false}", json({ success: false, message: "No" }), 502, "No", "status 200"],
    ["{detail}, as FastAPI has it", json({ detail: "No such task" }, 404), 404, "No such task", "status 404"],
    ["plain text", new Response("No", { status: 422 }), 422, "The studio's server refused", "No"],
    [
      "an error page",
      new Response("<html><title>502 Bad Gateway</title>", { status: 502, headers: { "content-type": "text/html" } }),
      502,
      "The studio's server refused",
      "status 502",
    ],
    ["a refusal of our signature", json({ message: "Bad signature" }, 401), 502, "Bad signature", "status 401"],
    ["a bare status", new Response(null, { status: 500 }), 502, "The studio's server refused", "status 500"],
  ])("a refusal by %s", async (_, answer, status, title, text) => {
    serve(answer);
    const response = await run();
    expect(response.status).toBe(status);
    expect(await readFailed(response)).toMatchObject({
      code: "target-refused",
      title,
      text: expect.stringContaining(text),
    });
  });

  it.each([
    ["with its reason", json({ message: "The folder is locked" }, 409), []],
    ["with its reason, in a text", new Response("Ask Bruno", { status: 422 }), []],
    ["without a reason", new Response(null, { status: 409 }), ["How to fix it"]],
    ["and fails", new Response(null, { status: 500 }), ["How to fix it"]],
    ["because of our signature", json({ message: "Bad signature" }, 401), ["How to fix it"]],
  ])("what helps somebody whom a server refuses %s", async (_, answer, labels) => {
    serve(answer);
    const { links = [] } = await readFailed(await run());
    expect(links.map(({ label }) => label)).toEqual(labels);
  });

  it.each([
    ["https://pipeline.studio.tld/done", "https://pipeline.studio.tld/done"],
    ["/done?x=1", "https://pipeline.studio.tld/done?x=1"],
  ])("a redirect to %s, which only the person's browser follows", async (location, url) => {
    const received = serve(new Response(null, { status: 303, headers: { location } }));
    expect((await readAnswer(await run())).reply).toMatchObject({ kind: "done", effects: [{ kind: "open", url }] });
    expect((await run(form())).headers.get("location")).toBe(url);
    expect(received).toHaveLength(2);
  });

  it("a redirect to a forbidden scheme, which is not followed", async () => {
    serve(new Response(null, { status: 302, headers: { location: "javascript:alert(1)" } }));
    const response = await run(form());
    expect(response.status).toBe(200);
    expect(await response.text()).not.toContain("javascript:");
  });

  it("a page: framed in a form's tab, named in a toast", async () => {
    const page = () =>
      new Response("<!doctype html><title>Report</title><p>42", { headers: { "content-type": "text/html" } });
    expect(await reply(page())).toEqual({
      kind: "done",
      severity: "info",
      title: "Report",
      text: expect.stringContaining("as a form"),
    });
    expect(await (await run(form())).text()).toContain("srcdoc=");
  });
});

describe("a studio's server with a problem", () => {
  it("is down", async () => {
    serve(new TypeError("connect ECONNREFUSED 10.0.0.7:5000"));
    const response = await run();
    expect(response.status).toBe(502);
    const failed = await readFailed(response);
    expect(failed).toMatchObject({ code: "target-unreachable", retry: true });
    expect(JSON.stringify(failed)).not.toContain("10.0.0.7");
    expect(await readLog()).toMatchObject([{ cause: expect.stringContaining("ECONNREFUSED 10.0.0.7:5000") }]);
  });

  it("is slow to answer", async () => {
    serve(({ signal }) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))));
    const response = await run(ajax(), { timeLimit: 0.1 });
    expect(response.status).toBe(504);
    expect(await readFailed(response)).toMatchObject({
      code: "target-timeout",
      text: expect.stringContaining("0.1 seconds"),
    });
  });

  it("drops the connection within its answer", async () => {
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('{"message":'));
      },
      pull(controller) {
        controller.error(new Error("Network connection lost."));
      },
    });
    serve(async () => new Response(body, { headers: { "content-length": "5000" } }));
    expect(await readFailed(await run())).toMatchObject({
      code: "target-answer-broken",
      text: expect.stringContaining("11 bytes"),
    });
  });

  it("answers 2 MB of HTML", async () => {
    serve(new Response(`<html>${"x".repeat(2_000_000)}`, { headers: { "content-type": "text/html" } }));
    const response = await run(form());
    expect(response.status).toBe(502);
    const text = await response.text();
    expect(text).toContain("more than 1 MiB");
    expect(text.length).toBeLessThan(10_000);
  });

  it("may answer up to the limit", async () => {
    expect(await reply(new Response("x".repeat(MIB)))).toMatchObject({ kind: "done" });
  });
});

describe("a second attempt", () => {
  const published = () => json({ message: "Published" });

  it.each([503, 429])("follows %i, with the same id", async (status) => {
    const received = serve(new Response("later", { status, headers: { "retry-after": "0" } }), published());
    expect((await readAnswer(await run())).reply.title).toBe("Published");
    expect(new Set(received.map(({ headers }) => headers.get("webhook-id"))).size).toBe(1);
    expect(received).toHaveLength(2);
  });

  it("is the last one", async () => {
    const received = serve(new Response("later", { status: 503, headers: { "retry-after": "0" } }));
    expect((await run()).status).toBe(502);
    expect(received).toHaveLength(2);
  });

  it.each([
    ["the server asks for minutes", new Response("later", { status: 503, headers: { "retry-after": "120" } })],
    ["the server fails", new Response("", { status: 500 })],
    ["a gateway fails", new Response("", { status: 502 })],
    ["the connection is lost", new TypeError("Network connection lost.")],
  ])("is not made when %s: the server may have done its work", async (_, answer) => {
    const received = serve(answer, published());
    expect((await run()).status).toBeGreaterThanOrEqual(400);
    expect(received).toHaveLength(1);
  });

  it("is made after a lost connection if the server runs each id once", async () => {
    const received = serve(new TypeError("Network connection lost."), published());
    expect((await readAnswer(await run(ajax(), { idempotent: true }))).reply.title).toBe("Published");
    expect(received).toHaveLength(2);
  });
});

describe("a target", () => {
  beforeEach(() => {
    serve(new Response(null, { status: 204 }));
  });
  describeAction(forwardTo(publish), variables());
});

describe("a limit on a studio's server", () => {
  it("refuses a call from an unknown person", async () => {
    const asked = vi.spyOn(globalThis, "fetch");
    const limited = { ...variables(), ACTION_LIMITS: { publish: { roles: ["admin"] } } };
    const response = await ask("/actions/publish", ajax(), limited);
    expect(response.status).toBe(403);
    expect((await readFailed(response)).code).toBe("person-not-accepted");
    expect(asked).not.toHaveBeenCalled();
  });

  it("on an unknown action is reported, and nothing runs", async () => {
    const limited = { ...variables(), ACTION_LIMITS: { publlish: { roles: ["admin"] } } };
    const reply = await readFailed(await ask("/actions/publish", ajax(), limited));
    expect(reply).toMatchObject({
      code: "not-configured",
      text: 'ACTION_LIMITS limits "publlish", but there is no such action.',
    });
  });
});
