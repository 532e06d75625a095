// What an action says about its long run.
import type { Text } from "../format/message.ts";
import type { Reply } from "../format/reply.ts";
import type { ServerOffers } from "../services/server-answer.ts";

/** What can be done to a long run. */
export type Control = "cancel" | "pause" | "resume";

/** How a long run is now. */
export type RunStatus = {
  /** a `started` reply while the run continues, any other when it has ended */
  reply: Reply;
  /** passed to the next call of `watch` */
  data: unknown;
  /** what can be done now */
  controls?: readonly Control[];
  /**
   * milliseconds until the next call of `watch`; 0: at once. Without it, the worker decides: the
   * longer nothing changes, the longer it waits.
   */
  nextCheckMs?: number | undefined;
  /** how many calls of `watch` it takes to check everything; 1 if absent */
  polls?: number | undefined;
  /** identifies the newest picture; changes when there is a newer one */
  picture?: string | undefined;
};

/**
 * What the server that works on a run said to a control. `reply` is the new state of the run;
 * without one the server only accepted it, in these `words`.
 */
export type ControlAnswer = ServerOffers & { reply?: Reply; words?: { title: Text; text?: Text | undefined } };
