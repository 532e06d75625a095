/** The list of a production's playlists, and the page of one playlist. */

import { TASKS } from "../data.ts";
import { ENTITIES, nameEntity } from "../data-entities.ts";
import { PERSONS } from "../data-people.ts";
import { episodesOf, type Project } from "../data-projects.ts";
import { TASK_TYPES } from "../data-tables.ts";
import { element } from "./element.ts";
import { pathOf } from "./route.ts";
import { type Router, routerLink } from "./router.ts";
import { type FullPlaylist, type Playlist, type PlaylistEntry, readPlaylist, readPlaylists } from "./session.ts";
import type { Store } from "./store.ts";
import { thumbnail, typeName } from "./task-parts.ts";
import { fill } from "./words.ts";

/** Empty until Zou has answered. */
export function drawPlaylistPage(store: Store, router: Router, project: Project): HTMLElement {
  const page = element("div", { class: "playlists" });
  const { playlistId } = store.route;
  const drawn = playlistId
    ? readPlaylist(project.id, playlistId).then((playlist) => drawPlaylist(playlist, store, router, project))
    : readPlaylists(project.id).then((playlists) => drawPlaylists(playlists, store, router, project));
  drawn
    .catch(() => [element("h1", {}, store.words.playlists), element("p", {}, store.words.noPlaylist)])
    .then((children) => page.replaceChildren(...children));
  return page;
}

function drawPlaylists(playlists: readonly Playlist[], store: Store, router: Router, project: Project): HTMLElement[] {
  const { words } = store;
  const links = playlists.map((playlist) => {
    const path = `${pathOf(project, "playlists", episodeOf(playlist))}/${playlist.id}`;
    return element("li", {}, routerLink(router, path, {}, playlist.name), ` ${aboutOf(playlist, project)}`);
  });
  const list = links.length > 0 ? element("ul", {}, ...links) : element("p", {}, words.noPlaylists);
  return [element("h1", {}, words.playlists), list];
}

function drawPlaylist(playlist: FullPlaylist, store: Store, router: Router, project: Project): HTMLElement[] {
  const { words } = store;
  const count = fill(words.entries, { n: playlist.shots.length });
  const back = pathOf(project, "playlists", store.route.episode);
  return [
    routerLink(router, back, { class: "nav-item" }, `‹ ${words.playlists}`),
    element("h1", {}, playlist.name),
    element("p", { class: "about" }, `${count} · ${aboutOf(playlist, project)}`),
    element("ol", { class: "entries" }, ...playlist.shots.map((entry) => drawEntry(entry, store))),
  ];
}

function drawEntry(entry: PlaylistEntry, { words }: Store): HTMLElement {
  const entity = ENTITIES.find(({ id }) => id === entry.entity_id);
  const task = TASKS.find(({ id }) => id === entry.preview_file_task_id);
  const type = TASK_TYPES.find(({ id }) => id === task?.type.id);
  const preview = entry.preview_file_revision
    ? `v${String(entry.preview_file_revision).padStart(3, "0")}.${entry.preview_file_extension ?? ""}`
    : words.noPreview;
  return element(
    "li",
    { class: "entry" },
    ...(entity ? [thumbnail(entity, "entry-picture")] : []),
    element("strong", { class: "entity-name" }, entity ? nameEntity(entity) : words.unknownEntity),
    element(
      "span",
      { class: "flexrow" },
      ...(type ? [typeName(type)] : []),
      element("span", { class: "revision" }, preview),
    ),
  );
}

const episodeOf = ({ episode_id }: Playlist): string => episode_id ?? "main";

function aboutOf(playlist: Playlist, project: Project): string {
  const episode = episodesOf(project).find(({ id }) => id === playlist.episode_id);
  const creator = PERSONS.find(({ id }) => id === playlist.created_by);
  const [day, time] = playlist.created_at.split("T");
  return [episode?.name, creator?.full_name, `${day} ${time?.slice(0, 5)} UTC`].filter(Boolean).join(" · ");
}
