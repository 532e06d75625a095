/** Comments with statuses, files and previews, compared with recordings of the real Zou. */
import { TASKS, type Task } from "../../playground/data.ts";
import { ADA, BOT, BRUNO, CHIARA, EIKO, FRIDA, GRETA } from "../../playground/data-people.ts";
import { NIGHT_TRAM, PAPER_LANTERN } from "../../playground/data-projects.ts";
import { STATUSES } from "../../playground/data-tables.ts";
import { expect } from "./support/playground.ts";
import { type Ask, expectShape, post, readRecording, test, UNKNOWN } from "./support/zou.ts";

const PATH = "/actions/tasks/batch-comment";
const statusId = (shortName: string): string => STATUSES.find((status) => status.shortName === shortName)?.id ?? "";
const idsOf = (rows: readonly { id: string }[]): string => encodeURIComponent(JSON.stringify(rows.map(({ id }) => id)));

/** Different tasks each time, because what a test writes stays. */
let used = 0;
function takeTasks(count: number, fits: (task: Task) => boolean = () => true): Task[] {
  const found = TASKS.filter(({ entity }) => entity.projectId === PAPER_LANTERN.id && entity.kind === "Shot").filter(
    fits,
  );
  used += count;
  return found.slice(used - count, used);
}

async function readRow(askAs: Ask, { id }: Task) {
  return Object((await askAs(`/data/tasks/${id}`)).answer);
}

const write = (askAs: Ask, comments: object[], as = BOT) => askAs(PATH, as, post({ comments }));

test("lets a manager comment as someone else, and sets the comment's status", async ({ askAs }) => {
  const [task] = takeTasks(1, ({ status }) => status.shortName === "wip");
  if (!task) throw new Error("A task is in progress");
  const comment = {
    task_id: task.id,
    task_status_id: statusId("done"),
    text: "Well done @Ada Roy",
    person_id: BRUNO.id,
  };
  const answered = await write(askAs, [comment]);
  expectShape(answered, "batch-comment");
  expect(answered.answer).toMatchObject([{ person_id: BRUNO.id, mentions: [ADA.id] }]);
  expect(await readRow(askAs, task)).toMatchObject({ task_status_id: statusId("done"), done_date: expect.any(String) });
  expectShape(await askAs(`/data/tasks/${task.id}/comments`), "task-comments");
  const single = await askAs(
    `/actions/tasks/${task.id}/comment`,
    BOT,
    post({ task_status_id: statusId("done"), comment: "Twice" }),
  );
  expectShape(single, "comment-created");
});

test("ends the request at the first refused comment, and keeps those before it", async ({ askAs }) => {
  const [first, last] = takeTasks(2, ({ status }) => status.shortName === "wip");
  const capped = TASKS.find(({ entity, type }) => entity.data?.max_retakes === "as needed" && type.name === "Layout");
  if (!first || !last || !capped) throw new Error("There are such tasks");
  const retake = (task: Task) => ({
    task_id: task.id,
    task_status_id: statusId("retake"),
    text: "Again",
    person_id: ADA.id,
  });
  expect(await write(askAs, [retake(first), retake(capped), retake(last)])).toMatchObject({
    status: 500,
    answer: { message: "Internal server error." },
  });
  expect([(await readRow(askAs, first)).task_status_id, (await readRow(askAs, last)).task_status_id]).toEqual([
    statusId("retake"),
    last.status.id,
  ]);
  const before = Number((await readRow(askAs, first)).retake_count);
  for (let count = before; count < PAPER_LANTERN.maxRetakes; count += 1) {
    await write(askAs, [{ ...retake(first), task_status_id: statusId("wip") }]);
    await write(askAs, [retake(first)]);
  }
  const { status, answer } = readRecording("batch-comment-retakes");
  expect(await write(askAs, [retake(first)])).toMatchObject({ status, answer });
});

test("refuses comments like the real Zou", async ({ askAs }) => {
  const mine = TASKS.find(
    ({ entity, assignees }) => entity.projectId === PAPER_LANTERN.id && assignees.includes(CHIARA),
  );
  const other = TASKS.find(
    ({ entity, assignees }) => entity.projectId === PAPER_LANTERN.id && !assignees.includes(CHIARA),
  );
  const tram = TASKS.find(({ entity, type }) => entity.projectId === NIGHT_TRAM.id && type.name === "Modeling");
  if (!mine || !other || !tram) throw new Error("There are such tasks");
  const say = (task: Task, shortName: string) => ({
    task_id: task.id,
    task_status_id: statusId(shortName),
    text: "Hello",
  });
  const { status, answer } = readRecording("batch-comment-forbidden");
  for (const [who, comment] of [
    [CHIARA, say(other, "wip")],
    [CHIARA, say(mine, "done")],
    [GRETA, say(mine, "wip")],
    [EIKO, say(tram, "wip")],
    [CHIARA, say(tram, "wip")],
  ] as const) {
    expect(await write(askAs, [comment], who)).toMatchObject({ status, answer });
  }
  // Only managers can write as someone else.
  expect(await write(askAs, [{ ...say(mine, "wip"), person_id: ADA.id }], CHIARA)).toMatchObject({
    status: 201,
    answer: [{ person_id: CHIARA.id }],
  });
  const unknown = readRecording("batch-comment-unknown");
  for (const wrong of [{ task_id: UNKNOWN }, { task_status_id: UNKNOWN }, { person_id: UNKNOWN }])
    expect(await write(askAs, [{ ...say(mine, "wip"), ...wrong }])).toMatchObject({
      status: 404,
      answer: unknown.answer,
    });
});

