// A Zou in memory, for what the worker asks of one. It answers in the shapes recorded from Zou 1.0.97 (test/fixtures/zou) and refuses what that
// refuses: wrong tokens, ids that are none, request lines that gunicorn won't read, projects the caller is not in.
import { vi } from "vitest";
import { checkStays } from "./no-redirect.ts";
import { takeComments } from "./zou-comments.ts";
import { answerPlaylist, makePlaylist } from "./zou-playlists.ts";
import { answerPreviews } from "./zou-previews.ts";

export const API = "https://kitsu.studio.tld/api";
export const BOT_TOKEN = "bot-token-of-a-manager";

export const id = (kind: number, number: number) =>
  `${kind.toString(16).padStart(8, "0")}-0000-4000-8000-${number.toString(16).padStart(12, "0")}`;

export type Row = Record<string, unknown> & { id: string };
type Team = { person: Row; project_role: string | null }[];

const person = (number: number, role: string, rest: object = {}): Row => ({
  id: id(1, number),
  full_name: `Person ${number}`,
  email: `person${number}@studio.tld`,
  active: true,
  role,
  departments: [],
  is_bot: false,
  daily_salary: 4_711,
  ...rest,
});

export const ADMIN = person(1, "admin");
export const MANAGER = person(2, "manager");
export const SUPERVISOR = person(3, "supervisor");
export const ARTIST = person(4, "user", { full_name: `Zoé "<script>" 🦊` });
export const CLIENT = person(5, "client");
export const VENDOR = person(6, "vendor");
export const PROMOTED = person(7, "user");
export const DEMOTED = person(8, "manager");
export const INACTIVE = person(9, "manager", { active: false });
export const OUTSIDER = person(10, "manager");
export const BOT = person(11, "manager", { is_bot: true });
export const PEOPLE = [ADMIN, MANAGER, SUPERVISOR, ARTIST, CLIENT, VENDOR, PROMOTED, DEMOTED, INACTIVE, OUTSIDER, BOT];

export const STATUS = {
  todo: id(5, 1),
  wip: id(5, 2),
  retake: id(5, 3),
  done: id(5, 4),
  old: id(5, 5),
  concept: id(5, 6),
};
const status = (key: keyof typeof STATUS, color: string, rest: object = {}) => ({
  id: STATUS[key],
  name: key,
  short_name: key,
  color,
  priority: 1,
  is_done: false,
  is_retake: false,
  is_artist_allowed: true,
  is_client_allowed: true,
  for_concept: false,
  archived: false,
  ...rest,
});
const TABLES: Record<string, Row[]> = {
  "/data/task-types": [
    { id: id(4, 1), name: "Animation", color: "#009688", priority: 1, for_entity: "Shot", department_id: null },
    { id: id(4, 2), name: "Modeling", color: "#78909C", priority: 2, for_entity: "Asset", department_id: null },
  ],
  "/data/task-status": [
    status("todo", "#f5f5f5"),
    status("wip", "#3273dc", { is_wip: true, is_client_allowed: false }),
    status("retake", "#ff3860", { is_retake: true }),
    status("done", "#22d160", { is_done: true, is_artist_allowed: false }),
    status("old", "#8d6e63", { archived: true }),
    status("concept", "#cccccc", { for_concept: true }),
  ],
  "/data/entity-types": [
    { id: id(6, 1), name: "Shot" },
    { id: id(6, 2), name: "Character" },
  ],
  "/data/departments": [{ id: id(8, 1), name: "Animation" }],
  "/data/organisations": [{ id: id(7, 1), name: "Studio", hours_by_day: 8 }],
  "/data/persons": PEOPLE,
};

export type FakeZou = {
  /** path and query of every request, in order */
  requests: { method: string; path: string; token: string; body: unknown }[];
  /** answers instead of the Zou, once per call, as long as there are some */
  next: (Response | Error)[];
  sessions: Map<string, Row>;
  tasks: Map<string, Row>;
  entities: Map<string, Row>;
  projects: Map<string, Row & { team: string[] }>;
  teams: Map<string, Team>;
  playlists: Row[];
  comments: Row[];
  previews: Map<string, Row>;
  outputFiles: Row[];
  workingFiles: Row[];
  version: string;
  /** paths of routes that this version does not have */
  lacks: RegExp[];
  /** its clock, in epoch milliseconds */
  now(): number;
};

export const readStatus = (statusId: unknown): Row | undefined =>
  TABLES["/data/task-status"]?.find(({ id }) => id === statusId);

