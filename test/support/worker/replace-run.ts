import { type Mock, vi } from "vitest";
import type { Action, ActionContext } from "../../../worker/action/action.ts";
import type { Reply } from "../../../worker/format/reply.ts";

/** Replaces what an action does when it runs. */
export function replaceRun(action: Action): Mock<(context: ActionContext) => Promise<Reply>> {
  const run = vi.fn<(context: ActionContext) => Promise<Reply>>();
  vi.spyOn(action, "prepare").mockImplementation(async (context) => ({ run: async () => run(context) }));
  return run;
}
