// All targets in turn, several times over: what the machine does meanwhile meets all of them, and only ratios within a round are compared.
import { readCpuSeconds } from "./cpu.ts";
import { type Measured, measure } from "./load.ts";
import { findPeers } from "./peers.ts";
import { drawTable, median } from "./table.ts";
import { type Target, whileServing } from "./target.ts";
import { hello, withLog, withoutLog } from "./workerd.ts";

type Measurement = Measured & { cpuUs: number };
type Row = { target: Target; measured: Measurement[] };

/** @returns the report, and whether every answer was right */
export async function compareTargets(rounds: number, seconds: number): Promise<{ report: string; isRight: boolean }> {
  const peers = findPeers();
  const first: Row = { target: hello, measured: [] };
  const rows = [first, ...[withoutLog, withLog, ...peers.here].map((target): Row => ({ target, measured: [] }))];
  for (let round = 1; round <= rounds; round += 1) {
    for (const { target, measured } of rows) {
      process.stderr.write(`round ${round} of ${rounds}: ${target.name}\n`);
      measured.push(await whileServing(target, (port, group) => measureTarget(target, port, group, seconds)));
    }
  }
  const lines = [
    drawTable(
      ["", "ratio to hello", "goal", "by CPU time", "requests/s", "p50 ms", "CPU µs a call"],
      [...rows.map((row) => describe(row, first)), ...peers.missing.map((name) => [name, "not here"])],
    ),
  ];
  const wrong = rows.filter(({ measured }) => measured.some((one) => one.wrong > 0));
  for (const { target, measured } of wrong)
    lines.push(`WRONG: ${target.name} failed ${measured.map((one) => one.wrong).join(", ")} calls.`);
  if (rows.some(({ measured }) => measured.some(({ busy }) => busy > 0.9)))
    lines.push("The load took its whole core at times: the fastest servers are faster than this.");
  return { report: lines.join("\n"), isRight: wrong.length === 0 };
}

async function measureTarget({ request }: Target, port: number, group: number, seconds: number): Promise<Measurement> {
  const before = readCpuSeconds(group) ?? Number.NaN;
  const measured = await measure({ port, request, seconds });
  const cpu = (readCpuSeconds(group) ?? Number.NaN) - before;
  return { ...measured, cpuUs: (cpu * 1_000_000) / measured.calls };
}

/** Both ratios say how much of hello's speed the target has: in calls a second, and in calls for the same computing. */
function describe({ target, measured }: Row, first: Row): string[] {
  const ratios = measured.map(({ perSecond }, round) => perSecond / (first.measured[round]?.perSecond ?? Number.NaN));
  const cpuRatios = measured.map(({ cpuUs }, round) => (first.measured[round]?.cpuUs ?? Number.NaN) / cpuUs);
  return [
    target.name,
    say(median(ratios), 2),
    target.goal?.toFixed(2) ?? "",
    say(median(cpuRatios), 2),
    say(median(measured.map(({ perSecond }) => perSecond)), 0),
    say(median(measured.map(({ p50Ms }) => p50Ms)), 1),
    say(median(measured.map(({ cpuUs }) => cpuUs)), 0),
  ];
}

const say = (figure: number, digits: number) => (Number.isFinite(figure) ? figure.toFixed(digits) : "unknown");
