// The registry: one line an action.
import type { Action } from "../action.ts";
import { Failure } from "../failure.ts";
import type { Settings } from "../settings.ts";
import { debug } from "./debug.ts";
import { forwardTo } from "./forward.ts";

/** Every action that these settings offer. */
export function listActions(settings: Settings): Action[] {
  return [
    debug, //
    ...settings.forwardTargets.map(forwardTo),
  ];
}

export function findAction(id: string, settings: Settings): Action {
  const action = listActions(settings).find((one) => one.id === id);
  if (action !== undefined) return action;
  throw new Failure("unknown-action", {
    text: `This action server has no action "${id.slice(0, 80)}".`,
    advice: `It has ${listActions(settings)
      .map((one) => one.id)
      .join(", ")}. The address of the custom action in Kitsu ends with one of these.`,
  });
}
