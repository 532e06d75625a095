import * as v from "valibot";
import { describe, expect, it, vi } from "vitest";
import { type Answer, ForwardedControl, ForwardedUndo } from "../../../../contract.ts";
import {
  callAs,
  claim,
  click,
  openStudioServer,
  report,
  type StudioServer,
} from "../../../support/worker/studio-server.ts";
import {
  ajax,
  ask,
  EDGE,
  form,
  OTHER_TASK,
  readAnswer,
  readFailed,
  readLog,
  TASK,
} from "../../../support/worker/worker.ts";
import { ARTIST, addProject, DEMOTED, MANAGER, SUPERVISOR } from "../../../support/worker/zou.ts";

const json = (body: unknown, status = 200) => Response.json(body, { status });
const JSON_TYPE = { "content-type": "application/json" };
const started = (more: object = {}) => ({ kind: "started", title: "Publishing", ...more });
const BUTTONS = { controls: ["cancel", "pause"] };
const PUBLISHED = { kind: "done", severity: "success", title: "Published" };

let projects = 1_400;

/** Starts a run of the artist's on a server that answers like this. */
async function begin(...answers: Parameters<typeof openStudioServer>) {
  const server = openStudioServer(...answers);
  projects += 1;
  const { taskIds } = addProject(server.zou, projects, 1);
  const answer = await readAnswer(await callAs(server, ARTIST, taskIds));
  return { server, answer };
}

const follow = async ({ variables }: StudioServer, { run }: Answer) =>
  readAnswer(await ask((run?.follow?.url ?? "").replace(EDGE, ""), {}, variables));
const buttonsOf = ({ run }: Answer) =>
  (["cancel", "pause", "resume"] as const).filter((control) => run?.[control] !== undefined);
const countRequests = ({ received }: StudioServer) => received.length;

describe("the buttons of a forwarded run", () => {
  it("are those that its server offers, from its answer on", async () => {
    const { server, answer } = await begin(json(started(BUTTONS)));
    expect(buttonsOf(answer)).toEqual(["cancel", "pause"]);
    expect(buttonsOf(await follow(server, answer))).toEqual(["cancel", "pause"]);
  });

  it("stay as they are if a report does not say it, and change if it does", async () => {
    const { server, answer } = await begin(json(started(BUTTONS)));
    await report(server, started({ progress: { done: 1, total: 3 } }));
    expect(buttonsOf(await follow(server, answer))).toEqual(["cancel", "pause"]);
    await report(server, started({ paused: true }));
    expect(buttonsOf(await follow(server, answer))).toEqual(["cancel", "resume"]);
    await report(server, started({ paused: false, controls: ["pause"] }));
    expect(buttonsOf(await follow(server, answer))).toEqual(["pause"]);
    await report(server, started({ controls: [] }));
    expect(buttonsOf(await follow(server, answer))).toEqual([]);
    await report(server, started(BUTTONS));
    await report(server, PUBLISHED);
    expect(buttonsOf(await follow(server, answer))).toEqual([]);
  });

  it("are none for a server that offers none, as older ones", async () => {
    const { server, answer } = await begin(json(started()));
    expect(buttonsOf(answer)).toEqual([]);
    const { id = "", url = "" } = answer.run ?? {};
    const failed = await readFailed(await click(server, ARTIST, url.replace(id, `${id}/cancel`)));
    expect(failed.code).toBe("run-over");
    expect(countRequests(server)).toBe(1);
  });

  it("leave out what a later version offers", async () => {
    const { answer } = await begin(json(started({ controls: ["cancel", "rewind"] })));
    expect(buttonsOf(answer)).toEqual(["cancel"]);
  });

  it.each<[string, object, string]>([
    [
      "controls that are no list",
      { controls: "cancel" },
      'controls: Invalid type: Expected Array but received "cancel"',
    ],
    ["a pause that is a word", { paused: "yes" }, 'paused: Invalid type: Expected boolean but received "yes"'],
  ])("are explained to whoever wrote the server: %s", async (_, more, problem) => {
    const sentence = `The server behind Publish offered buttons that can't be shown: ${problem}.`;
    const { server, answer } = await begin(json(started({ text: "In the queue", ...more })));
    expect(answer.reply).toMatchObject({ kind: "started", text: `In the queue\n\n${sentence}` });
    const accepted = await report(server, started(more));
    expect(await accepted.json()).toEqual({ accepted: true, problem: sentence });
    expect((await follow(server, answer)).reply).toMatchObject({ text: sentence });
  });
});

