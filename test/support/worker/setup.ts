import { vi } from "vitest";

// By default, Vitest waits for one second, which is too short on a busy machine.
const { waitFor } = vi;
vi.waitFor = (work, options = 30_000) => waitFor(work, options);
