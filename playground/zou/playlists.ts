/** Playlists: supervisors and above create them, and Zou doesn't check what they put in. */
import * as v from "valibot";
import { type Answer, badArgument, badValue, checkId, created, forbidden, notFound, ok, Refusal } from "./answer.ts";
import { listRows } from "./list.ts";
import type { Person } from "./person-rows.ts";
import type { PlaylistEntry, PlaylistRow } from "./playlist-rows.ts";
import type { PreviewRow } from "./preview-rows.ts";
import { readObject, type ZouRequest } from "./request.ts";
import { needsSupervisor, openProject, projectsOf, roleIn } from "./rights.ts";
import type { State } from "./state.ts";
import { formatTime } from "./time.ts";

const Entry = v.looseObject({ entity_id: v.nullish(v.string(), null), preview_file_id: v.nullish(v.string(), null) });

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
  const fields = readObject(body);
  if (fields.project_id === undefined) throw badValue("'project_id'");
  if (fields.project_id === null) throw forbidden();
  needsSupervisor(state, person, openProject(state, person, String(fields.project_id)).id);
  if (!ENTITIES.includes(String(fields.for_entity ?? "shot")))
    throw badArgument(`for_entity must be one of ${ENTITIES.join(", ")}`);
  const unknown = Object.keys(fields).find((member) => !(member in Members.entries) && !IGNORED.has(member));
  if (unknown) throw badValue(`'${unknown}' is an invalid keyword argument for Playlist`);
  if (typeof fields.name !== "string") throw badValue("A required field is missing.");
  const parsed = v.safeParse(Members, fields);
  if (!parsed.success) throw badValue("One of the provided values has an invalid format.");
  const members = parsed.output;
  // Kitsu's addresses of a TV show's pages have these two in place of an episode.
  const episode_id = members.episode_id === "all" || members.episode_id === "main" ? null : members.episode_id;
  const isTaken = state.playlists.some(
    (other) =>
      other.project_id === members.project_id && other.episode_id === episode_id && other.name === members.name,
  );
  if (isTaken && episode_id)
    throw new Refusal(400, { message: "A record with the same unique values already exists." });
  const at = formatTime(state.now());
  const row: PlaylistRow = {
    ...members,
    episode_id,
    build_jobs: [],
    created_by: person.id,
    id: crypto.randomUUID(),
    created_at: at,
    updated_at: at,
    type: "Playlist",
  };
  state.playlists.push(row);
  return created(row);
}

export function listPlaylists({ state, caller: { person }, query }: ZouRequest): Answer {
  if (person.role === "vendor") throw forbidden();
  const projects = new Set(projectsOf(state, person).map(({ id }) => id));
  const rows = state.playlists.filter((row) => projects.has(row.project_id) && seesPlaylist(state, person, row));
  return ok(
    listRows(
      rows.map(({ build_jobs, ...row }) => row),
      [...Object.keys(Members.entries), "id", "created_by"],
      query,
    ),
  );
}

export function listProjectPlaylists({ state, caller: { person }, ids: [projectId = ""] }: ZouRequest): Answer {
  const project = openProject(state, person, projectId);
  if (roleIn(state, person, project.id) === "vendor") throw forbidden();
  const rows = state.playlists
    .filter((row) => row.project_id === project.id && seesPlaylist(state, person, row))
    .toReversed();
  return ok(
    rows.map(({ shots, build_jobs, ...row }) => ({
      ...row,
      first_preview_file_id: shots?.[0]?.preview_file_id ?? null,
    })),
  );
}

/** As it was written. A playlist that doesn't exist is 404 before anyone's rights are checked. */
export function readPlainPlaylist(request: ZouRequest): Answer {
  const row = find(request);
  const { person } = request.caller;
  openProject(request.state, person, row.project_id);
  if (!seesPlaylist(request.state, person, row)) throw forbidden();
  return ok(row);
}

/** Vendors see none, and clients those that are for clients. */
function seesPlaylist(state: State, person: Person, { project_id, for_client }: PlaylistRow): boolean {
  const role = roleIn(state, person, project_id);
  return role !== "vendor" && (role !== "client" || for_client);
}

/** Managers may delete any playlist, supervisors their own. */
export function deletePlaylist(request: ZouRequest): Answer {
  const { state, caller } = request;
  const row = find(request);
  const role = openRole(request, row);
  const isTheirs = role === "supervisor" && row.created_by === caller.person.id;
  if (role !== "admin" && role !== "manager" && !isTheirs) throw forbidden();
  state.playlists.splice(state.playlists.indexOf(row), 1);
  return { status: 204 };
}

/** The links for guests. No route creates one here. */
export function listShares(request: ZouRequest): Answer {
  const row = find(request);
  const role = openRole(request, row);
  if (role !== "admin" && role !== "manager") throw forbidden();
  return ok(request.state.shares.filter(({ playlist_id }) => playlist_id === row.id));
}

function find({ state, ids: [id = ""] }: ZouRequest): PlaylistRow {
  checkId(id);
  const row = state.playlists.find((playlist) => playlist.id === id);
  if (!row) throw notFound();
  return row;
}

const openRole = ({ state, caller: { person } }: ZouRequest, row: PlaylistRow) =>
  roleIn(state, person, openProject(state, person, row.project_id).id);

/** Zou doesn't compare the production in the path with the playlist's. */
export function readPlaylist({
  state,
  caller: { person },
  ids: [projectId = "", playlistId = ""],
}: ZouRequest): Answer {
  openProject(state, person, projectId);
  const row = state.playlists.find(({ id }) => id === playlistId);
  if (!row) throw notFound();
  if (!seesPlaylist(state, person, row)) throw forbidden();
  return ok({ ...row, shots: (row.shots ?? []).map((entry) => enrich(state, entry)) });
}

/** Leaves out a preview that doesn't belong to the entry's entity. */
function enrich({ previews, tasks }: State, { entity_id, preview_file_id }: PlaylistEntry) {
  const own = [...previews.values()].filter(
    ({ task_id, position }) => tasks.get(task_id)?.entity_id === entity_id && position === 1,
  );
  const shown = own.find(({ id }) => id === preview_file_id);
  const byType = Map.groupBy(own, ({ task_id }) => tasks.get(task_id)?.task_type_id);
  const brief = shown && briefPreview(shown);
  return {
    entity_id,
    ...(brief && { preview_file_id: brief.id }),
    id: entity_id,
    preview_files:
      own.length > 0
        ? Object.fromEntries([...byType].map(([id, rows]) => [id, rows.toReversed().map(briefPreview)]))
        : [],
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

/** Zou writes "Ready" here, and "ready" everywhere else. */
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
