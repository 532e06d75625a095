import { env } from "cloudflare:workers";
import * as v from "valibot";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Ask, InputValue, Reply } from "../../../contract.ts";
import { ACTIONS } from "../../../worker/actions/index.ts";
import { LongRun } from "../../../worker/run/long-run/long-run.ts";
import { AFANASY_URL, type FakeAfserver, openFakeAfserver } from "../../support/worker/afserver.ts";
import { type FakeFlamenco, FLAMENCO, openFakeFlamenco } from "../../support/worker/flamenco.ts";
import { ajax, ask, KITSU, READER, readAnswer, readFailed, readLog } from "../../support/worker/worker.ts";
import { addProject, BOT_TOKEN, type FakeZou, MANAGER, openFakeZou } from "../../support/worker/zou.ts";

const PREVIEW = "77777777-0000-4000-8000-000000000001";
const STUDIO = "https://studio.tld/publish";
const SET = {
  KITSU_TOKEN: BOT_TOKEN,
  FLAMENCO: { url: FLAMENCO, blend: "/mnt/{entity}.blend", output: "/mnt/renders" },
  AFANASY: {
    url: AFANASY_URL,
    user: "kitsu",
    templates: [
      { id: "blender", service: "blender", scene: "/mnt/{entity}.blend", command: "blender @#@", frames_per_task: 6 },
    ],
  },
  AFANASY_TOKEN: "relay-token",
  LAUNCHERS: {
    launchers: [{ id: "rv", label: "Open in RV", kind: "rvlink", args: ["-play"], command: ["rv", "-play", "{path}"] }],
    paths: [{ for: "Shot", linux: "/mnt/prod/{entity}.mov" }],
  },
  KABARET: { command: ["flow"] },
  FORWARD_TARGETS: { publish: { url: STUDIO } },
  FORWARD_SECRET: `whsec_${btoa("0".repeat(32))}`,
};

let zou: FakeZou;
let flamenco: FakeFlamenco;
let afserver: FakeAfserver;
/** What the studio's own server received. */
let arrivals: string[];
let projects = 640;
let taskIds: string[];
beforeEach(() => {
  zou = openFakeZou();
  flamenco = openFakeFlamenco();
  afserver = openFakeAfserver();
  arrivals = [];
  const others = vi.mocked(globalThis.fetch).getMockImplementation();
  vi.mocked(globalThis.fetch).mockImplementation(async (input, init) => {
    const { url, method } = new Request(input, init);
    if (!url.startsWith(STUDIO)) return others?.(input, init) ?? Response.error();
    arrivals.push(`${method} ${url}`);
    return Response.json({ kind: "done", severity: "success", title: "Published" });
  });
  projects += 1;
  ({ taskIds } = addProject(zou, projects, 2, { name: "Lantern" }));
  for (const id of taskIds) Object.assign(zou.tasks.get(id) ?? {}, { last_preview_file_id: PREVIEW });
  // What a call starts is not continued here.
  vi.spyOn(LongRun.prototype, "alarm").mockResolvedValue();
});

/** Whatever changed something outside the worker. */
const listChanges = () => [
  ...zou.requests.filter(({ method }) => method !== "GET").map(({ method, path }) => `${method} ${path}`),
  ...flamenco.requests.filter((request) => !request.startsWith("GET ") && !/jobs\/(check|query)$/.test(request)),
  ...afserver.messages.filter((message) => !("get" in message)).map((message) => JSON.stringify(message)),
  ...arrivals,
];

const send = (path: string, more: object = {}) =>
  ask(path, ajax({ selection: taskIds, userid: MANAGER.id, useremail: MANAGER.email, ...more }), {
    ...SET,
    KITSU_API: `${KITSU}/${projects}/api`,
  });

/** Answers all questions, and confirms what is to be confirmed. */
async function conclude(path: string): Promise<Reply> {
  let reply = (await readAnswer(await send(path))).reply;
  for (let steps = 0; reply.kind === "ask" && steps < 6; steps += 1) {
    const { form, plan } = reply;
    reply = (await readAnswer(await send(path, { form, plan, input: answer(reply) }))).reply;
  }
  return reply;
}

const ANSWERS: Record<string, InputValue> = { text: "Ready", frames: "1-10" };
const answer = ({ fields }: Ask) =>
  Object.fromEntries(
    fields.map(({ name, value, options, type }) => [
      name,
      value ?? ANSWERS[name] ?? options?.[0]?.value ?? (type === "toggle" ? false : ""),
    ]),
  );

const Log = v.object({ runs: v.array(v.looseObject({ id: v.string() })) });

