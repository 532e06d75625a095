/** The custom actions as an admin of this studio would have typed them into Kitsu. */
import { forwardTargets } from "./forward-targets.ts";
import { idOf } from "./ids.ts";

export type CustomAction = { id: string; name: string; url: string; entity_type: string; is_ajax: boolean };

/**
 * @param worker the action server, for example `http://localhost:8787`
 * @param other a server that is neither the worker nor the page's own origin
 */
export function customActions(worker: string, other: string): CustomAction[] {
  const forwarded = forwardTargets("").flatMap(({ id, title, modes }) =>
    modes.map((mode) => action(mode === "ajax" ? `${title}, AJAX` : title, `${worker}/actions/${id}`, mode === "ajax")),
  );
  const actions = [
    action("Debug", `${worker}/actions/debug`, false),
    action("Debug (AJAX)", `${worker}/actions/debug`, true),
    action("Not installed", `${worker}/actions/does-not-exist`, true),
    action("Other server", `${other}/other/echo`, true),
    action("Other server, without CORS", `${other}/other/silent`, true),
    action("Turntable check", `${worker}/actions/debug?from=turntable`, true, "asset"),
    ...forwarded,
  ];
  return actions.sort((a, b) => a.name.localeCompare(b.name));
}

function action(name: string, url: string, is_ajax: boolean, entity_type = "all"): CustomAction {
  return { id: idOf(`custom-action/${name}`), name, url, entity_type, is_ajax };
}
