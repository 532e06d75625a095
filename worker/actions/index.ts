// The registry: one line per built-in action, and what a studio adds.
import type { Action } from "../action/action.ts";
import { findActionProblems, type WrittenAction } from "../action/check-actions.ts";
import { Failure } from "../format/failure.ts";
import { message, type Text } from "../format/message.ts";
import { adviseBotToken } from "../format/setting-problem.ts";
import { canAskKitsu, EVERY_ACTION, type Settings } from "../settings/settings.ts";
import { afanasy } from "./afanasy.ts";
import { comment } from "./comment.ts";
import { debug } from "./debug.ts";
import { flamenco } from "./flamenco.ts";
import { forwardTo } from "./forward.ts";
import { kabaret } from "./kabaret.ts";
import { launch } from "./launch.ts";
import { playlist } from "./playlist.ts";
import { statistics } from "./statistics.ts";

export const ACTIONS: readonly Action[] = [
  debug, //
  statistics,
  playlist,
  comment,
  launch,
  kabaret,
  afanasy,
  flamenco,
];

/** What is wrong with a studio's own actions, in sentences. The files are known only to a build. */
export const findStudioProblems = (written: readonly WrittenAction[]): string[] =>
  findActionProblems(
    written,
    ACTIONS.map(({ id }) => id),
  );

/**
 * Of the module, not of a request: a long run finds its action here, too, and one worker runs in an
 * isolate.
 */
let studioActions: readonly Action[] = [];
let cachedActions = new WeakMap<Settings, readonly Action[]>();

/** Sets a studio's own actions. `createWorker` calls it before the first request. */
export function setStudioActions(actions: readonly Action[]): void {
  const problems = findStudioProblems(actions.map((action) => ({ action })));
  if (problems.length > 0) throw new TypeError(problems.join("\n"));
  studioActions = actions;
  cachedActions = new WeakMap();
}

export const hasStudioActions = (): boolean => studioActions.length > 0;

/** The built-in actions, the studio's own, and one for each forward target. */
function allActions(settings: Settings): readonly Action[] {
  const cached = cachedActions.get(settings);
  if (cached !== undefined) return cached;
  const actions = makeActions(settings);
  const unknown = [...settings.limits.keys()].find(
    (id) => id !== EVERY_ACTION && actions.every((action) => action.id !== id),
  );
  // With a misspelled id, the intended action would silently have no limit.
  if (unknown !== undefined) throw unknownLimit(unknown, actions);
  cachedActions.set(settings, actions);
  return actions;
}

const makeActions = ({ forwardTargets }: Settings) => [...ACTIONS, ...studioActions, ...forwardTargets.map(forwardTo)];

/** The ids of all, whether they are configured or not. A forward target may repeat one. */
export const listActionIds = (settings: Settings): string[] => makeActions(settings).map(({ id }) => id);

/** The actions that are fully configured. */
export function listActions(settings: Settings): readonly Action[] {
  return allActions(settings).filter((action) => findMissingSetup(action, settings) === undefined);
}

export function findAction(id: string, settings: Settings): Action {
  const [action, another] = allActions(settings).filter((one) => one.id === id);
  if (action === undefined) throw unknownAction(id);
  if (another !== undefined) {
    throw new Failure("not-configured", {
      text: message("actions.nameTaken", { id }),
      advice: message("actions.renameTarget"),
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
): { text: Text; advice: Text } | undefined {
  if (needsKitsu && !canAskKitsu(settings)) {
    return { text: message("actions.noKitsuAccount", { title }), advice: adviseBotToken() };
  }
  const advice = findMissingSetting?.(settings);
  return advice === undefined ? undefined : { text: message("actions.notSetUp", { title }), advice };
}

function unknownLimit(id: string, actions: readonly Action[]): Failure {
  return new Failure("not-configured", {
    text: message("actions.unknownLimit", { id: id.slice(0, 80) }),
    advice: message("actions.correctLimits", { ids: actions.map((one) => one.id) }),
  });
}

function unknownAction(id: string): Failure {
  return new Failure("unknown-action", {
    text: message("actions.unknown", { id: id.slice(0, 80) }),
    advice: message("actions.wrongAddress"),
  });
}