const IDS = [...ACTIONS.map(({ id }) => id), "publish"];
const runId = (number: number) => number.toString(16).padStart(32, "d");

describe("a dry call", () => {
  it.each(IDS)("changes nothing at Kitsu, a farm or the studio's server: %s", async (id) => {
    const reply = await conclude(`/actions/${id}/dry`);
    expect(reply, JSON.stringify(reply)).toMatchObject({ kind: "done" });
    expect(listChanges()).toEqual([]);
    const isSafe = ACTIONS.find((action) => action.id === id)?.isSafe ?? false;
    expect(/^Dry run: /.test(reply.title)).toBe(!isSafe);
  });

  it.each(["comment", "playlist", "flamenco", "afanasy", "publish"])(
    "would be noticed here if it ran: %s",
    async (id) => {
      const reply = await conclude(`/actions/${id}?run=${runId(IDS.indexOf(id) + 1)}`);
      // The farms get their jobs from a long run.
      if (reply.kind !== "started") expect(listChanges(), JSON.stringify(reply)).not.toEqual([]);
    },
  );

  it("says what the person would have to confirm, for each task", async () => {
    zou.tasks.delete(taskIds[1] ?? "");
    const reply = await conclude("/actions/comment/dry");
    expect(reply).toMatchObject({
      kind: "done",
      severity: "info",
      title: expect.stringMatching(/^Dry run: /),
      text: expect.stringContaining("Nothing was changed or sent."),
      outcomes: [{ state: "planned" }, { state: "skipped" }],
    });
  });

  it("says of an action without a plan how many tasks it would run on", async () => {
    expect(await conclude("/actions/publish/dry")).toMatchObject({
      title: "Dry run: Publish",
      text: "Nothing was changed or sent.\n\nIt would run on 2 tasks.",
    });
  });

  it("runs an action that changes nothing", async () => {
    const { reply } = await readAnswer(await send("/actions/debug/dry"));
    expect(reply).toMatchObject({ kind: "done", title: expect.stringMatching(/^2 tasks/) });
  });

  it("is marked in the log, and is a run of its own, whichever id it asks for", async () => {
    const path = `/actions/comment?run=${runId(99)}`;
    await conclude(path);
    const changes = listChanges().length;
    const again = await readAnswer(await send(`/actions/publish/dry?run=${runId(99)}`));
    expect(again.run?.id).not.toBe(runId(99));
    expect(listChanges()).toHaveLength(changes);
    const records = await readLog();
    expect(records.filter(({ call }) => Object(call).isDry === true)).toHaveLength(1);
    expect(records).toContainEqual(expect.objectContaining({ id: runId(99), action: "comment" }));
    const page = await ask(again.run?.url ?? "", { headers: { ...READER, accept: "text/html" } });
    expect(await page.text()).toContain("Dry run: Publish");
    const { runs } = v.parse(Log, await (await ask("/runs.json", { headers: READER })).json());
    expect(runs.find(({ id }) => id === again.run?.id)).toMatchObject({ title: "Dry run: Publish", state: "done" });
  });

  it("stays dry if it failed and is retried", async () => {
    vi.spyOn(env.LOCKS, "getByName").mockImplementation(() => {
      throw new Error("not in a dry run");
    });
    const down = vi.mocked(globalThis.fetch).getMockImplementation();
    vi.mocked(globalThis.fetch).mockRejectedValue(new TypeError("Network connection lost."));
    const failed = await readAnswer(await send("/actions/publish/dry"));
    expect(failed.reply).toMatchObject({ kind: "failed", retry: true });
    if (down !== undefined) vi.mocked(globalThis.fetch).mockImplementation(down);
    const retried = await readAnswer(await send(failed.run?.retry?.slice("https://edge.studio.tld".length) ?? ""));
    expect(retried.reply).toMatchObject({ title: "Dry run: Publish" });
    expect(arrivals).toEqual([]);
  });

  it("is refused from other pages, and to people who may not run the action", async () => {
    const foreign = await ask("/actions/publish/dry", ajax({ selection: taskIds }, { origin: "https://evil.tld" }));
    expect((await readFailed(foreign)).code).toBe("origin-not-allowed");
    const stranger = await send("/actions/publish/dry", { userid: "11111111-2222-4333-8444-555555555555" });
    expect(stranger.status).toBe(403);
    const preflight = await ask("/actions/publish/dry", {
      method: "OPTIONS",
      headers: { origin: KITSU, "access-control-request-method": "POST" },
    });
    expect(preflight.status).toBe(405);
  });
});
