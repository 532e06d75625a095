// The same question to the real Zou and to the playground's: has every answer the worker reads the members that were recorded?
import { readFile } from "node:fs/promises";
import { expect } from "vitest";
import { connect, type Row } from "./connection.ts";

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
}

/** The names of the answer's members, of its first row where it is a list. */
function members(answer: unknown): string[] {
  const row: unknown = Array.isArray(answer) ? answer[0] : answer;
  return Object.keys(typeof row === "object" && row !== null ? row : {}).sort();
}
