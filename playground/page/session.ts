/** The page's own requests to Zou, with the session cookie. */
import * as v from "valibot";
import type { Person } from "../data-people.ts";

const Playlist = v.object({
  id: v.string(),
  name: v.string(),
  episode_id: v.nullish(v.string()),
  created_at: v.string(),
  created_by: v.nullish(v.string()),
});
const Entry = v.object({
  entity_id: v.nullish(v.string()),
  preview_file_revision: v.optional(v.number()),
  preview_file_extension: v.optional(v.string()),
  preview_file_task_id: v.optional(v.string()),
});
const FullPlaylist = v.object({ ...Playlist.entries, shots: v.array(Entry) });

const Comment = v.object({
  id: v.string(),
  text: v.string(),
  created_at: v.string(),
  person: v.nullish(v.object({ id: v.string(), full_name: v.string() })),
  task_status: v.nullish(v.object({ id: v.string() })),
  previews: v.array(v.object({ id: v.string(), revision: v.number(), status: v.string() })),
});
const TaskRow = v.object({ id: v.string(), task_status_id: v.string(), last_preview_file_id: v.nullable(v.string()) });

export type Comment = v.InferOutput<typeof Comment>;
export type Playlist = v.InferOutput<typeof Playlist>;
export type PlaylistEntry = v.InferOutput<typeof Entry>;
export type FullPlaylist = v.InferOutput<typeof FullPlaylist>;

const Profile = v.object({ locale: v.string(), timezone: v.string() });
/** A person's language and time zone, as Zou has them. */
export type Profile = v.InferOutput<typeof Profile>;

/** Logs in as another person. */
export async function logInAs({ email }: Person): Promise<Profile> {
  const response = await fetch("/api/auth/login", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email, password: "playground" }),
  });
  if (!response.ok) throw new Error(`Could not log in as ${email}: ${response.status}`);
  return v.parse(v.object({ user: Profile }), await response.json()).user;
}

/** Changes the person's own profile, as its page in Kitsu does. */
export async function saveProfile({ id }: Person, { locale, timezone }: Profile): Promise<void> {
  const response = await fetch(`/api/data/persons/${id}`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ locale, timezone }),
  });
  if (!response.ok) throw new Error(`Could not save the profile: ${response.status}`);
}

export const readPlaylists = (projectId: string): Promise<Playlist[]> =>
  read(`/api/data/projects/${projectId}/playlists`, v.array(Playlist));

export const readPlaylist = (projectId: string, id: string): Promise<FullPlaylist> =>
  read(`/api/data/projects/${projectId}/playlists/${id}`, FullPlaylist);

export const readTask = (id: string): Promise<v.InferOutput<typeof TaskRow>> => read(`/api/data/tasks/${id}`, TaskRow);

/** Zou has several sizes; players show this one. */
export const pictureOf = (previewId: string): string => `/api/pictures/previews/preview-files/${previewId}.png`;

export const readComments = (taskId: string): Promise<Comment[]> =>
  read(`/api/data/tasks/${taskId}/comments`, v.array(Comment));

async function read<S extends v.GenericSchema>(path: string, schema: S): Promise<v.InferOutput<S>> {
  const response = await fetch(path);
  if (!response.ok) throw new Error(String(response.status));
  return v.parse(schema, await response.json());
}
