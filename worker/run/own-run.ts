// Decides which run a call belongs to. If a page sends the same call twice, both belong to one run.
// A call that is refused because of its id is logged as a separate run.
import type { Person } from "../access/person.ts";
import type { Action } from "../action/action.ts";
import { Failure } from "../format/failure.ts";
import { message } from "../format/message.ts";
import type { Call } from "../request/call.ts";
import { identifyRun, type RunIdentity } from "../storage/known-run.ts";
import { makeRunId } from "../storage/run-links.ts";
import type { CallState } from "./call-state.ts";
import { cannotRecord } from "./run-recorder.ts";

/**
 * Sets the run's id and start time. Throws if the run may not start, or belongs to somebody else.
 * @returns whether the run was submitted before
 */
export async function findOwnRun(state: CallState, call: Call, person: Person): Promise<{ isTaken: boolean }> {
  const { action, recorder, requestedId } = state;
  const known = await recorder?.known.catch((cause: unknown) => {
    if (!action.isSafe) throw cannotRecord(cause);
    return undefined;
  });
  state.isPlaced = true;
  const earlier = isRepeatable(state, call) ? known : undefined;
  if (known?.isVoid) {
    state.id = makeRunId();
    throw neverRan();
  }
  if (earlier === undefined) return { isTaken: false };
  const { identity } = earlier;
  if (identity !== undefined) {
    // Until the identity is checked, a refusal is logged as a separate run.
    state.id = makeRunId();
    checkSameRun(identity, action, person);
    state.id = requestedId ?? state.id;
  }
  // A run has one entry in the log, however often its call is sent.
  state.at = identity?.at ?? earlier.at;
  return { isTaken: earlier.isTaken };
}

/** Gives a call that failed before `findOwnRun` a separate run if its id was used before. */
export async function separateFromEarlierRun(state: CallState): Promise<void> {
  if (state.isPlaced || state.call === undefined || !isRepeatable(state, state.call)) return;
  const known = await state.recorder?.known.catch(() => undefined);
  if (known === undefined) return;
  if (known.isVoid || known.identity !== undefined) state.id = makeRunId();
  else state.at = known.at;
}

/** Can the page send this call again under the same id? */
const isRepeatable = ({ requestedId, action }: CallState, call: Call) =>
  requestedId !== undefined && runsOnce(action, call, true);

/**
 * Answers and retries run only once. So does everything that changes something, if the page gave
 * the run its id: then a repeated call can be recognized.
 */
export const runsOnce = ({ isSafe = false }: Action, { input, plan, retryOf }: Call, hasRequestedId: boolean) =>
  input !== undefined || plan !== undefined || retryOf !== undefined || (hasRequestedId && !isSafe);

/**
 * A run's id is not a secret, so it gives nobody a right to the run. Callers who don't say who they
 * are can't be told apart. They may answer each other's questions, but see no earlier reply.
 */
function checkSameRun({ action, person, name }: RunIdentity, { id }: Action, caller: Person): void {
  const now = identifyRun(0, action, caller);
  // An older worker did not store the name.
  const isOthers = person !== now.person || (name !== undefined && name !== now.name);
  if (action === id && !isOthers) return;
  throw new Failure("invalid-call", {
    text: isOthers ? message("run.startedByOther") : message("run.startedByAction", { action }),
    advice: message("run.runAgainFromKitsu"),
    field: "run",
  });
}

const neverRan = () =>
  new Failure("never-ran", {
    text: message("run.givenUp"),
    advice: message("run.runAgain"),
  });
