// What is promised, held against what was done, said and written: asked again until it holds, for alarms have their time, and printed where it never does.
import type { Caller } from "./caller.ts";
import type { History, RunHistory } from "./history.ts";
import type { Logged, LogStore } from "./log-store.ts";
import type { Studio } from "./studio.ts";

/**
 * - `lost`: it is not in the log, or not as what it is
 * - `doubled`: it is in the log twice, or was done twice
 * - `dead link`: an address that somebody was given leads to nothing
 * - `stuck`: it has no end
 */
export type Kind = "lost" | "doubled" | "dead link" | "stuck";
export type Finding = { kind: Kind; run: string; text: string };

type World = { history: History; log: LogStore; studio: Studio; caller: Caller };

export async function judge({ history, log, studio, caller }: World): Promise<Finding[]> {
  const logged = log.read();
  await studio.lookAtJobs();
  const findings: Finding[] = [];
  const runs = [...history.runs.values()];
  for (let at = 0; at < runs.length; at += AT_ONCE) {
    await Promise.all(
      runs.slice(at, at + AT_ONCE).map(async (run) => {
        const lines = logged.get(run.id) ?? [];
        const add = (kind: Kind, text: string) => findings.push({ kind, run: run.id, text });
        judgeLog(run, lines, history, add);
        await judgeEffects(run, lines, studio, add);
        await judgeLinks(run, caller, add);
      }),
    );
  }
  for (const [mark, jobs] of studio.jobs) {
    if (jobs.size > 1)
      findings.push({
        kind: "doubled",
        run: mark.split("/")[0] ?? "",
        text: `${jobs.size} jobs of the mark ${mark}: ${[...jobs]}`,
      });
  }
  for (const [id, lines] of logged) {
    if (history.runs.has(id)) continue;
    if (lines.length > 1)
      findings.push({ kind: "doubled", run: id, text: `${lines.length} lines of a run nobody was told of` });
    if (lines.some(isGoing))
      findings.push({ kind: "stuck", run: id, text: "A run nobody was told of goes on for ever" });
  }
  for (const [id, why] of studio.receiver.unreported) {
    const [line] = logged.get(id) ?? [];
    if (line === undefined || isGoing(line))
      findings.push({ kind: "lost", run: id, text: `Its end could not be reported: ${why}` });
  }
  return findings;
}

const AT_ONCE = 8;
const SAFE = ["debug", "statistics"];

type Add = (kind: Kind, text: string) => unknown;

const isGoing = ({ reply }: Logged) => reply.kind === "started";
const isInterrupted = ({ reply }: Logged) => reply.code === "run-interrupted";

function judgeLog(run: RunHistory, lines: readonly Logged[], history: History, add: Add): void {
  const [line] = lines;
  // What changes nothing is a line for each request.
  if (lines.length > (SAFE.includes(run.action) ? run.attempts.length : 1))
    add(
      "doubled",
      `${lines.length} lines in the log: ${lines.map(({ at, reply }) => `${at} ${reply.kind} ${reply.code ?? ""}`)}`,
    );
  if (line === undefined) {
    if (run.isAccepted) add("lost", `Somebody was told "${run.told?.title}", and it is not in the log`);
    return;
  }
  if (isGoing(line)) add("stuck", "The log says that it goes on");
  if (isInterrupted(line) && !history.wasKilled(run)) add("lost", "It is interrupted, and nobody interrupted it");
  const { told, ends } = run;
  const isDone = ends.some(({ kind }) => kind === "done");
  if (isDone && line.reply.kind !== "done" && !isInterrupted(line))
    add("lost", `Somebody was told that it is done, and the log says ${line.reply.kind} "${line.reply.title}"`);
  if (told !== undefined && told === ends.at(-1) && line.reply.kind === "ask")
    add("lost", `Somebody was told "${told.title}", and the log says that it asked`);
  if (told?.kind === "started" && line.reply.kind === "ask") add("lost", "It goes on, and the log says that it asked");
  if (run.isUndone && line.undone === undefined) add("lost", "It was taken back, and the log does not say so");
}

async function judgeEffects(run: RunHistory, [line]: readonly Logged[], studio: Studio, add: Add): Promise<void> {
  const counts = await countEffects(run, studio);
  const most = Math.max(0, ...counts);
  if (most > 1) add("doubled", `It was done ${most} times`);
  if (most > 0 && !run.isRetry && !run.mayHaveRun)
    add("lost", "It was done, although somebody was told that it did not run");
  if (most > 0 && !run.isRetry && (line === undefined || line.reply.kind === "ask"))
    add("lost", `It was done, and the log ${line === undefined ? "has nothing of it" : "says that it asked"}`);
}

function countEffects({ id, action, tag, tasks }: RunHistory, studio: Studio): Promise<number[]> {
  if (tag === "") return Promise.resolve([]);
  if (action === "comment") return Promise.all(tasks.map((task) => studio.countComments(tag, task)));
  if (action === "playlist") return Promise.all([studio.countPlaylists(tag)]);
  return Promise.resolve([studio.receiver.worked.get(id) ?? 0]);
}

/** An address that was given is good for as long as it said. */
async function judgeLinks({ run, lines }: RunHistory, caller: Caller, add: Add): Promise<void> {
  for (const address of [run?.url, run?.follow?.url]) {
    if (address === undefined) continue;
    const { status, answer } = await caller.look(address);
    if (status === 404 || status === 0 || status === 409) add("dead link", `${status} at ${new URL(address).pathname}`);
    else if (answer?.reply.kind === "started")
      add(
        "stuck",
        `${new URL(address).pathname} says that it goes on: ${answer.reply.text ?? ""} (${lines.length} lines)`,
      );
  }
}
