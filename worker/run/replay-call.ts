// Builds the call of an earlier run again, to retry, undo or control that run.
import type { Input } from "../../contract.ts";
import { Failure } from "../format/failure.ts";
import { message } from "../format/message.ts";
import type { Call } from "../request/call.ts";
import { retriedOutcomes } from "../storage/run-links.ts";
import type { RunRecord } from "../storage/run-record.ts";

/**
 * @param now the current request: who sends it, and the answers if the action asked again
 * @param mayAct the caller acts for the run's owner, unless they say who they are
 * @param isRetry repeat the same answers, for the tasks that failed or were not reached
 */
export function replayCall(
  record: RunRecord,
  now: Call,
  { mayAct, isRetry }: { mayAct: boolean; isRetry: boolean },
): Call {
  if (record.call === undefined) {
    throw new Failure("invalid-call", {
      text: message("run.noCall"),
      advice: message("run.runAgainFromKitsu"),
    });
  }
  const { person, form, plan, isBack, input } = now;
  const retried = isRetry ? retriedOutcomes(record.reply).map(({ id }) => id) : [];
  const saysWho = person.id !== undefined || person.email !== undefined;
  const earlier = { id: record.id, at: record.at };
  const isSameInput = input === undefined || normalize(input) === normalize(record.call.input);
  const root = isSameInput ? (record.call.retryOf?.root ?? record.id) : undefined;
  return {
    ...record.call,
    dialect: "repeated",
    person: saysWho || !mayAct ? person : record.call.person,
    selection: retried.length > 0 ? retried : record.call.selection,
    input: isRetry ? (isSameInput ? record.call.input : input) : undefined,
    form,
    plan,
    isBack,
    ...(isRetry ? { retryOf: { ...earlier, root } } : { changeOf: earlier }),
    ignored: now.ignored,
  };
}

/** The same text for the same answers, whether they came as JSON or as a form's texts. */
function normalize(input: Input = {}): string {
  const texts = Object.entries(input).map(([name, value]) =>
    [name, value === true ? "on" : value === false ? "" : [value].flat().map(String)].flat(),
  );
  return JSON.stringify(texts.sort(([a = ""], [b = ""]) => (a < b ? -1 : 1)));
}
