import * as v from "valibot";
import { beforeEach, describe, expect, it } from "vitest";
import type { FeedbackContext, ShotFeedback } from "../../../../worker/actions/farm/draft-feedback.ts";
import { FEEDBACK_BATCH, isSettled, postFeedback as post } from "../../../../worker/actions/farm/post-feedback.ts";
import { toEnglish } from "../../../../worker/format/localize.ts";
import { openKitsu } from "../../../../worker/services/kitsu.ts";
import { PICTURE_MAX_BYTES } from "../../../../worker/services/previews.ts";
import { openZou } from "../../../../worker/services/zou.ts";
import { FeedbackSettings, formatFeedback } from "../../../../worker/settings/feedback-settings.ts";
import { explainMember } from "../../../../worker/settings/setting-schemas.ts";
import { mapInEnglish } from "../../../support/worker/english.ts";
import { JPEG, PNG } from "../../../support/worker/pictures.ts";
import {
  API,
  ARTIST,
  addProject,
  BOT,
  BOT_TOKEN,
  type FakeZou,
  MANAGER,
  openFakeZou,
  type Row,
  STATUS,
} from "../../../support/worker/zou.ts";

let fake: FakeZou;
beforeEach(() => {
  fake = openFakeZou();
});

const RUN = { url: "https://edge.studio.tld/runs/5f0c5f0c5f0c5f0c5f0c5f0c5f0c5f0c?at=1795455610257" };
const JOB = "https://flamenco.studio.tld/app/jobs/1";

type More = { person?: Row; tell?: object; farUntil?: number };

/** A Kitsu of its own for each, because tables are cached by its address. */
const makeContext = ({
  person = MANAGER,
  tell = { done: "done", failed: "retake" },
  farUntil = 5_000,
}: More = {}): FeedbackContext => ({
  kitsu: openKitsu(openZou(API, BOT_TOKEN, new AbortController().signal), `${API}?${crypto.randomUUID()}`, []),
  person: { id: person.id, name: String(person.full_name) },
  run: RUN,
  farm: "Flamenco",
  localize: toEnglish,
  feedback: v.parse(FeedbackSettings, tell),
  until: Date.now() + farUntil,
});

const postFeedback = async (...parameters: Parameters<typeof post>) => mapInEnglish(await post(...parameters));

const done = (task: string | undefined, rest: Partial<ShotFeedback> = {}): ShotFeedback => ({
  task: task ?? "",
  state: "done",
  url: JOB,
  ...rest,
});
const withPicture = (task: string | undefined, bytes: Uint8Array<ArrayBuffer> = PNG) =>
  done(task, { picture: async () => bytes });
const PREVIEW = { done: "done", preview: true };

let projects = 700;
function makeTasks(count: number, rest: object = {}): string[] {
  projects += 1;
  return addProject(fake, projects, count, rest).taskIds;
}
const change = (taskId: string | undefined, members: object) =>
  Object.assign(fake.tasks.get(taskId ?? "") ?? {}, members);
const isWrite = ({ method }: { method: string }) => method !== "GET";

describe("the setting tell", () => {
  it.each([
    [{}, "done or failed"],
    [{ done: "" }, "short name"],
    [{ done: "wfa", when: "never" }, '"each" or "end"'],
    [{ done: "wfa", retakes: 1 }, ""],
  ])("refuses %o", (tell, words) => {
    const [issue] = v.safeParse(FeedbackSettings, tell).issues ?? [];
    expect(issue && toEnglish(explainMember(issue, "tell"))).toContain(words);
  });

  it("attaches no picture by default, and posts after each shot", () => {
    expect(v.parse(FeedbackSettings, { done: "wfa" })).toEqual({ done: "wfa", preview: false, when: "each" });
  });
});

