// The registry: one line an action.
import type { Action } from "../action.ts";
import { Failure } from "../failure.ts";
import { canAskKitsu, type Settings } from "../settings.ts";
import { debug } from "./debug.ts";
import { forwardTo } from "./forward.ts";
import { playlist } from "./playlist.ts";
import { statistics } from "./statistics.ts";

const ACTIONS: readonly Action[] = [
  debug, //
  statistics,
  playlist,
];

const known = new WeakMap<Settings, readonly Action[]>();

/** Every action there is: those of the registry, and one for each server that calls are forwarded to. */
function allActions(settings: Settings): readonly Action[] {
  const before = known.get(settings);
  if (before !== undefined) return before;
  const actions = [...ACTIONS, ...settings.forwardTargets.map(forwardTo)];
  known.set(settings, actions);
  return actions;
}

/** The actions these settings offer: those whose needs they meet. */
export function listActions(settings: Settings): readonly Action[] {
  return allActions(settings).filter((action) => !action.needsKitsu || canAskKitsu(settings));
}

export function findAction(id: string, settings: Settings): Action {
  const [action, another] = allActions(settings).filter((one) => one.id === id);
  if (action === undefined) throw unknownAction(id, settings);
  if (another !== undefined) {
    throw new Failure("not-configured", {
      text: `FORWARD_TARGETS has a target "${id}", but that is the name of an action already.`,
      advice: "Give the target another name in wrangler.toml, and deploy again.",
    });
  }
  if (action.needsKitsu && !canAskKitsu(settings)) {
    throw new Failure("not-configured", {
      text: `${action.title} works on what Kitsu knows, and this action server has no account there.`,
      advice: "Give it the token of a bot with: npx wrangler secret put KITSU_TOKEN",
    });
  }
  return action;
}

function unknownAction(id: string, settings: Settings): Failure {
  const ids = listActions(settings).map((one) => one.id);
  return new Failure("unknown-action", {
    text: `This action server has no action "${id.slice(0, 80)}".`,
    advice: `It has ${ids.join(", ")}. The address of the custom action in Kitsu ends with one of these.`,
  });
}
