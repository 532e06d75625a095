/** The custom actions, as an admin of this studio would have entered them in Kitsu. */
import { forwardTargets } from "./forward-targets.ts";
import { idOf } from "./ids.ts";

export type CustomAction = { id: string; name: string; url: string; entity_type: string; is_ajax: boolean };

export type Addresses = {
  /** the action server, for example `http://localhost:8787` */
  worker: string;
  /** a server that is neither the worker nor the page's own origin */
  other: string;
  /** whether a worker also runs under the page's own origin */
  hasEdge: boolean;
  /** whether there are render farms */
  hasFarms: boolean;
};

/** The actions that a newcomer sees first. */
export const FIRST = [
  "Comment and set status (AJAX)",
  "Playlist of previews (AJAX)",
  "Statistics",
  "Debug",
  "Render with Flamenco (AJAX)",
  "Publish (studio server), AJAX",
  "Open in RV",
];

export function customActions({ worker, other, hasEdge, hasFarms }: Addresses): CustomAction[] {
  const forwarded = forwardTargets("").flatMap(({ id, title, modes }) =>
    modes.map((mode) => action(mode === "ajax" ? `${title}, AJAX` : title, `${worker}/actions/${id}`, mode === "ajax")),
  );
  return [
    ...both("Debug", `${worker}/actions/debug`),
    action("Statistics", `${worker}/actions/statistics`, false),
    ...both("Playlist of previews", `${worker}/actions/playlist`),
    ...both("Comment and set status", `${worker}/actions/comment`),
    action("Open in RV", `${worker}/actions/launch?with=rv`, false),
    action("Open in mpv", `${worker}/actions/launch?with=mpv`, false),
    action("Open in Blender (studio handler)", `${worker}/actions/launch?with=studio`, false),
    action("Open in Kabaret", `${worker}/actions/kabaret`, false),
    action("Build scene in Kabaret (AJAX)", `${worker}/actions/kabaret?with=build`, true),
    action("Publish in Kabaret (AJAX)", `${worker}/actions/kabaret?with=publish`, true),
    ...(hasFarms ? renders(`${worker}/actions`, "") : []),
    ...(hasEdge ? withSession() : []),
    ...(hasEdge && hasFarms ? renders("/edge/actions", " (session)") : []),
    action("Not installed", `${worker}/actions/does-not-exist`, true),
    action("Other server", `${other}/other/echo`, true),
    action("Other server, no such host", "http://farm.studio.invalid/render", true),
    action("Other server, without CORS", `${other}/other/silent`, true),
    action("Turntable check", `${worker}/actions/debug?from=turntable`, true, "asset"),
    ...forwarded,
  ];
}

/** Relative addresses, as Kitsu's docs recommend: the browser sends Kitsu's session. */
function withSession(): CustomAction[] {
  return [
    ...both("Debug (session)", "/edge/actions/debug"),
    action("Statistics (session)", "/edge/actions/statistics", false),
    ...both("Playlist of previews (session)", "/edge/actions/playlist"),
    ...both("Comment and set status (session)", "/edge/actions/comment"),
  ];
}

const renders = (actions: string, suffix: string): CustomAction[] => [
  ...both(`Render with Flamenco${suffix}`, `${actions}/flamenco`),
  ...both(`Render with CGRU Afanasy${suffix}`, `${actions}/afanasy`),
];

function both(name: string, url: string): CustomAction[] {
  return [action(name, url, false), action(name.endsWith(")") ? `${name}, AJAX` : `${name} (AJAX)`, url, true)];
}

function action(name: string, url: string, is_ajax: boolean, entity_type = "all"): CustomAction {
  return { id: idOf(`custom-action/${name}`), name, url, entity_type, is_ajax };
}
