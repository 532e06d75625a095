// Measures all targets in turn, several times. Only ratios within a round are compared, because the
// load of the machine changes between rounds.
import { readCpuSeconds } from "../cpu-time.ts";
import { drawTable, median } from "../table.ts";
import { type Measured, measure } from "./load.ts";
import { findPeers } from "./peers.ts";

import { type Target, whileServing } from "./target.ts";
import { hello, withLog, withoutLog } from "./workerd-targets.ts";

type Measurement = Measured & { cpuUs: number };
type Row = { target: Target; measured: Measurement[] };

/** @returns the report, and whether every answer was right */
export async function compareTargets(rounds: number, seconds: number): Promise<{ report: string; isRight: boolean }> {
  const peers = findPeers();
  const first: Row = { target: hello, measured: [] };
  const rows = [first, ...[withoutLog, withLog, ...peers.installed].map((target): Row => ({ target, measured: [] }))];
  for (let round = 1; round <= rounds; round += 1) {
    for (const { target, measured } of rows) {
      process.stderr.write(`round ${round} of ${rounds}: ${target.name}\n`);
      measured.push(await whileServing(target, (port, group) => measureTarget(target, port, group, seconds)));
    }
  }
  const lines = [
    drawTable(
      ["", "ratio to hello", "goal", "by CPU time", "requests/s", "p50 ms", "CPU µs/call"],
      [...rows.map((row) => describe(row, first)), ...peers.missing.map((name) => [name, "not installed"])],
    ),
  ];
  const faulty = rows.filter(({ measured }) => measured.some(({ failed }) => failed > 0));
  for (const { target, measured } of faulty)
    lines.push(`FAILED: ${target.name}, calls per round: ${measured.map(({ failed }) => failed).join(", ")}.`);
  if (rows.some(({ measured }) => measured.some(({ cpuShare }) => cpuShare > 0.9)))
    lines.push("The load used its core fully at times, so the fastest servers can do more than this.");
  return { report: lines.join("\n"), isRight: faulty.length === 0 };
}

async function measureTarget({ request }: Target, port: number, group: number, seconds: number): Promise<Measurement> {
  const before = readCpuSeconds(group) ?? Number.NaN;
  const measured = await measure({ port, request, seconds });
  const cpu = (readCpuSeconds(group) ?? Number.NaN) - before;
  return { ...measured, cpuUs: (cpu * 1_000_000) / measured.calls };
}

/** Both ratios compare with hello: one by calls per second, the other by calls per CPU time. */
function describe({ target, measured }: Row, first: Row): string[] {
  const ratios = measured.map(({ perSecond }, round) => perSecond / (first.measured[round]?.perSecond ?? Number.NaN));
  const cpuRatios = measured.map(({ cpuUs }, round) => (first.measured[round]?.cpuUs ?? Number.NaN) / cpuUs);
  return [
    target.name,
    format(median(ratios), 2),
    target.goal?.toFixed(2) ?? "",
    format(median(cpuRatios), 2),
    format(median(measured.map(({ perSecond }) => perSecond)), 0),
    format(median(measured.map(({ p50Ms }) => p50Ms)), 1),
    format(median(measured.map(({ cpuUs }) => cpuUs)), 0),
  ];
}

const format = (figure: number, digits: number) => (Number.isFinite(figure) ? figure.toFixed(digits) : "unknown");
