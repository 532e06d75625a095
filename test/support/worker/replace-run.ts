import { type Mock, vi } from "vitest";
import type { Reply } from "../../../contract.ts";
import type { Action, ActionContext } from "../../../worker/action/action.ts";

/** Puts a function of the test in the place of what an action does. */
export function replaceRun(action: Action): Mock<(given: ActionContext) => Promise<Reply>> {
  const run = vi.fn<(given: ActionContext) => Promise<Reply>>();
  vi.spyOn(action, "prepare").mockImplementation(async (given) => ({ run: async () => run(given) }));
  return run;
}
