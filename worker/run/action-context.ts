// What an action is given, and what it leaves behind for after its answer.
import type { Run } from "../../contract.ts";
import type { Person } from "../access/person.ts";
import type { Action, Given, UndoOffer } from "../action/action.ts";
import type { RoleIn } from "../action/authorize.ts";
import type { Call } from "../request/call.ts";
import type { Scene } from "../request/request-context.ts";
import type { Arrival } from "../request/request-snapshot.ts";
import type { Kitsu } from "../services/kitsu.ts";
import { meetLocks } from "../storage/locks.ts";
import { lend } from "../storage/temporary-link.ts";

export type Left = {
  undo?: UndoOffer;
  /** the run goes on, with this; `token`: of the person's session, where it goes on as the person */
  goesOn?: { data: unknown; token: string | undefined };
  /** ends the locks it took: called where it does not go on */
  release(): Promise<void>;
};

export type Known = {
  call: Call;
  arrived: Arrival;
  run: Run;
  /** when it began */
  at: number;
  person: Person;
  kitsu: Kitsu | undefined;
  roleIn: RoleIn;
  signal: AbortSignal;
};

/** So much longer than the action itself may take. */
const LOCKED_MORE_MS = 60_000;

export function makeGiven(action: Action, scene: Scene, { kitsu, ...known }: Known): { given: Given; left: Left } {
  const { env, settings, base } = scene;
  const { run, person } = known;
  let hasLocked = false;
  const left: Left = {
    release: async () => {
      if (hasLocked) await meetLocks(env, action.id).release(run.id);
    },
  };
  const given: Given = {
    ...known,
    settings,
    base,
    kitsu: () => kitsu ?? throwNoKitsu(),
    lend: (loan) => lend(scene, { person, run: { id: run.id, at: known.at } }, loan),
    offerUndo: (offer) => {
      if (action.undo === undefined) throw new Error("An action that offers to take back what it did must say how: undo");
      left.undo = offer;
    },
    goOn: (data, { asPerson = false } = {}) => {
      left.goesOn = { data, token: asPerson ? person.token : undefined };
    },
    findBusy: async (tasks) => [...(await meetLocks(env, action.id).find(run.id, tasks))],
    lock: async (tasks, isShared) => {
      known.signal.throwIfAborted();
      hasLocked = true;
      // Until the run goes on by itself, which keeps them for longer. Should the worker end in between, nobody waits for it long.
      const holder = { run: run.id, person: person.name, until: Date.now() + settings.actionTimeLimitMs + LOCKED_MORE_MS };
      const busy = [...(await meetLocks(env, action.id).take(holder, tasks, isShared))];
      if (known.signal.aborted) await left.release();
      known.signal.throwIfAborted();
      return busy;
    },
  };
  return { given, left };
}

function throwNoKitsu(): never {
  throw new Error("An action that asks for Kitsu must say so: needsKitsu");
}
