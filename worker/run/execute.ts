// From a call to the reply: what must be asked is asked, what must be agreed to is agreed to, and what was answered twice is run once.
import type { Reply, Run } from "../../contract.ts";
import type { Person } from "../access/person.ts";
import type { Action, Given } from "../action/action.ts";
import { findAgreement } from "../action/confirmation.ts";
import { Failure } from "../failure.ts";
import { findNow } from "../long-run/run-lookup.ts";
import type { Call, EarlierRun } from "../request/call.ts";
import type { Scene } from "../request/request-context.ts";
import { type Beginning, meetConversation } from "../storage/run-coordinator.ts";
import { type OfferedUndo, offerAgain, runAt } from "../storage/run-links.ts";
import type { Left } from "./action-context.ts";

/** The same run, which was submitted before. */
export type Twin = { run: Run; reply: Reply; failure?: Failure };

export type Conversed = { reply: Reply; undo?: OfferedUndo | undefined } | { twin: Twin };

/** When the run began, and by which request. `isNamed`: whoever called gave it its id, and so may send it twice; `isTaken`: it was. */
export type Begun = { at: number; token: string; isNamed: boolean; isTaken: boolean };

type Place = Pick<Scene, "env" | "settings" | "base">;

export async function converse(
  action: Action,
  given: Given,
  left: Left,
  { at, token, isNamed, isTaken }: Begun,
  place: Place,
): Promise<Conversed> {
  const beginning: Beginning = { at, action: action.id, person: given.person.id };
  const meet = () => meetConversation(place.env, given.run.id);
  if (isTaken) return { twin: await findTwin(action, given, at, place) };
  const ready = await action.prepare(given);
  if ("kind" in ready) {
    await meet().open(beginning);
    return { reply: ready };
  }
  const agreement = await findAgreement(action, ready, given, async () => (await meet().read()).shown);
  if (agreement !== undefined) {
    await meet().open(beginning, agreement.shown);
    return { reply: agreement.ask };
  }
  const takesTurn = isOnce(action, given.call, isNamed);
  const first = takesTurn ? await meet().begin(beginning, token) : undefined;
  if (first !== undefined) return { twin: await findTwin(action, given, first.at, place) };
  const { retryOf } = given.call;
  const reply = retryOf === undefined ? await ready.run() : await retryOnce(retryOf, { id: given.run.id, at }, ready.run, place);
  if (reply.kind === "ask") {
    await (takesTurn ? meet().reopen() : meet().open(beginning));
    return { reply };
  }
  const offer = left.undo;
  // What goes on can be taken back when it is over.
  if (offer === undefined || reply.kind !== "done") return { reply };
  const undo = { until: Date.now() + offer.lifeS * 1_000, label: offer.label };
  await meet().keepUndo(beginning, { data: JSON.stringify(offer.data), until: undo.until });
  return { reply, undo };
}

/** One retry of a run, from whichever page or tab; another one only where nothing came of it. */
async function retryOnce(first: EarlierRun, own: EarlierRun, run: () => Promise<Reply>, { env, base }: Place): Promise<Reply> {
  const conversation = meetConversation(env, first.id);
  const other = await conversation.takeRetry(own);
  if (other !== undefined) {
    throw new Failure("already-submitted", {
      text: "This run was retried already, and a run can be retried only once.",
      advice: `The retry is at ${runAt(base, other.id, other.at).url}: what failed in it can be retried from there.`,
    });
  }
  let isDone = false;
  try {
    const reply = await run();
    isDone = reply.kind === "done" || reply.kind === "started";
    return reply;
  } finally {
    if (!isDone) await conversation.returnRetry(own.id);
  }
}

/** What was submitted before runs once. Whoever's run it is gets it as it stands, or as it ended. */
async function findTwin({ id: action }: Action, { run, person, base }: Given, at: number, { env, settings }: Place): Promise<Twin> {
  const found = await findNow(env, settings, run.id, at).catch(() => undefined);
  // What died before it knew whose it is says so in words that are anybody's.
  const isAnybodys = found?.recorded.reply.kind === "failed" && found.recorded.reply.code === "run-interrupted";
  if (found?.recorded.action === action && (isAnybodys || found.recorded.person?.id === person.id)) {
    const { recorded, followed } = found;
    if (followed !== undefined) return followed;
    // Before its end the log has no more than that something was asked.
    if (recorded.reply.kind !== "ask") return { run: offerAgain(base, recorded), reply: recorded.reply };
  }
  const place = runAt(base, run.id, at);
  const failure = new Failure("already-submitted", {
    text: "This was submitted before, and runs once.",
    advice: `What came of it is at ${place.url}`,
  });
  return { run: place, reply: failure.reply, failure };
}

/** What is answered, or tried again, is run once; so is what changes anything, where the same call can be known again. */
export const isOnce = ({ isSafe = false }: Action, { input, plan, retryOf }: Call, isNamed: boolean) =>
  input !== undefined || plan !== undefined || retryOf !== undefined || (isNamed && !isSafe);

/** Throws where the run is somebody else's, or another action's: its id is no secret, and gives nobody a right to it. */
export function checkOwn({ action, person }: Beginning, { id }: Action, caller: Person): void {
  const isAnothers = person !== undefined && person !== caller.id;
  if (action === id && !isAnothers) return;
  throw new Failure("invalid-call", {
    text: `This run was begun ${isAnothers ? "by somebody else" : `by the action "${action}"`}.`,
    advice: "Run the action again from Kitsu.",
    field: "run",
  });
}
