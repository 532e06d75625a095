// Routes of Kitsu 1.0.54 by their names there: all below a production that show entities, tasks or
// playlists, and a person's page.
const ROUTES: Readonly<Record<string, string>> = {
  assets: "/productions/:production/assets",
  asset: "/productions/:production/assets/:asset",
  shots: "/productions/:production/shots",
  shot: "/productions/:production/shots/:shot",
  edits: "/productions/:production/edits",
  edit: "/productions/:production/edits/:edit",
  sequences: "/productions/:production/sequences",
  sequence: "/productions/:production/sequences/:sequence",
  episodes: "/productions/:production/episodes",
  episode: "/productions/:production/episodes/:episode",
  concepts: "/productions/:production/concepts",
  playlists: "/productions/:production/playlists",
  playlist: "/productions/:production/playlists/:playlist",
  "task-type": "/productions/:production/:type/task-types/:task-type",
  task: "/productions/:production/:type/tasks/:task",
  "episode-assets": "/productions/:production/episodes/:episode/assets",
  "episode-asset": "/productions/:production/episodes/:episode/assets/:asset",
  "episode-shots": "/productions/:production/episodes/:episode/shots",
  "episode-shot": "/productions/:production/episodes/:episode/shots/:shot",
  "episode-edits": "/productions/:production/episodes/:episode/edits",
  "episode-edit": "/productions/:production/episodes/:episode/edits/:edit",
  "episode-sequences": "/productions/:production/episodes/:episode/sequences",
  "episode-sequence": "/productions/:production/episodes/:episode/sequences/:sequence",
  "episode-playlists": "/productions/:production/episodes/:episode/playlists",
  "episode-playlist": "/productions/:production/episodes/:episode/playlists/:playlist",
  "episode-task-type": "/productions/:production/episodes/:episode/:type/task-types/:task-type",
  "episode-task": "/productions/:production/episodes/:episode/:type/tasks/:task",
  "episodes-task-type": "/productions/:production/episodes/task-types/:task-type",
  "episode-episode-task": "/productions/:production/episodes/:episode/tasks/:task",
  person: "/people/:person",
};

/** The names of the routes that match a path; none if Kitsu shows "Page not found". */
export const findRoutes = (path: string): string[] =>
  Object.entries(ROUTES).flatMap(([name, pattern]) => (matches(path.split("/"), pattern.split("/")) ? [name] : []));

const matches = (path: readonly string[], pattern: readonly string[]) =>
  path.length === pattern.length &&
  pattern.every((part, index) => (part.startsWith(":") ? path[index] !== "" : part === path[index]));
