// The feedback that the worker posts to a real Zou when a render ends. It runs the real code in the
// real runtime.
import { join } from "node:path";
import { build } from "esbuild";
import { Miniflare } from "miniflare";
import { afterAll, beforeAll, expect, it } from "vitest";
import { connect } from "./connection.ts";
import { type PersonName, withoutManagersRights } from "./people.ts";
import { makePng } from "./png.ts";
import type { Setup } from "./writes.ts";

type Posted = Record<string, { state: string; reason?: string }>;
type Ending = { task: string; state: string; reason?: string; url?: string; picture?: string };
type Comment = {
  id: string;
  text: string;
  person_id: string;
  task_status_id: string;
  previews: { id: string; status: string }[];
};

/** @param getSetup called when the studio is ready */
export function testFeedback(getSetup: () => Setup): void {
  let teller: Miniflare;

  beforeAll(async () => {
    const entry = join(import.meta.dirname, "../support/worker/feedback-worker.ts");
    const { outputFiles } = await build({ entryPoints: [entry], bundle: true, format: "esm", write: false });
    const contents = outputFiles[0]?.text ?? "";
    const manifest = { mainModule: "teller.js", modules: { "teller.js": { type: "esm" as const, contents } } };
    teller = new Miniflare({ workers: [{ config: { name: "teller", compatibilityDate: "2026-10-20", manifest } }] });
  });
  afterAll(() => teller?.dispose());

  async function post(who: PersonName, run: { url: string }, endings: Ending[], isAnew = true): Promise<Posted> {
    const { api, studio } = getSetup();
    const tell = { done: "wfa", failed: "retake", preview: isAnew };
    const person = { id: studio.persons[who].id, name: "Somebody" };
    const body = JSON.stringify({ api, token: studio.bots.manager.token, person, run, feedback: tell, shots: endings });
    const answer = await teller.dispatchFetch("http://teller/", { method: "POST", body });
    const text = await answer.text();
    if (!answer.ok) throw new Error(text);
    return JSON.parse(text);
  }

  const picture = Buffer.from(makePng(64, 36, [200, 60, 20])).toString("base64");
  const job = "https://flamenco.studio.example/app/jobs/1";
  const runs = (id: string) => ({ url: `https://edge.studio.example/runs/${id.repeat(32)}?at=1795455610257` });
  const admin = () => connect(getSetup().api, getSetup().adminToken);
  const commentsOf = async (task: string, run: { url: string }) =>
    (await admin().get<Comment[]>(`/data/tasks/${task}/comments`)).filter(({ text }) => text.includes(run.url));

  it("posts how renders ended with status and picture, in the person's name and only once", async () => {
    const { studio } = getSetup();
    const [one = "", two = ""] = studio.short.tasks.slice(12, 14);
    const run = runs("a");
    const endings = [
      { task: one, state: "done", url: job, picture },
      { task: two, state: "failed", reason: "No GPU for #All of @Sam O'Neil", picture },
    ];
    for (const _ of [1, 2]) {
      expect(await post("manager", run, endings)).toEqual({ [one]: { state: "done" }, [two]: { state: "done" } });
      const [done, failed] = [await commentsOf(one, run), await commentsOf(two, run)];
      const common = {
        person_id: studio.persons.manager.id,
        previews: [{ status: "ready", extension: "png", width: 64 }],
      };
      expect(done).toMatchObject([
        { ...common, task_status_id: studio.statuses.wfa, text: expect.stringContaining(job) },
      ]);
      expect(failed).toMatchObject([{ ...common, task_status_id: studio.statuses.retake, mentions: [] }]);
    }
    const [row] = await admin().get(`/data/tasks?id=${encodeURIComponent(JSON.stringify([one]))}&relations=true`);
    const [{ previews } = { previews: [] }] = await commentsOf(one, run);
    expect(row).toMatchObject({ task_status_id: studio.statuses.wfa, last_preview_file_id: previews[0]?.id });
  });

  it("finishes a preview whose file never came, and removes one that Zou can't read", async () => {
    const { studio } = getSetup();
    const [task = "", other = ""] = studio.short.tasks.slice(14, 16);
    const [run, zou] = [runs("b"), admin()];
    await post("manager", run, [{ task, state: "done", picture }], false);
    const [{ id } = { id: "" }] = await commentsOf(task, run);
    const begun = await zou.post(`/actions/tasks/${task}/comments/${id}/add-preview`, {});
    expect(await post("manager", run, [{ task, state: "done", picture }])).toEqual({ [task]: { state: "done" } });
    expect(await commentsOf(task, run)).toMatchObject([
      { previews: [{ id: begun.id, status: "ready", original_name: "rendered" }] },
    ]);
    const broken = Buffer.from("89504e470d0a1a0a00000000", "hex").toString("base64");
    const posted = await post("manager", run, [{ task: other, state: "done", picture: broken }]);
    expect(posted[other]).toMatchObject({ state: "done", reason: expect.stringContaining("The picture is missing.") });
    expect(await commentsOf(other, run)).toMatchObject([{ previews: [] }]);
  });

  it("sets no status that the person may not set, and names the person in the text if the bot can't write in their name", async () => {
    const { studio } = getSetup();
    const [task = ""] = studio.tvshow.tasks;
    const [run, zou] = [runs("c"), admin()];
    const project = { id: studio.tvshow.id, hasProjectRoles: studio.hasProjectRoles };
    await withoutManagersRights(zou, studio.bots.manager, project, async () => {
      const posted = await post("client", run, [{ task, state: "failed", reason: "No GPU" }]);
      expect(posted[task]).toEqual({ state: "done" });
      expect(await commentsOf(task, run)).toMatchObject([
        { person_id: studio.bots.manager.id, text: expect.stringMatching(/\n\n\(Somebody\)$/) },
      ]);
    });
    const [foreign = ""] = (await zou.get(`/data/tasks?project_id=${studio.short.id}&relations=true`)).flatMap(
      ({ id, assignees }) => (Array.isArray(assignees) && assignees.includes(studio.persons.artist.id) ? [] : [id]),
    );
    expect((await post("artist", run, [{ task: foreign, state: "done" }]))[foreign]).toMatchObject({
      state: "done",
      reason: expect.stringContaining("The status was not changed: Only for its assignees"),
    });
    expect(await commentsOf(foreign, run)).toMatchObject([{ person_id: studio.persons.artist.id }]);
  });
}
