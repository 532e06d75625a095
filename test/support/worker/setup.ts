import { reset } from "cloudflare:test";
import { afterEach, beforeEach, vi } from "vitest";

beforeEach(() => reset());
afterEach(() => {
  vi.restoreAllMocks();
});
