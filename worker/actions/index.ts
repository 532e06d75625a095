// The registry: one line per action.
import type { Action } from "../action/action.ts";
import { Failure } from "../failure.ts";
import { canAskKitsu, type Settings } from "../settings/settings.ts";
import { afanasy } from "./afanasy.ts";
import { comment } from "./comment.ts";
import { debug } from "./debug.ts";
import { flamenco } from "./flamenco.ts";
import { forwardTo } from "./forward.ts";
import { kabaret } from "./kabaret.ts";
import { launch } from "./launch.ts";
import { playlist } from "./playlist.ts";
import { statistics } from "./statistics.ts";

const ACTIONS: readonly Action[] = [
  debug, //
  statistics,
  playlist,
  comment,
  launch,
  kabaret,
  afanasy,
  flamenco,
];

const cachedActions = new WeakMap<Settings, readonly Action[]>();

/** The actions of the registry, and one for each forward target. */
function allActions(settings: Settings): readonly Action[] {
  const cached = cachedActions.get(settings);
  if (cached !== undefined) return cached;
  const actions = [...ACTIONS, ...settings.forwardTargets.map(forwardTo)];
  const unknown = [...settings.limits.keys()].find((id) => actions.every((action) => action.id !== id));
  // With a misspelled id, the intended action would silently have no limit.
  if (unknown !== undefined) throw unknownLimit(unknown, actions);
  cachedActions.set(settings, actions);
  return actions;
}

/** The actions that are fully configured. */
export function listActions(settings: Settings): readonly Action[] {
  return allActions(settings).filter((action) => findMissingSetup(action, settings) === undefined);
}

export function findAction(id: string, settings: Settings): Action {
  const [action, another] = allActions(settings).filter((one) => one.id === id);
  if (action === undefined) throw unknownAction(id);
  if (another !== undefined) {
    throw new Failure("not-configured", {
      text: `FORWARD_TARGETS has a target "${id}", but an action already has that name.`,
      advice: "Give the target another name in wrangler.toml, and deploy again.",
    });
  }
  const missing = findMissingSetup(action, settings);
  if (missing !== undefined) throw new Failure("not-configured", missing);
  return action;
}

/** What is not configured for the action, and what to set. */
function findMissingSetup(
  { title, findMissingSetting, needsKitsu }: Action,
  settings: Settings,
): { text: string; advice: string } | undefined {
  if (needsKitsu && !canAskKitsu(settings)) {
    return {
      text: `${title} needs data from Kitsu, but this action server has no account there.`,
      advice: "Set the token of a bot with: npx wrangler secret put KITSU_TOKEN",
    };
  }
  const advice = findMissingSetting?.(settings);
  return advice === undefined ? undefined : { text: `${title} is not set up on this action server.`, advice };
}

function unknownLimit(id: string, actions: readonly Action[]): Failure {
  return new Failure("not-configured", {
    text: `ACTION_LIMITS limits "${id.slice(0, 80)}", but there is no such action.`,
    advice: `The actions are ${actions.map((one) => one.id).join(", ")}. Correct it in wrangler.toml, and deploy again.`,
  });
}

function unknownAction(id: string): Failure {
  return new Failure("unknown-action", {
    text: `This action server has no action "${id.slice(0, 80)}".`,
    advice:
      "Tell your TD that the address of the custom action in Kitsu is wrong. The action server's home page lists the valid addresses.",
  });
}
