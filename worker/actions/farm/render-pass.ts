// One pass over a render run: what its steps share. A pass is one call of the action's `watch` or
// `control`.
import type { WatchContext } from "../../action/action.ts";
import { Failure } from "../../format/failure.ts";
import type { Farm } from "./farm.ts";
import type { RenderRun } from "./render-run.ts";

export type PassContext = Pick<
  WatchContext,
  "save" | "signal" | "readRunReply" | "run" | "person" | "kitsu" | "localize"
>;

export type RenderPass<Submission> = {
  context: PassContext;
  run: RenderRun<Submission>;
  farm: Farm<Submission>;
  /** epoch milliseconds */
  now(): number;
  startedAt: number;
  /**
   * Saves the run. Throws once the pass is aborted: another one may have started from the last
   * save.
   */
  save(): Promise<void>;
};

export const startPass = <Submission>(
  context: PassContext,
  run: RenderRun<Submission>,
  farm: Farm<Submission>,
  now: () => number,
): RenderPass<Submission> => ({
  ...{ context, run, farm, now, startedAt: now() },
  save: async () => {
    context.signal.throwIfAborted();
    await context.save(run);
  },
});

/**
 * Makes every Failure worth a retry. Jobs continue while the farm can't be asked, so a wrong answer
 * must not end the run.
 */
export async function asRetryable<T>(request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (thrown) {
    if (!(thrown instanceof Failure) || thrown.reply.retry === true) throw thrown;
    throw new Failure(thrown.code, { ...thrown.reply, retry: true, cause: thrown });
  }
}