describe("a click on one of them", () => {
  it("is sent to the server, signed, with the person who clicked", async () => {
    const { server, answer } = await begin(json(started(BUTTONS)), json(started({ text: "Stopping after SH1" })));
    const clicked = await readAnswer(await click(server, SUPERVISOR, answer.run?.cancel));
    expect(clicked.reply).toMatchObject({ kind: "done", title: "Canceling", text: "Stopping after SH1" });
    const [call, control] = server.received;
    expect(v.parse(ForwardedControl, control?.body)).toMatchObject({
      version: 1,
      type: "cancel",
      run: call?.body.run,
      action: "publish",
      person: { id: SUPERVISOR.id, name: SUPERVISOR.full_name, role: "supervisor", trust: "claimed" },
    });
    expect(control?.id).toMatch(new RegExp(`^${answer.run?.id}-cancel-[0-9a-f]{16}$`));
    expect((await follow(server, answer)).reply).toMatchObject({
      kind: "started",
      text: `${SUPERVISOR.full_name} is canceling it. Stopping after SH1`,
    });
  });

  it("is accepted if the server says nothing more", async () => {
    const { server, answer } = await begin(json(started(BUTTONS)), new Response(null, { status: 204 }));
    const clicked = await readAnswer(await click(server, ARTIST, answer.run?.pause));
    expect(clicked.reply).toMatchObject({ kind: "done", title: "The studio's server accepted it." });
    const paused = await follow(server, answer);
    expect(paused.reply).toMatchObject({ kind: "started", title: "Publishing" });
    expect(buttonsOf(paused)).toEqual(["cancel", "resume"]);
    await click(server, ARTIST, paused.run?.resume);
    expect(buttonsOf(await follow(server, answer))).toEqual(["cancel", "pause"]);
    expect(server.received.map(({ body }) => body.type)).toEqual(["call", "pause", "resume"]);
  });

  it("shows the server's own message", async () => {
    const { server, answer } = await begin(json(started(BUTTONS)), json({ message: "It stops after this shot" }));
    const clicked = await readAnswer(await click(server, ARTIST, answer.run?.cancel));
    expect(clicked.reply).toMatchObject({ kind: "done", title: "It stops after this shot" });
    expect((await follow(server, answer)).reply.kind).toBe("started");
  });

  it("shows the whole message, and of a long one the beginning", async () => {
    const said = { title: "Paused", detail: "SH1 is finished first" };
    const { server, answer } = await begin(json(started(BUTTONS)), json(said), new Response("x".repeat(9_000)));
    const paused = await readAnswer(await click(server, ARTIST, answer.run?.pause));
    expect(paused.reply).toMatchObject({ kind: "done", title: "Paused", text: "SH1 is finished first" });
    const canceled = await readAnswer(await click(server, ARTIST, answer.run?.cancel));
    expect(canceled.reply.title).toBe("Publish");
    expect(canceled.reply.text?.length).toBeLessThan(2_100);
  });

  it("is refused if the run has other buttons now, without saying that it has ended", async () => {
    const { server, answer } = await begin(json(started(BUTTONS)), new Response(null, { status: 204 }));
    await click(server, ARTIST, answer.run?.pause);
    const failed = await readFailed(await click(server, ARTIST, answer.run?.pause));
    expect(failed).toMatchObject({ title: "This is not possible now", text: expect.stringContaining("continues") });
    expect(countRequests(server)).toBe(2);
    expect(buttonsOf(await follow(server, answer))).toEqual(["cancel", "resume"]);
  });

  it("counts more than a report that was made before and arrives after it", async () => {
    const nothing = new Response(null, { status: 204 });
    const { server, answer } = await begin(json(started(BUTTONS)), nothing, nothing);
    await click(server, ARTIST, answer.run?.pause);
    const madeAt = new Date(Date.now() - 5_000);
    await click(server, ARTIST, (await follow(server, answer)).run?.resume);
    const late = await report(server, started({ text: "SH1", paused: true }), madeAt);
    expect(late.status).toBe(200);
    const followed = await follow(server, answer);
    expect(followed.reply).toMatchObject({ text: "SH1" });
    expect(buttonsOf(followed)).toEqual(["cancel", "pause"]);
    await report(server, started({ paused: true }), new Date(Date.now() + 2_000));
    expect(buttonsOf(await follow(server, answer))).toEqual(["cancel", "resume"]);
  });

  it("by two people at once ends the run once, and names one of them", async () => {
    const ended = { kind: "done", severity: "warning", title: "Stopped" };
    const { server, answer } = await begin(json(started(BUTTONS)), json(ended));
    const people = [SUPERVISOR, MANAGER];
    const clicks = await Promise.all(
      people.map(async (one) => (await readAnswer(await click(server, one, answer.run?.cancel))).reply.title),
    );
    expect(clicks.toSorted()).toEqual(["Stopped", "The run has ended meanwhile"]);
    const { reply } = await follow(server, answer);
    expect(people.map((one) => `Canceled by ${one.full_name}.`)).toContain(reply.text);
    await vi.waitFor(async () =>
      expect((await readLog()).find(({ id }) => id === answer.run?.id)).toMatchObject({ reply: ended }),
    );
  });

  it("ends the run if the server says that it has ended, and the log says so", async () => {
    const ended = { kind: "done", severity: "warning", title: "Stopped after 1 of 3" };
    const { server, answer } = await begin(json(started(BUTTONS)), json(ended));
    await click(server, ARTIST, answer.run?.cancel);
    expect(await follow(server, answer)).toMatchObject({ reply: ended });
    await vi.waitFor(async () => expect((await readLog()).map(({ reply }) => reply)).toContainEqual(ended));
    expect((await readFailed(await click(server, ARTIST, answer.run?.cancel))).code).toBe("run-over");
    expect(countRequests(server)).toBe(2);
  });

  it.each<[string, Response, number, object]>([
    ["with a message", json({ message: "SH1 can't be stopped now" }, 409), 409, { title: "SH1 can't be stopped now" }],
    [
      "with a reply",
      json({ kind: "failed", code: "busy", title: "Busy", text: "SH1 is being written" }, 409),
      409,
      { title: "Busy", text: "SH1 is being written" },
    ],
    ["with a reply that would end it", json(PUBLISHED, 500), 502, { title: "Published" }],
    ["with success: false", json({ success: false, message: "No" }), 502, { title: "No" }],
  ])("changes nothing if the server refuses: %s", async (_, refusal, status, words) => {
    const { server, answer } = await begin(json(started(BUTTONS)), refusal);
    const response = await click(server, ARTIST, answer.run?.cancel);
    expect(response.status).toBe(status);
    const failed = await readFailed(response);
    expect(failed).toMatchObject({ code: "target-refused", advice: "The run continues.", ...words });
    const followed = await follow(server, answer);
    expect(followed.reply).toMatchObject({ kind: "started", title: "Publishing" });
    expect(buttonsOf(followed)).toEqual(["cancel", "pause"]);
  });

  it.each<[string, Response | Error, string]>([
    ["nothing arrives", new TypeError("Network connection lost."), "target-unreachable"],
    ["it is too large", new Response("x".repeat(1_100_000)), "target-answer-too-large"],
    ["it is cut off", new Response('{"kind":', { headers: JSON_TYPE }), "target-answer-broken"],
    ["its kind is unknown", json({ version: 1, reply: { kind: "halted", title: "Halted" } }), "target-answer-broken"],
    ["it is a question", json({ kind: "ask", title: "Sure?" }), "target-answer-broken"],
    ["it is no reply", json({ kind: "started" }), "target-answer-broken"],
    ["it is a page", new Response("<html>", { headers: { "content-type": "text/html" } }), "target-answer-broken"],
    ["it is a redirect", Response.redirect("https://pipeline.studio.tld/login", 302), "target-answer-broken"],
  ])("tells the truth if the server's answer can't be used: %s", async (_, broken, code) => {
    const { server, answer } = await begin(json(started(BUTTONS)), broken);
    const failed = await readFailed(await click(server, ARTIST, answer.run?.cancel));
    expect(failed.code).toBe(code);
    expect(failed.advice).toContain("If it has done this anyway, the run's progress will show it.");
    // A server that is gone does not continue.
    expect(failed.advice).not.toContain("The run continues");
    expect(failed.text).toContain("Publish");
    expect((await follow(server, answer)).reply).toMatchObject({ kind: "started", title: "Publishing" });
  });

  it("does not keep the server from reporting the end before it answers", async () => {
    let ended: Promise<number> | undefined;
    const { server, answer } = await begin(json(started(BUTTONS)), async () => {
      ended = report(server, PUBLISHED).then(({ status }) => status);
      expect(await ended).toBe(200);
      return json(started({ text: "Too late" }));
    });
    const clicked = await readAnswer(await click(server, ARTIST, answer.run?.cancel));
    expect(clicked.reply.title).toBe("The run has ended meanwhile");
    expect((await follow(server, answer)).reply).toMatchObject(PUBLISHED);
  });

  it("is refused to someone who may not, and reaches no server", async () => {
    const { server, answer } = await begin(json(started(BUTTONS)));
    // The address without its key: with it, anyone acts for the owner.
    const url = answer.run?.cancel?.replace(/&key=.*/, "");
    const failed = await readFailed(await click(server, DEMOTED, url));
    expect(failed).toMatchObject({ code: "not-allowed", title: "This is another person's run" });
    expect(countRequests(server)).toBe(1);
  });

  it("is refused to an unknown caller who only has the run's id", async () => {
    const server = openStudioServer(json(started(BUTTONS)));
    const unchecked = { ...server, variables: { ...server.variables, KITSU_TOKEN: undefined } };
    const nobody = { ...claim(ARTIST, [TASK, OTHER_TASK]), userid: undefined };
    const init = ajax({ ...nobody, useremail: "ada@studio.tld" });
    const { run } = await readAnswer(await ask("/actions/publish", init, unchecked.variables));
    const path = (run?.cancel ?? "").replace(EDGE, "").replace(/&key=.*/, "");
    for (const useremail of [undefined, "eve@studio.tld"])
      expect((await readFailed(await ask(path, ajax({ useremail }), unchecked.variables))).code).toBe("not-allowed");
    expect(countRequests(server)).toBe(1);
    expect((await ask(path, ajax({ useremail: "ada@studio.tld" }), unchecked.variables)).status).toBe(200);
  });

  it("works on the run's page, for whoever has its address", async () => {
    const { server, answer } = await begin(json(started(BUTTONS)), new Response(null, { status: 204 }));
    const path = (answer.run?.url ?? "").replace(EDGE, "");
    const page = await (await ask(path, { headers: { accept: "text/html" } }, server.variables)).text();
    const [, action = ""] = /action="([^"]*\/pause[^"]*)"/.exec(page) ?? [];
    const response = await ask(action.replaceAll("&amp;", "&").replace(EDGE, ""), form({}), server.variables);
    expect([response.status, response.headers.get("location")]).toEqual([303, answer.run?.url]);
    expect(server.received.at(-1)?.body).toMatchObject({ type: "pause", person: { id: ARTIST.id, trust: "claimed" } });
  });
});

