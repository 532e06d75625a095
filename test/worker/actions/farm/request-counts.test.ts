// How many requests a render needs until its jobs are submitted: to the farm, and for the locks of
// the tasks. Three shots, which are three jobs.
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LongRun } from "../../../../worker/run/long-run/long-run.ts";
import { AFANASY_URL, type FakeAfserver, openFakeAfserver } from "../../../support/worker/afserver.ts";
import { countCalls } from "../../../support/worker/count-calls.ts";
import { type FakeFlamenco, FLAMENCO, openFakeFlamenco } from "../../../support/worker/flamenco.ts";
import { newRunId } from "../../../support/worker/runs.ts";
import { ajax, ask, KITSU, readAnswer } from "../../../support/worker/worker.ts";
import { addProject, BOT_TOKEN, type FakeZou, MANAGER, openFakeZou } from "../../../support/worker/zou.ts";

const SET = {
  KITSU_TOKEN: BOT_TOKEN,
  FLAMENCO: { url: FLAMENCO, blend: "/mnt/prod/{sequence}/{entity}.blend", output: "/mnt/prod/renders" },
  AFANASY: {
    url: AFANASY_URL,
    user: "kitsu",
    templates: [{ id: "blender", service: "blender", command: 'blender -b "{entity}" -s @#@ -e @#@' }],
  },
};
const INPUTS = {
  flamenco: { frames: "", chunk_size: 5, priority: 50, format: "PNG", scene: "" },
  afanasy: { frames: "", framesPerTask: 4, priority: 50, paused: false },
};

let zou: FakeZou;
let flamenco: FakeFlamenco;
let afserver: FakeAfserver;
const locks: string[] = [];
beforeEach(() => {
  zou = openFakeZou();
  flamenco = openFakeFlamenco();
  afserver = openFakeAfserver();
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
  // Only the calls are counted.
  vi.spyOn(LongRun.prototype, "alarm").mockResolvedValue();
});
afterEach(() => {
  vi.useRealTimers();
});

let projects = 8_800;
function begin(action: keyof typeof INPUTS, set: object = {}) {
  projects += 1;
  const { taskIds } = addProject(zou, projects, 3);
  for (const id of taskIds) Object.assign(zou.tasks.get(id) ?? {}, { last_preview_file_id: crypto.randomUUID() });
  const run = newRunId();
  const variables = {
    ...SET,
    ...set,
    KITSU_API: `${KITSU}/${projects}/api`,
    LOCKS: env.LOCKS && countCalls(env.LOCKS, locks),
  };
  const send = async (more: object) => {
    for (const list of [zou.requests, flamenco.requests, afserver.messages, locks]) list.length = 0;
    const fields = { selection: taskIds, userid: MANAGER.id, useremail: MANAGER.email, ...more };
    const { reply } = await readAnswer(await ask(`/actions/${action}?run=${run}`, ajax(fields), variables));
    const files = zou.requests.filter(({ path }) => /working-files|preview-files/.test(path)).length;
    const counts = { farm: [...flamenco.requests, ...afserver.messages], locks: [...locks], files };
    return { reply, counts };
  };
  const answer = { input: INPUTS[action], form: action };
  return {
    showForm: () => send({}),
    confirm: () => send(answer),
    run: (plan: string | undefined) => send({ ...answer, plan }),
  };
}

/** Takes the three steps, with a pause before the last one. */
async function takeSteps(action: keyof typeof INPUTS, pauseMs = 0, set: object = {}) {
  const { showForm, confirm, run } = begin(action, set);
  const form = await showForm();
  const confirmation = await confirm();
  if (confirmation.reply.kind !== "ask") throw new Error(`Expected a question, got ${confirmation.reply.kind}`);
  vi.setSystemTime(Date.now() + pauseMs);
  const started = await run(confirmation.reply.plan);
  expect(started.reply.kind).toBe("started");
  return { form: form.counts, confirmation: confirmation.counts, run: started.counts };
}

const CHECKS = ["POST /jobs/check", "POST /jobs/check", "POST /jobs/check"];

describe("a render on Flamenco", () => {
  it("asks nothing twice, and runs what was just confirmed without asking Flamenco again", async () => {
    expect(await takeSteps("flamenco")).toEqual({
      form: { farm: ["GET /version"], locks: ["find"], files: 0 },
      confirmation: {
        farm: ["GET /configuration", "GET /worker-mgt/workers", ...CHECKS],
        locks: ["find"],
        files: 1,
      },
      run: { farm: [], locks: ["find", "take"], files: 1 },
    });
  });

  it("asks a Flamenco that was asked a moment ago only what may have changed", async () => {
    await takeSteps("flamenco");
    const { confirmation } = await takeSteps("flamenco");
    expect(confirmation.farm).toEqual(["GET /worker-mgt/workers", ...CHECKS]);
  });

  it("asks again about its machines if the person took their time, and has nothing compiled twice", async () => {
    const { run } = await takeSteps("flamenco", 120_000);
    expect(run.farm.toSorted()).toEqual(["GET /configuration", "GET /version", "GET /worker-mgt/workers"]);
  });

  it("asks about a studio's own job type once per step, because it may change at any time", async () => {
    flamenco.own({ name: "studio", label: "Studio", etag: "e1", settings: [{ key: "frames", type: "string" }] });
    const { form, confirmation, run } = await takeSteps("flamenco", 0, {
      FLAMENCO: { ...SET.FLAMENCO, job_types: ["studio"] },
    });
    expect(form.farm).toEqual(["GET /version", "GET /jobs/type/studio"]);
    expect(confirmation.farm.filter((one) => one === "GET /jobs/type/studio")).toHaveLength(1);
    expect(run.farm).toEqual(["GET /jobs/type/studio"]);
  });
});

describe("a render on Afanasy", () => {
  it("asks nothing twice, and nothing of the farm before its jobs are submitted", async () => {
    expect(await takeSteps("afanasy")).toEqual({
      form: { farm: [], locks: ["find"], files: 1 },
      confirmation: { farm: [], locks: ["find"], files: 1 },
      run: { farm: [], locks: ["find", "take"], files: 1 },
    });
  });
});
