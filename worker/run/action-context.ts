// What an action is given, and what it leaves behind for after its answer.
import type { Run } from "../../contract.ts";
import type { Person } from "../access/person.ts";
import type { Action, ActionContext, UndoOffer } from "../action/action.ts";
import type { RoleLookup } from "../action/authorize.ts";
import type { Call } from "../request/call.ts";
import type { RequestContext } from "../request/request-context.ts";
import type { RequestSnapshot } from "../request/request-snapshot.ts";
import type { Kitsu } from "../services/kitsu.ts";
import { getLocks } from "../storage/locks.ts";
import { createTemporaryLink } from "../storage/temporary-link.ts";

export type ActionEffects = {
  undo?: UndoOffer;
  /** the run goes on, with this; `token`: of the person's session, where it goes on as the person */
  continuation?: { data: unknown; token: string | undefined };
  /** ends the locks it took: called where it does not go on */
  release(): Promise<void>;
};

export type CallFacts = {
  call: Call;
  arrived: RequestSnapshot;
  run: Run;
  /** when it began */
  at: number;
  person: Person;
  kitsu: Kitsu | undefined;
  roleIn: RoleLookup;
  signal: AbortSignal;
};

/** So much longer than the action itself may take. */
const LOCKED_MORE_MS = 60_000;

export function createActionContext(
  action: Action,
  context: RequestContext,
  { kitsu, ...known }: CallFacts,
): { actionContext: ActionContext; left: ActionEffects } {
  const { env, settings, base } = context;
  const { run, person } = known;
  let hasLocked = false;
  const left: ActionEffects = {
    release: async () => {
      if (hasLocked) await getLocks(env, action.id).release(run.id);
    },
  };
  const actionContext: ActionContext = {
    ...known,
    settings,
    base,
    kitsu: () => kitsu ?? throwNoKitsu(),
    createLink: (loan) => createTemporaryLink(context, { person, run: { id: run.id, at: known.at } }, loan),
    offerUndo: (offer) => {
      if (action.undo === undefined)
        throw new Error("An action that offers to take back what it did must say how: undo");
      left.undo = offer;
    },
    continueWith: (data, { asPerson = false } = {}) => {
      left.continuation = { data, token: asPerson ? person.token : undefined };
    },
    findConflicts: async (tasks) => [...(await getLocks(env, action.id).find(run.id, tasks))],
    lock: async (tasks, isShared) => {
      known.signal.throwIfAborted();
      hasLocked = true;
      // Until the run goes on by itself, which keeps them for longer. Should the worker end in between, nobody waits for it long.
      const holder = {
        run: run.id,
        person: person.name,
        until: Date.now() + settings.actionTimeLimitMs + LOCKED_MORE_MS,
      };
      const busy = [...(await getLocks(env, action.id).take(holder, tasks, isShared))];
      if (known.signal.aborted) await left.release();
      known.signal.throwIfAborted();
      return busy;
    },
  };
  return { actionContext, left };
}

function throwNoKitsu(): never {
  throw new Error("An action that asks for Kitsu must say so: needsKitsu");
}
