/** Playlists: supervisors and above make them, and Zou believes what they say is in them. */
import { randomUUID } from "node:crypto";
import * as v from "valibot";
import type { Person } from "../data-people.ts";
import type { Project } from "../data-projects.ts";
import { stamp } from "../data-schedule.ts";
import { type Answer, badArgument, badValue, checkId, created, forbidden, notFound, ok, Refusal } from "./answer.ts";
import { listRows } from "./list.ts";
import type { PreviewRow } from "./preview-rows.ts";
import { readObject, type ZouRequest } from "./request.ts";
import { needsSupervisor, openProject, projectsOf, roleIn } from "./rights.ts";
import type { State } from "./state.ts";

const Entry = v.looseObject({ entity_id: v.nullish(v.string(), null), preview_file_id: v.nullish(v.string(), null) });
type Entry = v.InferOutput<typeof Entry>;

export type PlaylistRow = {
  name: string;
  shots: Entry[] | null;
  project_id: string;
  episode_id: string | null;
  task_type_id: string | null;
  for_client: boolean;
  for_entity: string;
  is_for_all: boolean;
  build_jobs: never[];
  created_by: string;
  id: string;
  created_at: string;
  updated_at: string;
  type: "Playlist";
};

const ENTITIES = ["shot", "asset", "sequence", "edit", "episode"];
const id = v.nullish(v.string(), null);
const flag = v.nullish(v.boolean(), false);
const Members = v.object({
  name: v.pipe(
    v.string(),
    v.check((name) => [...name].length <= 80),
  ),
  shots: v.fallback(v.nullable(v.array(Entry)), null),
  project_id: v.string(),
  episode_id: id,
  task_type_id: id,
  for_client: flag,
  for_entity: v.nullish(v.string(), "shot"),
  is_for_all: flag,
});
const IGNORED = new Set(["created_by", "build_jobs", "id", "type", "created_at", "updated_at"]);

export function createPlaylist({ state, caller: { person }, body }: ZouRequest): Answer {
  const given = readObject(body);
  if (given.project_id === undefined) throw badValue("'project_id'");
  if (given.project_id === null) throw forbidden();
  needsSupervisor(person, openProject(person, String(given.project_id)));
  if (!ENTITIES.includes(String(given.for_entity ?? "shot")))
    throw badArgument(`for_entity must be one of ${ENTITIES.join(", ")}`);
  const unknown = Object.keys(given).find((member) => !(member in Members.entries) && !IGNORED.has(member));
  if (unknown) throw badValue(`'${unknown}' is an invalid keyword argument for Playlist`);
  if (typeof given.name !== "string") throw badValue("A required field is missing.");
  const parsed = v.safeParse(Members, given);
  if (!parsed.success) throw badValue("One of the provided values has an invalid format.");
  const members = parsed.output;
  // The two that Kitsu has in the address of a show's pages, where others have an episode.
  const episode_id = members.episode_id === "all" || members.episode_id === "main" ? null : members.episode_id;
  const isTaken = [...state.playlists.values()].some(
    (other) =>
      other.project_id === members.project_id && other.episode_id === episode_id && other.name === members.name,
  );
  if (isTaken && episode_id)
    throw new Refusal(400, { message: "A record with the same unique values already exists." });
  const at = stamp(Date.now());
  const row: PlaylistRow = {
    ...members,
    episode_id,
    build_jobs: [],
    created_by: person.id,
    id: randomUUID(),
    created_at: at,
    updated_at: at,
    type: "Playlist",
  };
  state.playlists.set(row.id, row);
  return created(row);
}

export function listPlaylists({ state, caller: { person }, query }: ZouRequest): Answer {
  if (person.role === "vendor") throw forbidden();
  const projects = projectsOf(person);
  const rows = [...state.playlists.values()].filter((row) => {
    const project = projects.find(({ id }) => id === row.project_id);
    return project && watches(person, project, row);
  });
  return ok(
    listRows(
      rows.map(({ build_jobs, ...row }) => row),
      [...Object.keys(Members.entries), "id", "created_by"],
      query,
    ),
  );
}

