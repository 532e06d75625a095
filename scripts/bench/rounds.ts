// Measures all targets in turn, several times. Only ratios within a round are compared, because the
// load of the machine changes between rounds.
import { readCpuSeconds } from "../cpu-time.ts";
import { median } from "../table.ts";
import { type Measured, measure } from "./load.ts";
import { findPeers } from "./peers.ts";
import { service } from "./service-target.ts";
import { type Target, whileServing } from "./target.ts";
import { hello, pairs } from "./workerd-targets.ts";

type Measurement = Measured & { cpuUs: number };
type Row = { target: Target; limit: Row | undefined; measured: Measurement[] };

/** Medians of all rounds. Ratios compare calls per second, and CPU time where they say so. */
export type Throughput = {
  name: string;
  toHello: number;
  /** absent for what is not ours */
  toLimit?: number;
  toLimitByCpu?: number;
  perSecond: number;
  p50Ms: number;
  cpuUs: number;
};

type Comparison = { rows: Throughput[]; missing: string[]; problems: string[]; isRight: boolean };

export async function compareTargets(rounds: number, seconds: number): Promise<Comparison> {
  const { installed, missing } = findPeers();
  const toRow = (target: Target, limit?: Row): Row => ({ target, limit, measured: [] });
  const first = toRow(hello);
  // Ours come first: what they answer, the others have to answer.
  const both = pairs.flatMap(({ ours, limit }) => {
    const row = toRow(limit);
    return [toRow(ours, row), row];
  });
  const rows = [first, ...both, toRow(service), ...installed.map((target) => toRow(target))];
  for (let round = 1; round <= rounds; round += 1) {
    for (const { target, measured } of rows) {
      process.stderr.write(`round ${round} of ${rounds}: ${target.name}\n`);
      measured.push(await whileServing(target, (port, group) => measureTarget(target, port, group, seconds)));
    }
  }
  const faulty = rows.filter(({ measured }) => measured.some(({ failed }) => failed > 0));
  const problems = faulty.map(
    ({ target, measured }) =>
      `FAILED: ${target.name}, calls per round: ${measured.map(({ failed }) => failed).join(", ")}.`,
  );
  if (rows.some(({ measured }) => measured.some(({ cpuShare }) => cpuShare > 0.9)))
    problems.push("The load used its core fully at times, so the fastest servers can do more than this.");
  return { rows: rows.map((row) => summarize(row, first)), missing, problems, isRight: faulty.length === 0 };
}

async function measureTarget({ request }: Target, port: number, group: number, seconds: number): Promise<Measurement> {
  const before = readCpuSeconds(group) ?? Number.NaN;
  const measured = await measure({ port, request, seconds });
  const cpu = (readCpuSeconds(group) ?? Number.NaN) - before;
  return { ...measured, cpuUs: (cpu * 1_000_000) / measured.calls };
}

function summarize({ target, limit, measured }: Row, first: Row): Throughput {
  const compare = (other: Row, ratio: (own: Measurement, others: Measurement) => number) =>
    median(
      measured.flatMap((own, round) => {
        const others = other.measured[round];
        return others === undefined ? [] : [ratio(own, others)];
      }),
    );
  const byRate = (own: Measurement, others: Measurement) => own.perSecond / others.perSecond;
  const byCpu = (own: Measurement, others: Measurement) => others.cpuUs / own.cpuUs;
  return {
    name: target.name,
    toHello: compare(first, byRate),
    ...(limit !== undefined && { toLimit: compare(limit, byRate), toLimitByCpu: compare(limit, byCpu) }),
    perSecond: median(measured.map(({ perSecond }) => perSecond)),
    p50Ms: median(measured.map(({ p50Ms }) => p50Ms)),
    cpuUs: median(measured.map(({ cpuUs }) => cpuUs)),
  };
}