/** The role that counts in a project; undefined for whoever is not of its team. */
export function roleOf(zou: FakeZou, caller: Row, projectId: unknown): unknown {
  if (caller.role === "admin") return "admin";
  const member = zou.teams.get(String(projectId))?.find((one) => one.person.id === caller.id);
  return member && (member.project_role ?? caller.role);
}

/** Whatever stands before "/api" tells one test's Zou from the next one's, for tables are kept by their address. */
const pathOf = (url: URL) => url.pathname.replace(/^.*?\/api/, "");

/** Puts a Zou in the way of fetch. */
export function openFakeZou(): FakeZou {
  const zou: FakeZou = {
    requests: [],
    next: [],
    sessions: new Map(PEOPLE.map((one) => [`session-${one.id}`, one])),
    tasks: new Map(),
    entities: new Map(),
    projects: new Map(),
    teams: new Map(),
    playlists: [],
    comments: [],
    previews: new Map(),
    outputFiles: [],
    workingFiles: [],
    version: "1.0.97",
    lacks: [],
    now: Date.now,
  };
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    checkStays(init);
    const request = new Request(input, init);
    const url = new URL(request.url);
    const token = request.headers.get("authorization")?.replace("Bearer ", "") ?? "";
    const isForm = request.headers.get("content-type")?.startsWith("multipart/form-data");
    const body =
      request.method === "GET"
        ? undefined
        : await (isForm ? request.formData() : request.json()).catch(() => undefined);
    const path = `${pathOf(url)}${url.search}`;
    zou.requests.push({ method: request.method, path, token, body });
    if (request.signal.aborted) throw request.signal.reason;
    const instead = zou.next.shift();
    if (instead instanceof Error) throw instead;
    if (instead !== undefined) return instead;
    if (`GET ${url.pathname}${url.search} HTTP/1.1\r\n`.length > 4_094)
      return new Response("<html><title>Bad Request</title>", { status: 400 });
    return answer(zou, request.method, url, token, body);
  });
  return zou;
}

/** Makes a project with a team of everybody but the outsider, and tasks on shots of one sequence. */
export function addProject(
  zou: FakeZou,
  number: number,
  taskCount: number,
  rest: object = {},
): { projectId: string; taskIds: string[] } {
  const projectId = id(2, number);
  const team = PEOPLE.filter((one) => one !== OUTSIDER);
  zou.projects.set(projectId, {
    id: projectId,
    name: `Project ${number}`,
    production_type: "short",
    fps: "25.000",
    descriptors: [],
    team: team.map((one) => one.id),
    ...rest,
  });
  const roles = new Map([
    [PROMOTED.id, "supervisor"],
    [DEMOTED.id, "user"],
  ]);
  zou.teams.set(
    projectId,
    team.map((one) => ({ person: one, project_role: roles.get(one.id) ?? null })),
  );
  const sequence = addEntity(zou, projectId, number * 100_000, "Sequence", { name: "SQ01" });
  const taskIds = Array.from({ length: taskCount }, (_, index) => {
    const shot = addEntity(zou, projectId, number * 100_000 + index + 1, "Shot", {
      name: `SH${index + 1}`,
      parent_id: sequence,
      nb_frames: 48,
      data: { frame_in: "101", frame_out: 148 },
    });
    return addTask(zou, projectId, shot, number * 100_000 + index);
  });
  return { projectId, taskIds };
}

export function addEntity(zou: FakeZou, projectId: string, number: number, type: string, rest: object = {}): string {
  const entityId = id(3, number);
  zou.entities.set(entityId, {
    id: entityId,
    type,
    name: `${type} ${number}`,
    description: null,
    canceled: false,
    status: "running",
    nb_frames: null,
    project_id: projectId,
    entity_type_id: id(6, 1),
    parent_id: null,
    source_id: null,
    preview_file_id: null,
    data: null,
    ...rest,
  });
  return entityId;
}

export function addTask(zou: FakeZou, projectId: string, entityId: string, number: number, rest: object = {}): string {
  const taskId = id(9, number);
  zou.tasks.set(taskId, {
    id: taskId,
    name: "main",
    project_id: projectId,
    entity_id: entityId,
    task_type_id: id(4, 1),
    task_status_id: STATUS.wip,
    assignees: [],
    priority: 0,
    difficulty: 3,
    duration: 480,
    estimation: 960,
    retake_count: 0,
    start_date: null,
    due_date: "2026-11-20T00:00:00",
    end_date: null,
    done_date: null,
    last_comment_date: null,
    last_preview_file_id: null,
    data: null,
    ...rest,
  });
  return taskId;
}

export const json = (value: unknown, code = 200) => Response.json(value, { status: code });
export const forbidden = () =>
  json({ error: true, message: "You don't have the permission to access the requested resource." }, 403);
