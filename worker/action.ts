// What an author writes against. An action is a declaration and one function; it returns data, writes no HTML, touches no KV, and
// does not know in which dialect it was called.
import type { Reply, Run } from "../contract.ts";
import type { Arrival } from "./arrival.ts";
import type { Call } from "./call.ts";
import type { Settings } from "./settings.ts";

/** What an action is given. */
export type Given = {
  call: Call;
  /** the request as it arrived, secrets masked */
  arrived: Arrival;
  run: Run;
  settings: Settings;
  /** aborted when the action's time is over: hand it to every fetch */
  signal: AbortSignal;
};

export type Action = {
  /** = file name; the URL is /actions/<id> */
  id: string;
  /** the menu entry in Kitsu, heading of pages and toasts; at most 80 characters */
  title: string;
  /** one sentence for the catalogue */
  about: string;
  /** Changes nothing anywhere, and so may be called with GET, as a link. */
  isSafe?: boolean;
  /** Runs without any selected task, too. */
  takesEmptySelection?: boolean;
  /** To tell the person that it can't be done, throw a Failure. */
  run(given: Given): Promise<Reply>;
};

/** Declares an action. Its registry line is in `actions/index.ts`. */
export const defineAction = (action: Action): Action => action;