describe("the undo of a forwarded run", () => {
  const data = { paths: ["/prod/sh010_v003.ma"], previous: null };
  const UNDOABLE = { ...PUBLISHED, undo: { seconds: 600, label: "Unpublish", data } };
  const UNPUBLISHED = { kind: "done", severity: "success", title: "Unpublished" };

  it("is offered with the server's answer, and sends its data back as it was", async () => {
    const { server, answer } = await begin(json(UNDOABLE), json(UNPUBLISHED));
    expect(answer.run?.undo).toMatchObject({ label: "Unpublish" });
    const left = (answer.run?.undo?.until ?? 0) - Date.now();
    expect([left > 500_000, left <= 600_000]).toEqual([true, true]);
    const undone = await readAnswer(await click(server, ARTIST, answer.run?.undo?.url));
    expect(undone.reply).toMatchObject(UNPUBLISHED);
    const [call, undo] = server.received;
    expect(v.parse(ForwardedUndo, undo?.body)).toMatchObject({
      ...{ version: 1, type: "undo", run: call?.body.run, action: "publish" },
      ...{ person: { id: ARTIST.id, name: ARTIST.full_name }, data },
    });
    expect(undo?.body.data).toEqual(data);
    expect(undo?.id).toBe(`${answer.run?.id}-undo`);
  });

  it("is offered with the last report of a long run", async () => {
    const { server, answer } = await begin(json(started()), json(UNPUBLISHED));
    expect(await (await report(server, UNDOABLE)).json()).toEqual({ accepted: true });
    const ended = await follow(server, answer);
    expect(ended.run?.undo).toMatchObject({ label: "Unpublish" });
    expect((await readAnswer(await click(server, ARTIST, ended.run?.undo?.url))).reply).toMatchObject(UNPUBLISHED);
    expect(server.received.at(-1)?.body).toMatchObject({ type: "undo", run: server.received[0]?.body.run, data });
  });

  it("is on the page of a long run, too", async () => {
    const { server, answer } = await begin(json(started()), json(UNPUBLISHED));
    await report(server, UNDOABLE);
    const path = (answer.run?.url ?? "").replace(EDGE, "");
    const page = await (await ask(path, { headers: { accept: "text/html" } }, server.variables)).text();
    const [, action = ""] = /action="([^"]*\/undo[^"]*)"/.exec(page) ?? [];
    const response = await ask(action.replaceAll("&amp;", "&").replace(EDGE, ""), form({}), server.variables);
    expect(await response.text()).toContain("Unpublished");
  });

  it("happens once, and is for the owner and supervisors", async () => {
    const { server, answer } = await begin(json(UNDOABLE), json(UNPUBLISHED));
    const url = answer.run?.undo?.url;
    expect((await readFailed(await click(server, DEMOTED, url))).code).toBe("not-allowed");
    expect((await readAnswer(await click(server, MANAGER, url))).reply).toMatchObject(UNPUBLISHED);
    expect((await readAnswer(await click(server, ARTIST, url))).reply.title).toBe("It was already undone");
    expect(countRequests(server)).toBe(2);
  });

  it.each<[string, Response | Error, object]>([
    ["is refused", json({ message: "It is in a delivery" }, 409), { title: "It is in a delivery" }],
    ["fails", json({ kind: "failed", code: "locked", title: "Locked" }), { code: "locked", title: "Locked" }],
    ["breaks down", json({ message: "Oops" }, 500), { advice: expect.stringContaining("or in part") }],
    ["gets no answer", new TypeError("Network connection lost."), { advice: expect.stringContaining("or in part") }],
    ["goes on", json(started()), { text: expect.stringContaining('"done" or "failed"') }],
  ])("can be tried again if it %s", async (_, broken, words) => {
    const { server, answer } = await begin(json(UNDOABLE), broken, json(UNPUBLISHED));
    const url = answer.run?.undo?.url;
    const failed = await readFailed(await click(server, ARTIST, url));
    expect(failed).toMatchObject(words);
    expect((await readAnswer(await click(server, ARTIST, url))).reply).toMatchObject(UNPUBLISHED);
    expect(server.received.slice(1).map(({ id }) => id)).toEqual(Array(2).fill(`${answer.run?.id}-undo`));
  });

  it.each<[string, object, string]>([
    ["for more than a week", { seconds: 700_000 }, "undo.seconds: Invalid value: Expected <=604800"],
    ["for no time", { seconds: 0 }, "undo.seconds: Invalid value: Expected >=1"],
    ["without a time", {}, 'undo.seconds: Invalid key: Expected "seconds"'],
    ["with too much data", { seconds: 60, data: "長".repeat(6_000) }, "undo.data: Expected at most 16 kB of JSON"],
  ])("is not offered %s, and the reply says why", async (_, undo, problem) => {
    const { answer } = await begin(json({ ...PUBLISHED, undo }));
    expect(answer.run).not.toHaveProperty("undo");
    expect(answer.reply).toMatchObject({ kind: "done", text: expect.stringContaining(problem) });
  });
});
