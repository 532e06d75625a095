// Compares what was promised with what was sent, answered, logged and done. A violation counts once
// it stays: alarms need time to settle a run.
import type { History, RunHistory } from "./history.ts";
import type { Log, LogRecord } from "./log-store.ts";
import type { Studio } from "./studio.ts";
import type { WorkerClient } from "./worker-client.ts";

/**
 * - `lost`: not in the log, or not with its real outcome
 * - `doubled`: logged twice or done twice
 * - `dead link`: a link that a person received leads nowhere
 * - `stuck`: never ends
 */
export const VIOLATION_KINDS = ["lost", "doubled", "dead link", "stuck"] as const;
type Kind = (typeof VIOLATION_KINDS)[number];
export type Violation = { kind: Kind; run: string; text: string };

type Evidence = { history: History; log: Log; studio: Studio; client: WorkerClient };

export async function findViolations({ history, log, studio, client }: Evidence): Promise<Violation[]> {
  const logged = log.read();
  await studio.recordJobs();
  const violations: Violation[] = [];
  const runs = [...history.runs.values()];
  for (let start = 0; start < runs.length; start += CONCURRENT_RUNS) {
    await Promise.all(
      runs.slice(start, start + CONCURRENT_RUNS).map(async (run) => {
        const records = logged.get(run.id) ?? [];
        const add = (kind: Kind, text: string) => violations.push({ kind, run: run.id, text });
        checkLog(run, records, history, add);
        await checkEffects(run, records, studio, add);
        await checkLinks(run, client, add);
      }),
    );
  }
  for (const [key, jobs] of studio.jobs) {
    if (jobs.size > 1)
      violations.push({
        kind: "doubled",
        run: key.split("/")[0] ?? "",
        text: `${jobs.size} jobs have the key ${key}: ${[...jobs]}`,
      });
  }
  for (const [id, records] of logged) {
    if (history.runs.has(id)) continue;
    if (records.length > 1)
      violations.push({
        kind: "doubled",
        run: id,
        text: `${records.length} log entries for a run that no answer named`,
      });
    if (records.some(isRunning))
      violations.push({ kind: "stuck", run: id, text: "A run that no answer named never ends" });
  }
  for (const [id, request] of studio.forwardServer.wrong)
    violations.push({ kind: "doubled", run: id, text: `The studio's server got ${request}` });
  for (const [id, reason] of studio.forwardServer.unreported) {
    const [record] = logged.get(id) ?? [];
    if (record === undefined || isRunning(record))
      violations.push({ kind: "lost", run: id, text: `Its end could not be reported: ${reason}` });
  }
  return violations;
}

const CONCURRENT_RUNS = 8;
const READ_ONLY_ACTIONS = ["debug", "statistics"];

type Add = (kind: Kind, text: string) => unknown;

const isRunning = ({ reply }: LogRecord) => reply.kind === "started";
const isInterrupted = ({ reply }: LogRecord) => reply.code === "run-interrupted";

function checkLog(run: RunHistory, records: readonly LogRecord[], history: History, add: Add): void {
  const [record] = records;
  // An action that changes nothing may run, and be logged, once for each request.
  if (records.length > (READ_ONLY_ACTIONS.includes(run.action) ? run.attempts.length : 1)) {
    const entries = records.map(({ at, reply }) => `${at} ${reply.kind} ${reply.code ?? ""}`);
    add("doubled", `${records.length} log entries: ${entries}`);
  }
  if (record === undefined) {
    if (run.isAccepted) add("lost", `The answer was "${run.lastReply?.title}", but the run is not in the log`);
    return;
  }
  if (isRunning(record)) add("stuck", "The log says that it is still running");
  if (isInterrupted(record) && !history.wasKilled(run))
    add("lost", "The log says that it was interrupted, but the worker was not killed");
  const { lastReply, finalReplies } = run;
  const isDone = finalReplies.some(({ kind }) => kind === "done");
  if (isDone && record.reply.kind !== "done" && !isInterrupted(record))
    add("lost", `The answer was "done", but the log says ${record.reply.kind} "${record.reply.title}"`);
  if (lastReply !== undefined && lastReply === finalReplies.at(-1) && record.reply.kind === "ask")
    add("lost", `The answer was "${lastReply.title}", but the log has only its question`);
  if (lastReply?.kind === "started" && record.reply.kind === "ask")
    add("lost", "It was started, but the log has only its question");
  if (run.undos > 1) add("doubled", `It was undone ${run.undos} times`);
  if (run.isUndone && record.undone === undefined) add("lost", "It was undone, but the log does not say so");
}

async function checkEffects(run: RunHistory, [record]: readonly LogRecord[], studio: Studio, add: Add): Promise<void> {
  const counts = await countEffects(run, studio);
  const most = Math.max(0, ...counts);
  if (most > 1) add("doubled", `It was done ${most} times`);
  if (most > 0 && !run.isRetry && !run.mayHaveRun) add("lost", "The answer was that it did not run, but it did");
  if (most > 0 && !run.isRetry && (record === undefined || record.reply.kind === "ask"))
    add("lost", `It was done, but the log has ${record === undefined ? "no entry" : "only its question"}`);
}

function countEffects({ id, action, tag, tasks }: RunHistory, studio: Studio): Promise<number[]> {
  if (tag === "") return Promise.resolve([]);
  if (action === "comment") return Promise.all(tasks.map((task) => studio.countComments(tag, task)));
  if (action === "playlist") return Promise.all([studio.countPlaylists(tag)]);
  return Promise.resolve([studio.forwardServer.executions.get(id) ?? 0]);
}

async function checkLinks(run: RunHistory, client: WorkerClient, add: Add): Promise<void> {
  const { links, lines, ends } = run;
  for (const url of [links?.url, links?.follow?.url]) {
    if (url === undefined) continue;
    const { status, answer } = await client.get(url);
    const { pathname } = new URL(url);
    if (status === 404 || status === 0 || status === 409) add("dead link", `${status} at ${pathname}`);
    else if (answer?.reply.kind === "started")
      add("stuck", `${pathname} says that it is still running: ${answer.reply.text ?? ""} (${lines.length} lines)`);
    else if (answer !== undefined && url === links?.follow?.url) {
      run.see(answer);
      if (run.isUndone && answer.run?.undo !== undefined) add("doubled", "It was undone, but offers its undo again");
    }
  }
  if (ends.size > 1) add("doubled", `It ended ${ends.size} times: ${[...ends].join(", ")}`);
}
