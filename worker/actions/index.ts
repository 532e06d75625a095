// The registry: one line an action.
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

const known = new WeakMap<Settings, readonly Action[]>();

/** Every action there is: those of the registry, and one for each server that calls are forwarded to. */
function allActions(settings: Settings): readonly Action[] {
  const before = known.get(settings);
  if (before !== undefined) return before;
  const actions = [...ACTIONS, ...settings.forwardTargets.map(forwardTo)];
  const unknown = [...settings.limits.keys()].find((id) => actions.every((action) => action.id !== id));
  // A limit on nothing would be taken for one on what was meant.
  if (unknown !== undefined) throw unknownLimit(unknown, actions);
  known.set(settings, actions);
  return actions;
}

/** The actions these settings offer: those whose needs they meet. */
export function listActions(settings: Settings): readonly Action[] {
  return allActions(settings).filter((action) => findLack(action, settings) === undefined);
}

export function findAction(id: string, settings: Settings): Action {
  const [action, another] = allActions(settings).filter((one) => one.id === id);
  if (action === undefined) throw unknownAction(id);
  if (another !== undefined) {
    throw new Failure("not-configured", {
      text: `FORWARD_TARGETS has a target "${id}", but that is the name of an action already.`,
      advice: "Give the target another name in wrangler.toml, and deploy again.",
    });
  }
  const lack = findLack(action, settings);
  if (lack !== undefined) throw new Failure("not-configured", lack);
  return action;
}

/** What these settings lack for the action, and what to set. */
function findLack(
  { title, findMissingSetting, needsKitsu }: Action,
  settings: Settings,
): { text: string; advice: string } | undefined {
  if (needsKitsu && !canAskKitsu(settings)) {
    return {
      text: `${title} works on what Kitsu knows, and this action server has no account there.`,
      advice: "Give it the token of a bot with: npx wrangler secret put KITSU_TOKEN",
    };
  }
  const advice = findMissingSetting?.(settings);
  return advice === undefined ? undefined : { text: `${title} is not set up on this action server.`, advice };
}

function unknownLimit(id: string, actions: readonly Action[]): Failure {
  return new Failure("not-configured", {
    text: `ACTION_LIMITS limits "${id.slice(0, 80)}", and there is no such action.`,
    advice: `The actions are ${actions.map((one) => one.id).join(", ")}. Correct it in wrangler.toml, and deploy again.`,
  });
}

function unknownAction(id: string): Failure {
  return new Failure("unknown-action", {
    text: `This action server has no action "${id.slice(0, 80)}".`,
    advice:
      "Tell your TD: the address of the custom action in Kitsu is wrong. The action server's home page lists the addresses there are.",
  });
}
