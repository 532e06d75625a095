// Checks that every answer has the members that the worker reads. A Zou may have more.

import * as v from "valibot";
import { expect } from "vitest";
import { OutputFile, WorkingFile } from "../../worker/services/zou-files.ts";
import {
  Descriptor,
  Entity,
  Named,
  Organisation,
  Playlist,
  PreviewFile,
  Project,
  Task,
  TaskStatus,
  TaskType,
  TeamMember,
  ZouPerson,
} from "../../worker/services/zou-objects.ts";
import { connect, type Row } from "./connection.ts";
import { makePng } from "./png.ts";

type Schema = v.GenericSchema & { entries: v.ObjectEntries };

/** Zou shows these only to managers and to the person, and only of one person at a time. */
const LISTED = v.omit(ZouPerson, ["email", "locale", "timezone"]);
const Comment = v.object({ id: v.string(), object_id: v.string(), text: v.string(), previews: v.array(v.unknown()) });
const Commented = v.object({ object_id: v.string() });
const Made = v.object({ id: v.string(), original_name: v.nullable(v.string()) });

const ids = (rows: readonly Row[]) => encodeURIComponent(JSON.stringify(rows.slice(0, 20).map(({ id }) => id)));

/** Members that older Zous lack, and that the worker can do without. */
export const NOT_IN_OLDER_ZOUS = ["project_role", "task_type_id", "is_client_stats_visible"];

/** @param dispensable members that this Zou may lack */
export async function checkMembers(api: string, botToken: string, dispensable: readonly string[] = []): Promise<void> {
  const bot = connect(api, botToken);
  const [project] = await bot.get("/data/projects/open");
  const [person] = await bot.get("/data/persons");
  const tasks = await bot.get(`/data/tasks?project_id=${project?.id}&relations=true`);
  const previews = tasks.flatMap(({ last_preview_file_id: id }): Row[] => (typeof id === "string" ? [{ id }] : []));
  const read: Readonly<Record<string, Schema>> = {
    "/data/task-types": TaskType,
    "/data/task-status": TaskStatus,
    "/data/entity-types": Named,
    "/data/organisations": Organisation,
    "/data/persons": LISTED,
    [`/data/persons/${person?.id}`]: ZouPerson,
    "/data/projects/open": Project,
    [`/data/projects/${project?.id}/team`]: TeamMember,
    [`/data/tasks?id=${ids(tasks)}&relations=true`]: Task,
    [`/data/entities?project_id=${project?.id}`]: Entity,
    [`/data/preview-files?id=${ids(previews)}`]: PreviewFile,
    "/data/output-files": OutputFile,
    "/data/working-files": WorkingFile,
  };
  const expectMembers = expectAllBut(dispensable);
  for (const [path, schema] of Object.entries(read)) expectMembers(path, await bot.get<unknown>(path), schema);
  const { user } = await bot.get<{ user: unknown }>("/auth/authenticated");
  expectMembers("/auth/authenticated", user, ZouPerson);
  expectMembers("descriptors", project?.descriptors, Descriptor);
  await checkWrites(api, botToken, tasks);
}

/** The same for writes, which keep the status and remove what they create. */
async function checkWrites(api: string, botToken: string, tasks: readonly Row[]): Promise<void> {
  const bot = connect(api, botToken);
  const expectMembers = expectAllBut([]);
  const task = tasks.find(({ last_preview_file_id: id }) => typeof id === "string");
  const comments = [{ task_id: task?.id, task_status_id: task?.task_status_id, text: "Hello" }];
  const [comment] = await bot.post<Row[]>("/actions/tasks/batch-comment", { comments });
  expectMembers("batch-comment", comment, Commented);
  const path = `/actions/tasks/${task?.id}/comments/${comment?.id}`;
  const preview = await bot.post(`${path}/add-preview`, {});
  expectMembers("add-preview", preview, Made);
  const picture = makePng(64, 36, [200, 60, 20]);
  expectMembers("upload", await bot.upload(`/pictures/preview-files/${preview.id}`, "rendered.png", picture), Made);
  await bot.remove(`${path}/preview-files/${preview.id}`);
  expectMembers("comments", await bot.get(`/data/tasks/${task?.id}/comments`), Comment);
  const shots = [{ entity_id: task?.entity_id, preview_file_id: task?.last_preview_file_id }];
  const playlist = await bot.post("/data/playlists", {
    name: "Members",
    project_id: task?.project_id,
    episode_id: null,
    shots,
  });
  expectMembers("playlist", await bot.get<Row>(`/data/playlists/${playlist.id}`), Playlist);
  await bot.remove(`/data/playlists/${playlist.id}`);
}

/** Checks the first row of a list. The schema must also accept the values. */
const expectAllBut = (dispensable: readonly string[]) => (path: string, answer: unknown, schema: Schema) => {
  const row: unknown = Array.isArray(answer) ? answer[0] : answer;
  const there = Object.keys(typeof row === "object" && row !== null ? row : {});
  const absent = Object.keys(schema.entries).filter((name) => !there.includes(name) && !dispensable.includes(name));
  expect(absent, `${path.slice(0, 100)} has ${there}`).toEqual([]);
  v.parse(schema, row);
};