test("copies a comment with a hashtag to the entity's other tasks, unless a hidden character follows the #", async ({
  askAs,
}) => {
  // A shot without retakes, because a task at its limit of retakes would refuse the copy.
  const shot = TASKS.filter(({ entity }) => entity.projectId === PAPER_LANTERN.id && entity.kind === "Shot")
    .map(({ entity }) => TASKS.filter((task) => task.entity === entity))
    .findLast((tasks) => tasks.every(({ status }) => status.shortName !== "retake"));
  const [task] = shot ?? [];
  if (!shot || !task) throw new Error("None of a shot's tasks is sent back");
  const count = async () => {
    const lists = await Promise.all(shot.map(({ id }) => askAs(`/data/tasks/${id}/comments`)));
    return lists.map(({ answer }) => (Array.isArray(answer) ? answer.length : -1));
  };
  const differences: number[][] = [];
  for (const text of ["for #All", "for #Animation", "for #\u2060All and #\u2060Animation"]) {
    const before = await count();
    await write(askAs, [{ task_id: task.id, task_status_id: statusId("todo"), text }]);
    differences.push((await count()).map((after, index) => after - (before[index] ?? 0)));
  }
  expect(differences).toEqual([
    [1, 1, 1, 1],
    [1, 1, 0, 0],
    [1, 0, 0, 0],
  ]);
});

test("lists files for some shots, and none for vendors", async ({ askAs }) => {
  const shots = TASKS.filter(({ entity, type }) => entity.kind === "Shot" && type.name === "Layout").slice(0, 16);
  const outputs = await askAs(`/data/output-files?entity_id=${idsOf(shots.map(({ entity }) => entity))}`);
  expectShape(outputs, "output-files");
  const working = await askAs(`/data/working-files?task_id=${idsOf(shots)}`);
  expectShape(working, "working-files");
  const found = new Set(Array.isArray(working.answer) ? working.answer.map(({ task_id }) => task_id) : []);
  expect(found.size).toBeGreaterThan(3);
  expect(found.size).toBeLessThan(shots.length);
  const { status, answer } = readRecording("output-files-vendor");
  expect(await askAs("/data/output-files", FRIDA)).toMatchObject({ status, answer });
});

test("serves previews as real files, whole and in part", async ({ askAs, zou, playwright }) => {
  const { answer } = await askAs(`/data/preview-files?extension=mp4`);
  const [movie] = Array.isArray(answer) ? answer : [];
  const login = await askAs("/auth/login", BOT, post({ email: ADA.email, password: "playground" }));
  const api = await playwright.request.newContext({
    extraHTTPHeaders: { authorization: `Bearer ${Object(login.answer).access_token}` },
  });
  const url = `${zou}/api/movies/originals/preview-files/${movie.id}.mp4`;
  const whole = await api.get(url);
  const bytes = await whole.body();
  expect([whole.headers()["content-type"], bytes.length, bytes.toString("latin1", 4, 8)]).toEqual([
    "video/mp4",
    movie.file_size,
    "ftyp",
  ]);
  const parts: [range: string, status: number, contentRange: string | undefined][] = [
    ["bytes=4-7", 206, `bytes 4-7/${bytes.length}`],
    [`bytes=${bytes.length - 4}-`, 206, `bytes ${bytes.length - 4}-${bytes.length - 1}/${bytes.length}`],
    ["bytes=-4", 206, `bytes ${bytes.length - 4}-${bytes.length - 1}/${bytes.length}`],
    [`bytes=${bytes.length}-`, 416, undefined],
  ];
  for (const [range, status, contentRange] of parts) {
    const part = await api.get(url, { headers: { range } });
    expect([range, part.status(), part.headers()["content-range"]]).toEqual([range, status, contentRange]);
    if (status === 206) expect((await part.body()).length).toBe(4);
  }
  const picture = await api.get(`${zou}/api/pictures/originals/preview-files/${movie.id}.png`);
  expect((await picture.body()).toString("latin1", 1, 4)).toBe("PNG");
  expect((await api.get(url.replace(".mp4", ".mov"))).status()).toBe(404);
  expect((await api.head(url)).headers()["content-length"]).toBe(String(bytes.length));
  await api.dispose();
});

test("shows a new status in an open page and after a reload", async ({ page, askAs }) => {
  await page.goto("/");
  const cell = page.locator("td[data-task-id]").nth(1);
  const id = (await cell.getAttribute("data-task-id")) ?? "";
  await cell.click();
  const comments = page.getByRole("list", { name: "Comments" });
  await write(askAs, [
    { task_id: id, task_status_id: statusId("done"), text: "Approved <b>today</b>", person_id: ADA.id },
  ]);
  await expect(cell.locator(".tag")).toHaveText("done");
  await expect(comments).toContainText("Approved <b>today</b>");
  await page.reload();
  await expect(cell.locator(".tag")).toHaveText("done");
  const store = `document.querySelector("#app").__vue_app__.config.globalProperties.$store`;
  await page.evaluate(`${store}.dispatch("loadTask", { taskId: "${id}" })`);
  await page.goto(`${new URL(page.url()).pathname}/tasks/${id}`);
  await expect(page.getByRole("heading", { level: 2 })).toBeVisible();
  await expect(page.getByRole("list", { name: "Comments" })).toContainText("Approved");
});
