import { reset } from "cloudflare:test";
import { afterEach, beforeEach, vi } from "vitest";

// Vitest waits for one second, and a busy machine is no failure.
const { waitFor } = vi;
vi.waitFor = (work, options = 30_000) => waitFor(work, options);

beforeEach(() => reset());
afterEach(() => {
  vi.restoreAllMocks();
});