describe("the text of the comment", () => {
  it("has the farm's page and the run, and why it failed", () => {
    expect(formatFeedback({ state: "done", url: JOB }, "Flamenco", RUN, toEnglish)).toBe(
      `Rendered with Flamenco.\n\nFlamenco: ${JOB}\nRun: ${RUN.url}`,
    );
    expect(formatFeedback({ state: "failed", reason: "No GPU" }, "Afanasy", RUN, toEnglish)).toBe(
      `The render with Afanasy failed: No GPU\n\nRun: ${RUN.url}`,
    );
  });

  it("mentions nobody, links only to pages, and stays short, whatever the farm says", () => {
    const text = formatFeedback(
      { state: "failed", reason: `@Animation\r\n\u0007${"x".repeat(5_000)}`, url: "javascript:alert(1)" },
      "Farm",
      RUN,
      toEnglish,
    );
    expect(text).toContain("@\u2060Animation\n x");
    expect(text).not.toContain("javascript");
    expect(text.length).toBeLessThan(1_200);
  });
});

describe("posting how a render ended", () => {
  it("comments in the person's name with the status for that end, and not on a cancel", async () => {
    const [one, two, three] = makeTasks(3);
    const shots: ShotFeedback[] = [
      done(one),
      { task: two ?? "", state: "failed", reason: "No GPU" },
      { task: three ?? "", state: "canceled" },
    ];
    const results = await postFeedback(makeContext(), shots);
    expect([...results.values()].map(({ state }) => state)).toEqual(["done", "done", "done"]);
    expect(fake.comments).toMatchObject([
      { object_id: one, task_status_id: STATUS.done, person_id: MANAGER.id, text: expect.stringContaining(JOB) },
      { object_id: two, task_status_id: STATUS.retake, person_id: MANAGER.id, text: expect.stringContaining("No GPU") },
    ]);
  });

  it("requests nothing from Kitsu if there is nothing to post", async () => {
    const [task] = makeTasks(1);
    expect(await postFeedback(makeContext({ tell: { failed: "retake" } }), [done(task)])).toEqual(
      new Map([[task, { state: "done" }]]),
    );
    expect(fake.requests).toEqual([]);
  });

  it("is settled, with the reason, if Kitsu is too old", async () => {
    const [one = "", two = ""] = makeTasks(2);
    Object.assign(fake, { version: "0.19.73", lacks: [/batch-comment/] });
    const refused = { state: "refused", reason: expect.stringContaining("this needs Zou 0.20.85 or later") };
    expect(await postFeedback(makeContext(), [done(one), done(two)])).toEqual(
      new Map([
        [one, refused],
        [two, refused],
      ]),
    );
  });

  it("keeps the status if the setting says so", async () => {
    const [task] = makeTasks(1);
    await postFeedback(makeContext({ tell: { done: "keep" } }), [done(task)]);
    expect(fake.comments).toMatchObject([{ task_status_id: STATUS.wip }]);
  });

  it("writes nothing twice, however often it is called", async () => {
    const tasks = makeTasks(2);
    const shots = tasks.map((task) => withPicture(task));
    await postFeedback(makeContext({ tell: PREVIEW }), shots);
    fake.requests.length = 0;
    const again = await postFeedback(makeContext({ tell: PREVIEW }), shots);
    expect([...again.values()]).toEqual([{ state: "done" }, { state: "done" }]);
    expect(fake.requests.filter(isWrite)).toEqual([]);
    expect([fake.comments.length, fake.previews.size]).toEqual([2, 2]);
  });

  it("finds a comment whose answer was lost", async () => {
    const [task] = makeTasks(1);
    const context = makeContext();
    const { zou } = context.kitsu;
    const losing = {
      ...context.kitsu,
      zou: {
        ...zou,
        write: async (...given: Parameters<typeof zou.write>) => {
          await zou.write(...given);
          fake.next.push(new TypeError("Network connection lost"));
          return zou.write(...given);
        },
      },
    };
    expect(await postFeedback({ ...context, kitsu: losing }, [done(task)])).toEqual(
      new Map([[task, { state: "done" }]]),
    );
    expect(fake.comments).toHaveLength(1);
  });

  it("is to be tried later if Kitsu can't be reached, and says why not if the account is refused", async () => {
    const [task] = makeTasks(1);
    fake.next = Array.from({ length: 3 }, () => new TypeError("Network connection lost"));
    const lost = (await postFeedback(makeContext(), [done(task)])).get(task ?? "");
    expect(lost).toEqual({ state: "later", reason: "Kitsu could not be reached." });
    expect(isSettled(lost)).toBe(false);
    fake.next = [Response.json({ msg: "Token has been revoked" }, { status: 401 })];
    expect((await postFeedback(makeContext(), [done(task)])).get(task ?? "")).toMatchObject({ state: "refused" });
    expect(fake.comments).toEqual([]);
  });

  it("posts the others if one task is gone and another takes no comment", async () => {
    const [one, two, three] = makeTasks(3, { max_retakes: 1 });
    change(one, { task_status_id: STATUS.retake, retake_count: 1 });
    fake.tasks.delete(two ?? "");
    const results = await postFeedback(makeContext({ tell: { done: "keep" } }), [done(one), done(two), done(three)]);
    expect(results.get(one ?? "")).toEqual({
      state: "refused",
      reason: "Kitsu refused: “No more retakes allowed on this task”.",
    });
    expect(results.get(two ?? "")).toMatchObject({ state: "refused", reason: expect.stringContaining("deleted") });
    expect(results.get(three ?? "")).toEqual({ state: "done" });
    expect(fake.comments).toMatchObject([{ object_id: three }]);
  });

  it("posts a few at once, and leaves the others for the next call", async () => {
    const tasks = makeTasks(FEEDBACK_BATCH + 2);
    const results = await postFeedback(
      makeContext(),
      tasks.map((task) => done(task)),
    );
    expect([...results.keys()]).toEqual(tasks.slice(0, FEEDBACK_BATCH));
    expect(fake.requests.length).toBeLessThan(25);
  });
});

