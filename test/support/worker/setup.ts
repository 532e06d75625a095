import { reset } from "cloudflare:test";
import { afterEach, beforeEach, vi } from "vitest";
import { forgetAll } from "../../../worker/services/isolate-memory.ts";

// By default, Vitest waits for one second, which is too short on a busy machine.
const { waitFor } = vi;
vi.waitFor = (work, options = 30_000) => waitFor(work, options);

beforeEach(() => {
  forgetAll();
  return reset();
});
afterEach(() => {
  vi.restoreAllMocks();
});
