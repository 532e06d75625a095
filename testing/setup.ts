// Runs before each test file: every test starts with empty storage and nothing remembered, and what
// it replaced is restored.
import { reset } from "cloudflare:test";
import { afterEach, beforeEach, vi } from "vitest";
import { forgetAll } from "../worker/services/isolate-memory.ts";
import { closeKitsu } from "./kitsu.ts";

beforeEach(() => {
  forgetAll();
  return reset();
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  closeKitsu();
});
