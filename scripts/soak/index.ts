// npm run soak [-- --rounds 500 --seed 7 --serve]: simulated users run actions while the worker is
// killed and Kitsu, the farms, the log and the studio's server fail. Prints every run that was
// lost, done twice or is stuck, and every dead link, with its history. With --serve --day 15,
// nothing is killed for 15 minutes, and it also prints what the service used by time.
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { exitOnSignals } from "../exit-on-signals.ts";
import { createTempDirectory } from "../temp-directory.ts";
import { DayInFastMotion } from "./day.ts";
import { clearFaults, injectFaults } from "./faults.ts";
import { History } from "./history.ts";
import { readLocks } from "./locks.ts";
import { LogStore } from "./log-store.ts";
import { findMiscounted } from "./miscounted.ts";
import { Random } from "./random.ts";
import { ServiceProcess, StoredLog } from "./service-process.ts";
import { SimulatedUser } from "./simulated-user.ts";
import { openStudio } from "./studio.ts";
import { formatSummary } from "./summary.ts";
import { findViolations, type Violation } from "./violations.ts";
import { WorkerClient } from "./worker-client.ts";
import { WorkerProcess } from "./worker-process.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    seed: { type: "string" },
    people: { type: "string", default: "8" },
    // The service of docs/on-premises.md, with the log on disk, instead of bare workerd.
    serve: { type: "boolean", default: false },
    day: { type: "string", default: "0" },
  },
});
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const [people, minutes] = [Number(values.people), Number(values.day)];
const rounds = minutes > 0 ? 0 : Number(values.rounds);
if (![seed, rounds, people, minutes].every((number) => Number.isSafeInteger(number) && number >= 0)) {
  throw new Error("--rounds, --people, --seed and --day must be whole numbers.");
}

const ACTION_LIMIT_S = 5;
/** By then, every alarm has run and every lock that nobody needs has expired. */
const SETTLE_MAX_MS = 240_000;
const CANCEL_AFTER_MS = 40_000;

exitOnSignals();
const directory = createTempDirectory("soak");
console.log(
  `Seed ${seed}, ${people} simulated users: ${minutes > 0 ? `${minutes} minutes` : `${rounds} rounds, each ended by kill -9`}.`,
);
const random = new Random(seed);
const history = new History();
const store = new LogStore();
const log = values.serve ? new StoredLog(directory) : store;
const studio = await openStudio(new Random(seed + 1), ACTION_LIMIT_S);
const { variables } = studio;
const worker = values.serve
  ? await ServiceProcess.prepare({ directory, variables })
  : await WorkerProcess.prepare({ directory, kvPort: await store.open(), variables });
const client = new WorkerClient(worker.url, studio.kitsu, history, new Random(seed + 2));
await worker.start();

const day =
  minutes > 0 && worker instanceof ServiceProcess && log instanceof StoredLog
    ? new DayInFastMotion({ minutes, directory, service: worker, client, history, studio, log, random })
    : undefined;

let hasEnded = false;
const users = Array.from({ length: people }, async (_, index) => {
  const own = new Random(seed + 10 + index);
  const user = new SimulatedUser(client, studio, history, own);
  while (!hasEnded) {
    await user.act();
    await sleep(own.integer(0, 150));
  }
});

for (let round = 1; round <= rounds; round += 1) {
  await injectFaults(random, log, studio);
  await sleep(random.chance(0.2) ? random.integer(4_000, 9_000) : random.integer(500, 3_500));
  history.kills.push(Date.now());
  await worker.kill();
  if (random.chance(0.3)) await sleep(random.integer(50, 1_500));
  await worker.start();
  await studio.recordJobs();
  process.stderr.write(`\rround ${round} of ${rounds}, ${history.runs.size} runs `);
}
await day?.pass();
hasEnded = true;
await clearFaults(log, studio);
await Promise.all(users);

const violations = await settle();
if (day !== undefined) console.log(`\n\n${await day.rest()}`);
await worker.kill();
for (const { run, task } of readLocks(directory, Date.now()))
  violations.push({ kind: "stuck", run, text: `The task ${task} is still locked` });
console.log(formatSummary({ history, log, studio, violations, seed, rounds }));
await studio.close();
store.close();
process.exit(violations.length + history.faults.length === 0 ? 0 : 1);

/** Waits until nothing is wrong any more. Returns the violations that remain. */
async function settle(): Promise<Violation[]> {
  const startedAt = Date.now();
  let hasCanceled = false;
  let hasUndone = false;
  for (;;) {
    const found = await findViolations({ history, log, studio, client });
    found.push(...findMiscounted(directory, log.read()));
    const ms = Date.now() - startedAt;
    process.stderr.write(`\rsettling for ${Math.round(ms / 1_000)} s: ${found.length} left      `);
    const isSettled = found.length === 0 && !studio.forwardServer.isReporting;
    if (isSettled && !hasUndone) {
      hasUndone = true;
      await undoAll();
    } else if (isSettled || ms > SETTLE_MAX_MS) return found;
    if (!hasCanceled && ms > CANCEL_AFTER_MS) {
      hasCanceled = true;
      await cancelAll();
    }
    await sleep(3_000);
  }
}

/** Every undo that was offered works until it expires. */
async function undoAll(): Promise<void> {
  const user = new SimulatedUser(client, studio, history, random);
  for (const run of [...history.runs.values()]) {
    const { undo } = run.links ?? {};
    if (undo === undefined || undo.until < Date.now() || run.isUndone) continue;
    const answer = await user.undo(run, undo.url);
    const code = answer?.reply.kind === "failed" ? answer.reply.code : undefined;
    if (answer === undefined || code === "unknown-run" || code === "undo-over" || code === "already-submitted") {
      history.faults.push(`The undo that was offered for ${run.id} does not work: ${code}\n${run.lines.join("\n")}`);
    }
  }
}

async function cancelAll(): Promise<void> {
  const user = new SimulatedUser(client, studio, history, random);
  for (const run of [...history.runs.values()]) {
    if (run.links?.follow !== undefined) await user.follow(run, run.links.follow.url, true);
  }
}
