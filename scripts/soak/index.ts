// npm run soak [-- --rounds 500 --seed 7]: people run actions while the worker is killed, the log refuses and the studio's servers fail; then nothing may be
// lost, done twice, linked to in vain or stuck. The history of each run that broke a promise is printed.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Artist } from "./artist.ts";
import { Caller } from "./caller.ts";
import { Dice } from "./dice.ts";
import { History } from "./history.ts";
import { readHolds } from "./locks.ts";
import { LogStore } from "./log-store.ts";
import { report } from "./report.ts";
import { openStudio } from "./studio.ts";
import { calm, trouble } from "./trouble.ts";
import { type Finding, judge } from "./verdict.ts";
import { WorkerProcess } from "./worker-process.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    seed: { type: "string" },
    people: { type: "string", default: "8" },
  },
});
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const [rounds, people] = [Number(values.rounds), Number(values.people)];
if (![seed, rounds, people].every((number) => Number.isSafeInteger(number) && number >= 0)) {
  throw new Error("--rounds, --people and --seed must be whole numbers");
}

const LIMIT_S = 5;
/** All that is settled by an alarm is settled by then, and what is locked for nobody is free. */
const QUIET_MAX_MS = 240_000;
const CANCEL_AFTER_MS = 40_000;

const directory = mkdtempSync(join(tmpdir(), "kitsu-actions-soak-"));
process.on("exit", () => rmSync(directory, { recursive: true, force: true }));
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(130));

console.log(`Seed ${seed}: ${rounds} rounds, each ended by kill -9, ${people} people at a time.`);
const dice = new Dice(seed);
const history = new History();
const log = new LogStore();
const studio = await openStudio(new Dice(seed + 1), LIMIT_S);
const worker = await WorkerProcess.prepare({ directory, kvPort: await log.open(), variables: studio.variables });
const caller = new Caller(worker.url, studio.kitsu, history, new Dice(seed + 2));
await worker.start();

let isOver = false;
const artists = Array.from({ length: people }, async (_, index) => {
  const own = new Dice(seed + 10 + index);
  const artist = new Artist(caller, studio, history, own, worker.url);
  while (!isOver) {
    await artist.act();
    await sleep(own.between(0, 150));
  }
});

for (let round = 1; round <= rounds; round += 1) {
  await trouble(dice, log, studio);
  await sleep(dice.chance(0.2) ? dice.between(4_000, 9_000) : dice.between(500, 3_500));
  history.kills.push(Date.now());
  await worker.kill();
  if (dice.chance(0.3)) await sleep(dice.between(50, 1_500));
  await worker.start();
  await studio.lookAtJobs();
  process.stderr.write(`\rround ${round} of ${rounds}, ${history.runs.size} runs `);
}
isOver = true;
await calm(log, studio);
await Promise.all(artists);

const findings = await judgeInTime();
await worker.kill();
for (const { run, task } of readHolds(directory, Date.now()))
  findings.push({ kind: "stuck", run, text: `The task ${task} is locked` });
console.log(report({ history, log, studio, findings, seed, rounds }));
await studio.close();
log.close();
process.exit(findings.length + history.odd.length === 0 ? 0 : 1);

/** Until nothing is wrong any more, or all should have been settled. */
async function judgeInTime(): Promise<Finding[]> {
  const began = Date.now();
  let isCanceled = false;
  let hasUndone = false;
  for (;;) {
    const found = await judge({ history, log, studio, caller });
    const ms = Date.now() - began;
    process.stderr.write(`\r${Math.round(ms / 1_000)} s of quiet: ${found.length} to be settled      `);
    const isSettled = found.length === 0 && studio.receiver.isSilent;
    if (isSettled && !hasUndone) {
      hasUndone = true;
      await undoAll();
    } else if (isSettled || ms > QUIET_MAX_MS) return found;
    if (!isCanceled && ms > CANCEL_AFTER_MS) {
      isCanceled = true;
      await cancelAll();
    }
    await sleep(3_000);
  }
}

/** What was offered is there: until its time is over, it can be taken back. */
async function undoAll(): Promise<void> {
  const artist = new Artist(caller, studio, history, dice, worker.url);
  for (const run of [...history.runs.values()]) {
    const { undo } = run.run ?? {};
    if (undo === undefined || undo.until < Date.now() || run.isUndone) continue;
    const answer = await artist.undo(run, undo.url);
    const code = answer?.reply.kind === "failed" ? answer.reply.code : undefined;
    if (answer === undefined || code === "unknown-run" || code === "undo-over" || code === "already-submitted") {
      history.odd.push(`The undo of ${run.id} that was offered is not there: ${code}\n${run.lines.join("\n")}`);
    }
  }
}

async function cancelAll(): Promise<void> {
  const artist = new Artist(caller, studio, history, dice, worker.url);
  for (const run of [...history.runs.values()]) {
    if (run.run?.follow !== undefined) await artist.follow(run, run.run.follow.url, true);
  }
}
