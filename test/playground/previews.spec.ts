/** Pictures published with a comment in two steps, compared with recordings of the real Zou. */
import { readFileSync } from "node:fs";
import { TASKS, type Task } from "../../playground/data.ts";
import { ADA, BOT, CHIARA, FRIDA, GRETA, OLGA, type Person } from "../../playground/data-people.ts";
import { PAPER_LANTERN } from "../../playground/data-projects.ts";
import { makePng } from "../zou/png.ts";
import { expect } from "./support/playground.ts";
import { type Ask, ask, expectShape, logIn, post, readRecording, test, UNKNOWN } from "./support/zou.ts";

const PNG = makePng(64, 36, [9, 99, 200]);
const JPEG = readFileSync(new URL("../../playground/media/rendered.jpg", import.meta.url));
const GONE = { status: 404, answer: readRecording("error-unknown-id").answer };
const REFUSED = { status: 403, answer: readRecording("batch-comment-forbidden").answer };

/** A task without a preview, different each time, because what a test writes stays. */
const used = new Set<Task>();
function takeTask(): Task {
  const isFree = ({ entity, status, assignees }: Task) =>
    entity.projectId === PAPER_LANTERN.id &&
    status.shortName === "todo" &&
    ![CHIARA, FRIDA].some((one) => assignees.includes(one));
  const task = TASKS.find((one) => isFree(one) && !used.has(one));
  if (!task) throw new Error("There are such tasks");
  used.add(task);
  return task;
}

async function comment(askAs: Ask, { id, status }: Task): Promise<string> {
  const { answer } = await askAs(
    `/actions/tasks/${id}/comment`,
    BOT,
    post({ task_status_id: status.id, comment: "Look" }),
  );
  return `/actions/tasks/${id}/comments/${Object(answer).id}`;
}

async function begin(askAs: Ask, task: Task): Promise<{ path: string; id: string }> {
  const path = await comment(askAs, task);
  return { path, id: Object((await askAs(`${path}/add-preview`, BOT, post({}))).answer).id };
}

function form(name: string, bytes: Uint8Array<ArrayBuffer>, member = "file"): FormData {
  const made = new FormData();
  made.append(member, new Blob([bytes]), name);
  return made;
}

const upload = (askAs: Ask, id: string, body: unknown, as: Person = BOT) =>
  askAs(`/pictures/preview-files/${id}`, as, post(body));
const read = async (askAs: Ask, id: string) => (await askAs(`/data/preview-files?id=${id}`)).answer;
const readRow = async (askAs: Ask, { id }: Task) => Object((await askAs(`/data/tasks/${id}`)).answer);

function refusalOf(name: string) {
  const { status, answer } = readRecording(name);
  return { status, answer };
}

