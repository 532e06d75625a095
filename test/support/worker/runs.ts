// Ids, records and replies of runs.
import type { Reply } from "../../../worker/format/reply.ts";
import type { RunRecord } from "../../../worker/storage/run-record.ts";

export const RUN = "0123456789abcdef0123456789abcdef";
export const newRunId = () => crypto.randomUUID().replaceAll("-", "");

export const DONE = { kind: "done", severity: "success", title: "Sent" } as const satisfies Reply;
export const INTERRUPTED = {
  kind: "failed",
  code: "run-interrupted",
  title: "The run was interrupted",
} as const satisfies Reply;

/** The smallest record that the log takes, with these members changed. */
export const makeRecord = (rest: Partial<RunRecord> = {}): RunRecord => ({
  id: RUN,
  at: 1_000,
  tookMs: 1,
  action: "debug",
  status: 200,
  arrived: { method: "POST", path: "/", headers: [], fields: [] },
  reply: DONE,
  ...rest,
});

/** The record of a request that has started, as the coordinator stores it. */
export const encodeDraft = (rest: Partial<RunRecord> = {}): Uint8Array =>
  new TextEncoder().encode(JSON.stringify(makeRecord({ status: 500, reply: INTERRUPTED, ...rest })));
