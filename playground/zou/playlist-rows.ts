/** Playlists as Zou stores them. */

export type PlaylistEntry = { entity_id: string | null; preview_file_id: string | null };

export type PlaylistRow = {
  name: string;
  shots: PlaylistEntry[] | null;
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

/** A link to a playlist for guests, as far as anyone here needs it. */
export type ShareLinkRow = { id: string; playlist_id: string };