export function listProjectPlaylists({ state, caller: { person }, ids: [projectId = ""] }: ZouRequest): Answer {
  const project = openProject(person, projectId);
  if (roleIn(person, project) === "vendor") throw forbidden();
  const rows = [...state.playlists.values()]
    .filter((row) => row.project_id === project.id && watches(person, project, row))
    .reverse();
  return ok(
    rows.map(({ shots, build_jobs, ...row }) => ({
      ...row,
      first_preview_file_id: shots?.[0]?.preview_file_id ?? null,
    })),
  );
}

/** As it was written, and whether it is there is told before who may see it. */
export function readPlainPlaylist(request: ZouRequest): Answer {
  const row = find(request);
  const { person } = request.caller;
  if (!watches(person, openProject(person, row.project_id), row)) throw forbidden();
  return ok(row);
}

/** Vendors see none, clients those that are for them. */
function watches(person: Person, project: Project, { for_client }: PlaylistRow): boolean {
  const role = roleIn(person, project);
  return role !== "vendor" && (role !== "client" || for_client);
}

/** Managers remove any, supervisors their own. */
export function deletePlaylist(request: ZouRequest): Answer {
  const { state, caller } = request;
  const row = find(request);
  const role = seenRole(request, row);
  const isTheirs = role === "supervisor" && row.created_by === caller.person.id;
  if (role !== "admin" && role !== "manager" && !isTheirs) throw forbidden();
  state.playlists.delete(row.id);
  return { status: 204 };
}

/** Links for guests: nobody makes any here. */
export function listShares(request: ZouRequest): Answer {
  const role = seenRole(request, find(request));
  if (role !== "admin" && role !== "manager") throw forbidden();
  return ok([]);
}

function find({ state, ids: [id = ""] }: ZouRequest): PlaylistRow {
  checkId(id);
  const row = state.playlists.get(id);
  if (!row) throw notFound();
  return row;
}

const seenRole = ({ caller: { person } }: ZouRequest, row: PlaylistRow) =>
  roleIn(person, openProject(person, row.project_id));

/** The production in the path is not compared with the playlist's, in the real Zou either. */
export function readPlaylist({
  state,
  caller: { person },
  ids: [projectId = "", playlistId = ""],
}: ZouRequest): Answer {
  const project = openProject(person, projectId);
  const row = state.playlists.get(playlistId);
  if (!row) throw notFound();
  if (!watches(person, project, row)) throw forbidden();
  return ok({ ...row, shots: (row.shots ?? []).map((entry) => enrich(state, entry)) });
}

/** A preview that is not of the entry's entity is left out. */
function enrich(state: State, { entity_id, preview_file_id }: Entry) {
  const previews = [...state.previews.values()].filter(
    ({ task, row }) => task.entity.id === entity_id && row.position === 1,
  );
  const shown = previews.find(({ row }) => row.id === preview_file_id);
  const types = [...new Set(previews.map(({ task }) => task.type.id))];
  const newestOf = (id: string) => previews.filter(({ task }) => task.type.id === id).reverse();
  const byType = types.map((id) => [id, newestOf(id).map(({ row }) => briefPreview(row))]);
  const brief = shown && briefPreview(shown.row);
  return {
    entity_id,
    ...(brief && { preview_file_id: brief.id }),
    id: entity_id,
    preview_files: byType.length > 0 ? Object.fromEntries(byType) : [],
    ...(brief && {
      preview_file_extension: brief.extension,
      preview_file_revision: brief.revision,
      preview_file_width: brief.width,
      preview_file_height: brief.height,
      preview_file_duration: brief.duration,
      preview_file_status: brief.status,
      preview_file_task_id: brief.task_id,
      preview_file_previews: brief.previews,
    }),
  };
}

/** "Ready" here, "ready" everywhere else: so in the real Zou. */
const briefPreview = ({
  id,
  revision,
  extension,
  width,
  height,
  duration,
  status,
  created_at,
  task_id,
}: PreviewRow) => ({
  id,
  revision,
  extension,
  width,
  height,
  duration,
  status: status === "ready" ? "Ready" : "Processing",
  created_at,
  task_id,
  previews: [],
});