describe("the author and rights of a comment", () => {
  it("sets no status that the person could not set by hand, and says so", async () => {
    const [own, foreign] = makeTasks(2);
    change(own, { assignees: [ARTIST.id] });
    const results = await postFeedback(makeContext({ person: ARTIST }), [done(own), done(foreign)]);
    expect(results.get(own ?? "")?.reason).toBe("The status was not changed: Artists may not use the status done.");
    expect(results.get(foreign ?? "")?.reason).toContain("Only for its assignees");
    expect(fake.comments).toMatchObject([
      { person_id: ARTIST.id, task_status_id: STATUS.wip },
      { person_id: ARTIST.id, task_status_id: STATUS.wip },
    ]);
  });

  it("keeps the status if Kitsu or the project has none with that name", async () => {
    const [one] = makeTasks(1);
    const [two] = makeTasks(1, { task_statuses: [STATUS.wip] });
    const unknown = await postFeedback(makeContext({ tell: { done: "old" } }), [done(one)]);
    expect(unknown.get(one ?? "")).toEqual({
      state: "done",
      reason: "The status was not changed: Kitsu has no status with that name.",
    });
    expect((await postFeedback(makeContext(), [done(two)])).get(two ?? "")?.reason).toContain(
      "the project does not use done",
    );
    expect(fake.comments).toMatchObject([{ task_status_id: STATUS.wip }, { task_status_id: STATUS.wip }]);
  });

  it("signs with the name if Zou does not accept the author from the bot, or no longer knows the person", async () => {
    const [task, other] = makeTasks(2);
    const member = [...fake.teams.values()].flat().find(({ person }) => person === BOT);
    Object.assign(member ?? {}, { project_role: "supervisor" });
    await postFeedback(makeContext(), [done(task)]);
    Object.assign(member ?? {}, { project_role: null });
    await postFeedback(makeContext({ person: { id: crypto.randomUUID(), full_name: "Lea Left" } }), [done(other)]);
    expect(fake.comments).toMatchObject([
      { person_id: BOT.id, text: expect.stringMatching(/\n\n\(Person 2\)$/) },
      { person_id: BOT.id, text: expect.stringMatching(/\n\n\(Lea Left\)$/) },
    ]);
    await postFeedback(makeContext(), [done(task)]);
    expect(fake.comments).toHaveLength(2);
  });
});

