// The tests' Zou at the pace of a real one, on the test's clock. It writes comments one after the
// other, and continues a request when the client has gone.
import { vi } from "vitest";
import type { FakeZou } from "./zou.ts";

/** The time for one comment, measured on Zou 1.0.97. */
export const REAL_MS = 300;
/** The time for any other request. */
const READ_MS = 20;

export type Pace = {
  /** in epoch milliseconds */
  now(): number;
  wait(ms: number): void;
  /** the time for one comment */
  commentMs: number;
  /** the number of comments by task id */
  countByTask(): Map<unknown, number>;
  /**
   * faults of the next requests: lost after some comments, with the others written later or never;
   * answered by a proxy
   */
  next: { lostAfter?: number; isGoingOn?: boolean; instead?: Response; isProxy?: boolean }[];
};

export function pace(zou: FakeZou, commentMs = REAL_MS): Pace {
  const asZou = vi.mocked(fetch).getMockImplementation();
  if (asZou === undefined) throw new Error("Open the Zou first");
  let now = Date.UTC(2026, 10, 28);
  let later: { at: number; write(): Promise<unknown> }[] = [];
  const made: Pace = {
    now: () => now,
    wait: (ms) => {
      now += ms;
    },
    commentMs,
    countByTask: () => {
      const counts = new Map<unknown, number>();
      for (const { object_id } of zou.comments) counts.set(object_id, (counts.get(object_id) ?? 0) + 1);
      return counts;
    },
    next: [],
  };
  zou.now = made.now;
  vi.mocked(fetch).mockImplementation(async (input, init) => {
    const due = later.filter(({ at }) => at <= now);
    later = later.filter((one) => !due.includes(one));
    for (const { write } of due) await write();
    const request = new Request(input, init);
    if (!request.url.endsWith("/batch-comment")) {
      now += READ_MS;
      return asZou(input, init);
    }
    const { comments } = await request.json<{ comments: unknown[] }>();
    const write = (some: unknown[]) => asZou(request.url, { ...init, body: JSON.stringify({ comments: some }) });
    const { lostAfter, isGoingOn = false, instead, isProxy = false } = made.next.shift() ?? {};
    if (instead !== undefined) return instead;
    if (lostAfter === undefined) {
      now += made.commentMs * comments.length;
      return write(comments);
    }
    await write(comments.slice(0, lostAfter));
    now += made.commentMs * lostAfter;
    if (isGoingOn)
      for (const [index, comment] of comments.slice(lostAfter).entries())
        later.push({ at: now + made.commentMs * (index + 1), write: () => write([comment]) });
    if (isProxy)
      return new Response("<html><title>504 Gateway Time-out", {
        status: 504,
        headers: { "content-type": "text/html" },
      });
    throw new TypeError("Network connection lost.");
  });
  return made;
}
