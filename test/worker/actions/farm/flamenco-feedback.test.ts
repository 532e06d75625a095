import { beforeEach, expect, it, vi } from "vitest";
import type { WatchContext } from "../../../../worker/action/action.ts";
import { makeRun } from "../../../../worker/actions/farm/render-run.ts";
import { flamenco } from "../../../../worker/actions/flamenco.ts";
import { toEnglish } from "../../../../worker/format/localize.ts";
import { ENGLISH } from "../../../../worker/format/reader.ts";
import { openKitsu } from "../../../../worker/services/kitsu.ts";
import { openZou } from "../../../../worker/services/zou.ts";
import { readSettings } from "../../../../worker/settings/settings.ts";
import { type FakeFlamenco, FLAMENCO, openFakeFlamenco } from "../../../support/worker/flamenco.ts";
import { PNG } from "../../../support/worker/pictures.ts";
import { makeEnv } from "../../../support/worker/worker.ts";
import { API, addProject, BOT_TOKEN, type FakeZou, MANAGER, openFakeZou, STATUS } from "../../../support/worker/zou.ts";

let zou: FakeZou;
let fake: FakeFlamenco;
beforeEach(() => {
  zou = openFakeZou();
  fake = openFakeFlamenco();
  const before = vi.mocked(fetch).getMockImplementation();
  vi.mocked(fetch).mockImplementation(async (input, init) => {
    const { url } = new Request(input, init);
    if (url.includes("/job-files/")) return new Response(PNG, { headers: { "content-type": "image/png" } });
    if (before === undefined) throw new Error(`No test expects ${url}`);
    return before(input, init);
  });
});

it("posts how a render with Flamenco ended, with its page and its last picture, before the run ends", async () => {
  const { taskIds } = addProject(zou, 990, 1);
  const [task = ""] = taskIds;
  const own = { url: FLAMENCO, blend: "/mnt/a.blend", output: "/mnt/renders", tell: { done: "done", preview: true } };
  const submission = {
    name: "SH1",
    type: "simple-blender-render",
    priority: 50,
    submitter_platform: "linux",
    settings: { frames: "1-48", chunk_size: 5, blendfile: "/mnt/a.blend", render_output_path: "/mnt/renders/######" },
    metadata: {},
  };
  let data: unknown = { minor: 9, render: makeRun("run", [{ task, label: "SH1", submission, size: 48 }], []) };
  const signal = new AbortController().signal;
  const watch: WatchContext = {
    run: { id: "run", url: "https://edge.studio.tld/runs/run?at=1" },
    person: { id: MANAGER.id, name: "Person 2", email: undefined },
    reader: ENGLISH,
    localize: toEnglish,
    settings: readSettings(makeEnv({ KITSU_TOKEN: BOT_TOKEN, FLAMENCO: own })),
    base: "https://edge.studio.tld",
    signal,
    kitsu: (shorter = signal) => openKitsu(openZou(API, BOT_TOKEN, shorter), `${API}?${crypto.randomUUID()}`, taskIds),
    readRunReply: async () => undefined,
    save: async (kept) => {
      data = JSON.parse(JSON.stringify(kept));
    },
  };
  const poll = async () => {
    const status = await flamenco.watch?.(watch, data);
    await watch.save(status?.data);
    return status?.reply.kind;
  };
  expect(await poll()).toBe("started");
  const job = fake.only();
  fake.render(job, 1_000);
  expect(await poll()).toBe("done");
  expect(zou.comments).toMatchObject([
    { object_id: task, task_status_id: STATUS.done, text: expect.stringContaining(`${FLAMENCO}/app/jobs/${job.id}`) },
  ]);
  expect([...zou.previews.values()]).toMatchObject([{ comments: [zou.comments[0]?.id], file_size: PNG.length }]);
  expect(JSON.stringify(data)).toContain('"reported":true');
});
