// The registry: one line an action.
import type { Action } from "../action.ts";
import { Failure } from "../failure.ts";
import type { Settings } from "../settings.ts";
import { debug } from "./debug.ts";
import { forwardTo } from "./forward.ts";

const ACTIONS: readonly Action[] = [
  debug, //
];

const offered = new WeakMap<Settings, readonly Action[]>();

/** Every action that these settings offer: those of the registry, and one for each server that calls are forwarded to. */
export function listActions(settings: Settings): readonly Action[] {
  const known = offered.get(settings);
  if (known !== undefined) return known;
  const actions = [...ACTIONS, ...settings.forwardTargets.map(forwardTo)];
  offered.set(settings, actions);
  return actions;
}

export function findAction(id: string, settings: Settings): Action {
  const [action, another] = listActions(settings).filter((one) => one.id === id);
  if (action !== undefined && another === undefined) return action;
  if (action !== undefined) {
    throw new Failure("not-configured", {
      text: `FORWARD_TARGETS has a target "${id}", but that is the name of an action already.`,
      advice: "Give the target another name in wrangler.toml, and deploy again.",
    });
  }
  throw new Failure("unknown-action", {
    text: `This action server has no action "${id.slice(0, 80)}".`,
    advice: `It has ${listActions(settings)
      .map((one) => one.id)
      .join(", ")}. The address of the custom action in Kitsu ends with one of these.`,
  });
}
