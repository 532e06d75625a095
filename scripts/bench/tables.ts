// The figures as tables, for the terminal and for docs/performance.md.
import type { Table } from "../table.ts";
import { LOG_SIZES } from "./costs/log-costs.ts";
import { PRODUCTIONS } from "./costs/studio-process.ts";
import { WAYS } from "./counts/studio.ts";
import { tabulateCounts } from "./counts/summary.ts";
import type { Figures } from "./figures.ts";
import { tabulatePrices } from "./prices.ts";

/** The tables by name: docs/performance.md says where each belongs. */
export const makeTables = (figures: Figures): Record<string, Table> => ({
  ...Object.fromEntries(WAYS.map((way) => [`counts-${way}`, tabulateCounts(figures.counts, way)])),
  throughput: tabulateThroughput(figures),
  selection: tabulateSelections(figures),
  log: tabulateLog(figures),
  use: tabulateUse(figures),
  polls: tabulatePolls(figures),
  price: tabulatePrices(figures),
});

const format = (figure: number | undefined, digits: number) =>
  figure === undefined ? "" : Number.isFinite(figure) ? figure.toFixed(digits) : "unknown";

function tabulateThroughput({ comparison: { rows, missing } }: Figures): Table {
  return {
    head: ["", "of hello", "of the limit", "by CPU time", "calls/s", "p50 ms", "CPU µs/call"],
    rows: [
      ...rows.map(({ name, toHello, toLimit, toLimitByCpu, perSecond, p50Ms, cpuUs }) => [
        name,
        format(toHello, 2),
        format(toLimit, 2),
        format(toLimitByCpu, 2),
        format(perSecond, 0),
        format(p50Ms, 1),
        format(cpuUs, 0),
      ]),
      ...missing.map((name) => [name, "not installed", "", "", "", "", ""]),
    ],
  };
}

const tabulateSelections = ({ selections }: Figures): Table => ({
  head: ["CPU ms per call", ...PRODUCTIONS.map((size) => `${size.toLocaleString("en")} tasks`)],
  rows: selections.map(({ action, asksKitsu, ms }) => [
    `\`${action}\`, ${asksKitsu ? "asks Kitsu" : "without Kitsu"}`,
    ...ms.map((one) => format(one, 1)),
  ]),
});

const tabulateLog = ({ log }: Figures): Table => ({
  head: ["CPU ms (lists) per page", ...LOG_SIZES.map((size) => `${size.toLocaleString("en")} runs`)],
  rows: log.map(({ page, ms, lists }) => [page, ...ms.map((one, index) => `${format(one, 1)} (${lists[index]})`)]),
});

const tabulateUse = ({ use }: Figures): Table => ({
  head: ["CPU ms per call", "without `ACTION_USE`", "with it", "for counting"],
  rows: use.map(({ actions, runs, ms, uncountedMs }) => [
    runs === 0 ? "nothing counted yet" : `${runs.toLocaleString("en")} runs of ${actions} actions`,
    ...[uncountedMs, ms, ms - uncountedMs].map((one) => format(one, 1)),
  ]),
});

function tabulatePolls({ polls, counts }: Figures): Table {
  return {
    head: ["a run with", "polls an hour", "object requests an hour", "CPU ms per poll", "requests per poll"],
    rows: polls.map(({ action, jobs, polls: perHour, ms }) => {
      const poll = counts.findLast((one) => one.action === action && one.step.startsWith("poll"));
      const { toKitsu = 0, toOthers = 0, byObjects = 0 } = poll ?? {};
      return [
        `${jobs} jobs on ${action}`,
        String(perHour),
        // The alarm itself is a request to the object.
        String(perHour * (1 + byObjects)),
        format(ms, 1),
        String(toKitsu + toOthers),
      ];
    }),
  };
}
