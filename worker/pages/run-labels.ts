// How the log and the page of a run name a run's state.
import { type Message, message } from "../format/message.ts";
import type { RunState } from "../storage/run-record.ts";

export const RUN_STATE_LABELS: Readonly<Record<RunState, Message>> = {
  done: message("log.stateDone"),
  partial: message("log.statePartial"),
  unconfirmed: message("log.stateUnconfirmed"),
  failed: message("log.stateFailed"),
  asked: message("log.stateAsked"),
  started: message("log.stateStarted"),
  undone: message("log.stateUndone"),
};
