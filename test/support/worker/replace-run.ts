import { type Mock, vi } from "vitest";
import type { Reply } from "../../../contract.ts";
import type { Action, Given } from "../../../worker/action/action.ts";

/** Puts a function of the test in the place of what an action does. */
export function replaceRun(action: Action): Mock<(given: Given) => Promise<Reply>> {
  const run = vi.fn<(given: Given) => Promise<Reply>>();
  vi.spyOn(action, "prepare").mockImplementation(async (given) => ({ run: async () => run(given) }));
  return run;
}
