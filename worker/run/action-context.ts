// The context that an action runs in, and the effects that are applied after its reply.
import type { Person } from "../access/person.ts";
import type { Action, ActionContext, Control, UndoOffer } from "../action/action.ts";
import type { RoleLookup } from "../action/authorize.ts";
import type { Choices } from "../action/form-input.ts";
import { localize } from "../format/localize.ts";
import type { Reader } from "../format/reader.ts";
import type { Run } from "../format/reply.ts";
import type { Call } from "../request/call.ts";
import type { RequestContext } from "../request/request-context.ts";
import type { RequestSnapshot } from "../request/request-snapshot.ts";
import type { Kitsu } from "../services/kitsu.ts";
import { getLocks } from "../storage/locks.ts";
import { createTemporaryLink } from "../storage/temporary-link.ts";

export type ActionEffects = {
  /** the language and time zone of the person */
  reader: Reader;
  undo?: UndoOffer;
  /** the labels of what the person chose */
  choices?: Choices | undefined;
  /**
   * the run continues as a long run with this data; `token`: the person's session token, if the run
   * works as the person
   */
  continuation?: { data: unknown; token: string | undefined; controls: readonly Control[] };
  hasLocked: boolean;
  /** releases the locks that the action took, if the run does not continue */
  release(): Promise<void>;
};

export type CallFacts = {
  call: Call;
  request: RequestSnapshot;
  run: Run;
  /** when the run started, in epoch milliseconds */
  at: number;
  person: Person;
  kitsu: Kitsu | undefined;
  roleIn: RoleLookup;
  reader: Reader;
  signal: AbortSignal;
};

/** How much longer than the action's time limit a lock lasts. */
const LOCK_GRACE_MS = 60_000;

export function createActionContext(
  action: Action,
  requestContext: RequestContext,
  { kitsu, reader, ...facts }: CallFacts,
): { actionContext: ActionContext; effects: ActionEffects } {
  const { env, settings, base } = requestContext;
  const { run, person, signal } = facts;

  const effects: ActionEffects = {
    reader,
    hasLocked: false,
    release: async () => {
      if (effects.hasLocked) await getLocks(env, action.id).release(run.id);
    },
  };
  const actionContext: ActionContext = {
    ...facts,
    reader,
    localize: (text) => localize(text, reader),
    settings,
    base,
    kitsu: () => kitsu ?? throwNoKitsu(),
    createLink: (target) => createTemporaryLink(requestContext, { person, run: { id: run.id, at: facts.at } }, target),
    offerUndo: (offer) => {
      if (action.undo === undefined) throw new Error("An action that offers an undo needs an `undo` function");
      effects.undo = offer;
    },
    continueWith: (data, { asPerson = false, controls = [] } = {}) => {
      effects.continuation = { data, token: asPerson ? person.token : undefined, controls };
    },
    findConflicts: async (tasks) => [...(await getLocks(env, action.id).find(run.id, tasks))],
    lock: async (tasks, isShared) => {
      signal.throwIfAborted();
      effects.hasLocked = true;
      // A long run extends its locks. If the worker dies before that, the locks expire soon.
      const until = Date.now() + settings.actionTimeLimitMs + LOCK_GRACE_MS;
      const holder = { run: run.id, person: person.name, until };
      const conflicts = [...(await getLocks(env, action.id).take(holder, tasks, isShared))];
      if (signal.aborted) await effects.release();
      signal.throwIfAborted();
      return conflicts;
    },
  };
  return { actionContext, effects };
}

function throwNoKitsu(): never {
  throw new Error("An action that uses Kitsu must declare it: needsKitsu");
}
