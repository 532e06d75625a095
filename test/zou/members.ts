// The same question to the real Zou and to the playground's: has every answer the worker reads the members that were recorded?
import { readFile } from "node:fs/promises";
import { expect } from "vitest";
import { connect, type Row } from "./connection.ts";
import { makePng } from "./png.ts";

const ids = (rows: readonly Row[]) => encodeURIComponent(JSON.stringify(rows.slice(0, 20).map(({ id }) => id)));

export async function checkMembers(api: string, botToken: string): Promise<void> {
  const bot = connect(api, botToken);
  const [project] = await bot.get("/data/projects/open");
  const [person] = await bot.get("/data/persons");
  const tasks = await bot.get(`/data/tasks?project_id=${project?.id}&relations=true`);
  const previews = tasks.flatMap(({ last_preview_file_id: id }): Row[] => (typeof id === "string" ? [{ id }] : []));
  const routes = {
    "task-types": "/data/task-types",
    "task-status": "/data/task-status",
    "entity-types": "/data/entity-types",
    organisations: "/data/organisations",
    departments: "/data/departments",
    "persons-to-manager": "/data/persons",
    "person-to-manager": `/data/persons/${person?.id}`,
    "authenticated-bot": "/auth/authenticated",
    "projects-open": "/data/projects/open",
    "team-to-manager": `/data/projects/${project?.id}/team`,
    "tasks-by-id": `/data/tasks?id=${ids(tasks)}&relations=true`,
    "entities-short": `/data/entities?project_id=${project?.id}`,
    "preview-files": `/data/preview-files?id=${ids(previews)}`,
  };
  for (const [fixture, path] of Object.entries(routes)) {
    const { answer } = JSON.parse(await readFile(`test/fixtures/zou/${fixture}.json`, "utf8"));
    const now: unknown = await bot.get(path);
    expect(members(now), `${fixture}: ${path.slice(0, 100)}`).toEqual(members(answer));
    expect(members(now).length).toBeGreaterThan(1);
  }
  await checkWrites(api, botToken, tasks);
}

/** The same of what is written: a comment that keeps the status, and a preview and a playlist that are removed again. */
async function checkWrites(api: string, botToken: string, tasks: readonly Row[]): Promise<void> {
  const bot = connect(api, botToken);
  const task = tasks.find(({ last_preview_file_id: id }) => typeof id === "string");
  const expectMembers = async (fixture: string, now: unknown) => {
    const { answer } = JSON.parse(await readFile(`test/fixtures/zou/${fixture}.json`, "utf8"));
    expect(members(now), fixture).toEqual(members(answer));
  };
  const comments = [{ task_id: task?.id, task_status_id: task?.task_status_id, text: "Hello" }];
  const [comment] = await bot.post<Row[]>("/actions/tasks/batch-comment", { comments });
  await expectMembers("batch-comment", comment);
  const path = `/actions/tasks/${task?.id}/comments/${comment?.id}`;
  const preview = await bot.post(`${path}/add-preview`, {});
  await expectMembers("add-preview", preview);
  const picture = makePng(64, 36, [200, 60, 20]);
  await expectMembers("preview-uploaded", await bot.upload(`/pictures/preview-files/${preview.id}`, "rendered.png", picture));
  await bot.remove(`${path}/preview-files/${preview.id}`);
  await expectMembers("task-comments", await bot.get(`/data/tasks/${task?.id}/comments`));
  await expectMembers("output-files", await bot.get("/data/output-files"));
  await expectMembers("working-files", await bot.get("/data/working-files"));
  const shots = [{ entity_id: task?.entity_id, preview_file_id: task?.last_preview_file_id }];
  const playlist = await bot.post("/data/playlists", { name: "Members", project_id: task?.project_id, episode_id: null, shots });
  await expectMembers("playlist-created", playlist);
  expect(await bot.get<Row>(`/data/playlists/${playlist.id}`)).toEqual(playlist);
  await bot.remove(`/data/playlists/${playlist.id}`);
}

/** The names of the answer's members, of its first row where it is a list. */
function members(answer: unknown): string[] {
  const row: unknown = Array.isArray(answer) ? answer[0] : answer;
  return Object.keys(typeof row === "object" && row !== null ? row : {}).sort();
}