test("publishes a picture in two steps, and shows the task with it", async ({ askAs, zou }) => {
  const task = takeTask();
  const before = await readRow(askAs, task);
  const path = await comment(askAs, task);
  const begun = await askAs(`${path}/add-preview`, BOT, post({}));
  expectShape(begun, "add-preview");
  const { id, revision } = Object(begun.answer);
  expect(await readRow(askAs, task)).toMatchObject({ last_preview_file_id: before.last_preview_file_id });
  const picture = `/pictures/thumbnails/preview-files/${id}.png`;
  expect(await askAs(picture)).toMatchObject(GONE);
  expect(await askAs(`/movies/originals/preview-files/${id}.mp4`)).toMatchObject(GONE);

  const uploaded = await upload(askAs, id, form("SH010 light.v01.PNG", PNG));
  expectShape(uploaded, "preview-uploaded");
  const known = { original_name: "SH010 light.v01", extension: "png", width: 64, height: 36, status: "ready" };
  expect(uploaded.answer).toMatchObject({ id, revision, person_id: BOT.id, ...known });
  expect(await readRow(askAs, task)).toMatchObject({ last_preview_file_id: id });
  expect(await read(askAs, id)).toEqual([uploaded.answer]);
  // A second preview of the same revision, whose file never comes.
  expect((await askAs(`${path}/add-preview`, BOT, post({}))).answer).toMatchObject({ revision, position: 2 });
  const comments = await askAs(`/data/tasks/${task.id}/comments`);
  expectShape(comments, "task-comments-previews");
  expect(comments.answer).toMatchObject([
    {
      previews: [
        { id, ...known },
        { status: "processing", original_name: null },
      ],
    },
  ]);

  const token = await logIn(zou, ADA);
  for (const size of ["thumbnails", "thumbnails-square", "previews", "originals"]) {
    const response = await fetch(`${zou}/api${picture.replace("thumbnails", size)}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect([response.headers.get("content-type"), Buffer.from(await response.arrayBuffer()).equals(PNG)]).toEqual([
      "image/png",
      true,
    ]);
  }
  expect(await askAs(picture, OLGA)).toMatchObject(REFUSED);
  const jpeg = await begin(askAs, task);
  expect(await upload(askAs, jpeg.id, form("rendered.jpg", Uint8Array.from(JPEG)))).toMatchObject({
    status: 201,
    answer: { revision: revision + 1, extension: "png", width: 640, height: 360 },
  });
});

test("refuses a preview where the real Zou does", async ({ askAs, zou }) => {
  const task = takeTask();
  const path = await comment(askAs, task);
  const add = (body: unknown, as: Person = BOT, at = path) => askAs(`${at}/add-preview`, as, post(body));
  expect(await add({}, BOT, path.replace(/[^/]+$/, UNKNOWN))).toMatchObject(GONE);
  expect(await add({}, BOT, path.replace(task.id, UNKNOWN))).toMatchObject(GONE);
  for (const person of [CHIARA, FRIDA, OLGA]) expect(await add({}, person)).toMatchObject(REFUSED);
  expect(await add({ revision: -1 })).toMatchObject(refusalOf("add-preview-revision-wrong"));
  expect((await add({ revision: 1.5 })).status).toBe(400);
  expect((await add([])).status).toBe(400);
  expect(await add({ revision: 1 }, GRETA)).toMatchObject({
    status: 201,
    answer: { revision: 1, person_id: GRETA.id },
  });
  expect(await add({ revision: 1 }, BOT, await comment(askAs, task))).toMatchObject(
    refusalOf("add-preview-revision-taken"),
  );
  expect(await ask(zou, `${path}/add-preview`, post({}))).toMatchObject({ status: 401 });
  // A body that is not JSON counts as empty.
  expect(await add("nonsense")).toMatchObject({ status: 201, answer: { revision: 1, position: 2 } });
});

test("refuses a file where the real Zou does, and removes the preview only for a wrong extension", async ({
  askAs,
}) => {
  const task = takeTask();
  const { id } = await begin(askAs, task);
  const right = form("a.png", PNG);
  expect(await upload(askAs, UNKNOWN, right)).toMatchObject(GONE);
  expect(await upload(askAs, id, right, CHIARA)).toMatchObject(REFUSED);
  for (const none of [form("a.png", PNG, "picture"), form("", PNG), {}, ""]) {
    expect(await upload(askAs, id, none)).toMatchObject(refusalOf("preview-no-file"));
  }
  for (const bytes of ["", "<html>no</html>", "\x89PNG\r\n\x1a\n\0\0\0\0"]) {
    const broken = form("a.png", Uint8Array.from(Buffer.from(bytes, "latin1")));
    expect(await upload(askAs, id, broken)).toMatchObject(refusalOf("preview-broken"));
  }
  expect(await read(askAs, id)).toMatchObject([{ status: "processing", original_name: null }]);
  expect(await upload(askAs, id, right)).toMatchObject({ status: 201 });
  expect(await upload(askAs, id, right)).toMatchObject(refusalOf("preview-twice"));

  const other = await begin(askAs, task);
  expect(await upload(askAs, other.id, form("a.txt", PNG))).toMatchObject(refusalOf("preview-extension"));
  expect(await read(askAs, other.id)).toEqual([]);
});

test("lets anyone in the team remove a preview, and shows the one before it", async ({ askAs }) => {
  const task = takeTask();
  const first = await begin(askAs, task);
  await upload(askAs, first.id, form("first.png", PNG));
  const { path, id } = await begin(askAs, task);
  await upload(askAs, id, form("second.png", PNG));
  const remove = (one = id, as: Person = BOT) => askAs(`${path}/preview-files/${one}`, as, { method: "DELETE" });
  expect(await remove(id, OLGA)).toMatchObject(REFUSED);
  expect(await remove("nonsense")).toMatchObject({ status: 400, answer: { message: "Wrong UUID format." } });
  expect(await remove(UNKNOWN)).toMatchObject(GONE);
  expect(await readRow(askAs, task)).toMatchObject({ last_preview_file_id: id });
  expect(await remove(id, CHIARA)).toMatchObject({ status: 204 });
  expect(await readRow(askAs, task)).toMatchObject({ last_preview_file_id: first.id });
  expect(await remove()).toMatchObject(GONE);
});

test("shows a new picture in an open page", async ({ page, askAs }) => {
  await page.goto("/");
  const cell = page.locator("td[data-task-id]").first();
  const taskId = await cell.getAttribute("data-task-id");
  const task = TASKS.find(({ id }) => id === taskId);
  if (!task) throw new Error("Each cell is a task's");
  await cell.click();
  const { id } = await begin(askAs, task);
  await upload(askAs, id, form("rendered.jpg", Uint8Array.from(JPEG)));
  await expect(page.getByRole("img", { name: "Preview" })).toHaveJSProperty("naturalWidth", 640);
  const revision = page.getByRole("list", { name: "Comments" }).getByRole("link", { name: /^v\d{3}$/ });
  await expect(revision).toHaveAttribute("href", `/api/pictures/previews/preview-files/${id}.png`);
});