export const notFound = () =>
  json({ error: true, message: "404 Not Found: The requested URL was not found on the server." }, 404);

export const broken = () => json({ error: true, message: "Internal server error." }, 500);

function answer(zou: FakeZou, method: string, url: URL, token: string, body: unknown): Response {
  // Nobody is asked for a token where there is no route, nor for what a route can do.
  if (zou.lacks.some((route) => route.test(pathOf(url)))) return notFound();
  if (method === "OPTIONS") return new Response("", { headers: { allow: "GET, HEAD, OPTIONS, POST, PUT, DELETE" } });
  if (pathOf(url) === "/") return json({ api: "Zou", version: zou.version });
  const caller = token === BOT_TOKEN ? BOT : zou.sessions.get(token);
  if (token === "") return json({ msg: "Missing JWT in cookies or headers (Missing cookie)" }, 401);
  if (token === "garbled") return json({ msg: "Not enough segments" }, 422);
  if (caller === undefined || !caller.active) return json({ msg: "Token has been revoked" }, 401);
  const path = pathOf(url);
  const seesProject = (projectId: unknown) =>
    caller.role === "admin" || zou.projects.get(String(projectId))?.team.includes(caller.id) === true;
  const seesTask = (task: Row) =>
    seesProject(task.project_id) &&
    (caller.role !== "vendor" || (Array.isArray(task.assignees) && task.assignees.includes(caller.id)));
  const [, team] = /^\/data\/projects\/([^/]+)\/team$/.exec(path) ?? [];
  const [, personId] = /^\/data\/persons\/([^/]+)$/.exec(path) ?? [];
  if (method === "POST" && path === "/data/playlists") return makePlaylist(zou, caller, body);
  if (method === "POST" && path === "/actions/tasks/batch-comment") return takeComments(zou, caller, body);
  const [, playlistId, share] = /^\/data\/playlists\/([^/]+)(\/share)?$/.exec(path) ?? [];
  const isRead = method === "GET" || (method === "DELETE" && share === undefined);
  if (playlistId !== undefined && isRead) return answerPlaylist(zou, caller, method, playlistId, share !== undefined);
  const ofPreviews = answerPreviews(zou, caller, { method, path, body, seesTask });
  if (ofPreviews !== undefined) return ofPreviews;
  if (method !== "GET") return json({ error: true, message: "The method is not allowed for the requested URL." }, 405);
  if (path === "/auth/authenticated")
    return json({ authenticated: true, user: caller, organisation: TABLES["/data/organisations"]?.[0] });
  if (path === "/data/tasks") return list(url, [...zou.tasks.values()].filter(seesTask));
  if (path === "/data/entities")
    return list(
      url,
      [...zou.entities.values()].filter((one) => seesProject(one.project_id)),
    );
  if (path === "/data/preview-files") return list(url, [...zou.previews.values()]);
  if (path === "/data/output-files" || path === "/data/working-files") {
    if (caller.role === "vendor") return forbidden();
    return list(url, path === "/data/output-files" ? zou.outputFiles : zou.workingFiles);
  }
  if (path === "/data/projects/open") return json([...zou.projects.values()].filter((one) => seesProject(one.id)));
  if (team !== undefined)
    return seesProject(team)
      ? json(zou.teams.get(team)?.map((member) => ({ ...member.person, project_role: member.project_role })))
      : forbidden();
  const email = url.searchParams.get("email");
  if (path === "/data/persons" && email !== null)
    return json(PEOPLE.filter((one) => one.email === email.toLowerCase()).map(withoutEmail));
  const found = PEOPLE.find((one) => one.id === personId);
  if (personId !== undefined) return found === undefined ? notFound() : json(found);
  const table = TABLES[path];
  return table === undefined ? notFound() : json(path === "/data/persons" ? table.map(withoutEmail) : table);
}

const withoutEmail = ({ email: _, ...row }: Row) => row;

function list(url: URL, rows: Row[]): Response {
  const column = ["id", "entity_id", "task_id"].find((name) => url.searchParams.has(name)) ?? "id";
  const [ids, project] = [url.searchParams.get(column), url.searchParams.get("project_id")];
  const wanted: unknown = ids === null ? undefined : JSON.parse(ids);
  if (Array.isArray(wanted) && !wanted.every((one) => /^[0-9a-f-]{36}$/.test(String(one))))
    return json({ error: true, message: "Invalid UUID value", data: null }, 400);
  return json(
    rows.filter((row) =>
      Array.isArray(wanted) ? wanted.includes(row[column]) : project === null || row.project_id === project,
    ),
  );
}
