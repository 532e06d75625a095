// The call of an earlier run, made again: to try it once more, or to take it back.
import type { Input } from "../../contract.ts";
import { Failure } from "../failure.ts";
import type { Call } from "../request/call.ts";
import { retriedOutcomes } from "../storage/run-links.ts";
import type { RunRecord } from "../storage/run-record.ts";

/**
 * @param now who asks, and what they answered if the action asked something again
 * @param isReader whoever may read the log, or has the run's key, and says nothing about who they are, acts for the person whose run it was
 * @param isRetry for the tasks that failed or were not tried alone, with what was answered then
 */
export function replayCall(
  first: RunRecord,
  now: Call,
  { isReader, isRetry }: { isReader: boolean; isRetry: boolean },
): Call {
  if (first.call === undefined) {
    throw new Failure("invalid-call", {
      text: "The call of that run could not be understood.",
      advice: "Run the action again from Kitsu.",
    });
  }
  const { person, form, plan, isBack, input } = now;
  const again = isRetry ? retriedOutcomes(first.reply).map(({ id }) => id) : [];
  const isNamed = person.id !== undefined || person.email !== undefined;
  const earlier = { id: first.id, at: first.at };
  const isSame = input === undefined || asSent(input) === asSent(first.call.input);
  return {
    ...first.call,
    dialect: "repeated",
    person: isNamed || !isReader ? person : first.call.person,
    selection: again.length > 0 ? again : first.call.selection,
    input: isRetry ? (isSame ? first.call.input : input) : undefined,
    form,
    plan,
    isBack,
    ...(isRetry
      ? { retryOf: { ...earlier, root: isSame ? (first.call.retryOf?.root ?? first.id) : undefined } }
      : { changeOf: earlier }),
    ignored: now.ignored,
  };
}

/** The same for the same answers, as JSON and as a form, which has texts alone, sends them. */
function asSent(input: Input = {}): string {
  const texts = Object.entries(input).map(([name, value]) =>
    [name, value === true ? "on" : value === false ? "" : [value].flat().map(String)].flat(),
  );
  return JSON.stringify(texts.sort(([a = ""], [b = ""]) => (a < b ? -1 : 1)));
}