describe("the picture", () => {
  const previews = () => [...fake.previews.values()];

  it.each([
    [PNG, "png"],
    [JPEG, "jpg"],
  ])("is attached to the comment", async (picture) => {
    const [task] = makeTasks(1);
    expect(await postFeedback(makeContext({ tell: PREVIEW }), [withPicture(task, picture)])).toEqual(
      new Map([[task, { state: "done" }]]),
    );
    expect(previews()).toMatchObject([
      { comments: [fake.comments[0]?.id], task_id: task, original_name: "rendered", file_size: picture.length },
    ]);
  });

  it("is not even fetched if it is not wanted", async () => {
    const [task] = makeTasks(1);
    const picture = () => Promise.reject(new Error("Nobody wants it"));
    await postFeedback(makeContext(), [done(task, { picture })]);
    expect([fake.comments.length, previews()]).toEqual([1, []]);
  });

  const tooLarge = new Uint8Array(PICTURE_MAX_BYTES + 1);
  tooLarge.set(PNG);
  it.each([
    ["can't be had", () => Promise.reject(new TypeError("Network connection lost")), undefined],
    ["is not there", async () => undefined, undefined],
    [
      "is no picture",
      async () => Uint8Array.from(new TextEncoder().encode("<html>Log in</html>")),
      "is not a PNG or a JPEG",
    ],
    ["is too large", async () => tooLarge, "larger than 20 MB"],
  ])("never costs the comment if it %s", async (_, picture, reason) => {
    const [task] = makeTasks(1);
    const result = (await postFeedback(makeContext({ tell: PREVIEW }), [done(task, { picture })])).get(task ?? "");
    expect(result?.state).toBe("done");
    expect(result?.reason).toEqual(reason && expect.stringContaining(reason));
    expect([fake.comments.length, previews()]).toEqual([1, []]);
  });

  /** Lets Zou answer the requests before the file normally, and the file like this. */
  function answerFile(answer: Response | Error) {
    const { push } = fake.requests;
    fake.requests.push = (...requests) => {
      if (requests.some(({ path }) => path.startsWith("/pictures/"))) fake.next = [answer];
      return push.apply(fake.requests, requests);
    };
    return () => {
      fake.requests.push = push;
    };
  }

  it("leaves no empty preview in Kitsu if Zou fails on it", async () => {
    const [task] = makeTasks(1);
    answerFile(Response.json({ error: true, message: "cannot identify image file" }, { status: 500 }));
    const result = (await postFeedback(makeContext({ tell: PREVIEW }), [withPicture(task)])).get(task ?? "");
    expect(result).toEqual({ state: "done", reason: "The picture is missing. Kitsu failed with status 500." });
    expect([fake.comments.length, previews()]).toEqual([1, []]);
  });

  it("is completed the next time if the connection broke in the middle", async () => {
    const [task] = makeTasks(1);
    const restore = answerFile(new TypeError("Network connection lost"));
    expect((await postFeedback(makeContext({ tell: PREVIEW }), [withPicture(task)])).get(task ?? "")?.state).toBe(
      "later",
    );
    restore();
    expect((await postFeedback(makeContext({ tell: PREVIEW }), [withPicture(task)])).get(task ?? "")).toEqual({
      state: "done",
    });
    expect([fake.comments.length, previews().length, previews()[0]?.original_name]).toEqual([1, 1, "rendered"]);
  });

  it("is left for the next time if there is no time left", async () => {
    const [task] = makeTasks(1);
    const first = await postFeedback(makeContext({ tell: PREVIEW, farUntil: -1 }), [withPicture(task)]);
    expect([first.get(task ?? "")?.state, fake.comments.length, previews().length]).toEqual(["later", 1, 0]);
    await postFeedback(makeContext({ tell: PREVIEW }), [withPicture(task)]);
    expect([fake.comments.length, previews().length]).toEqual([1, 1]);
  });
});
