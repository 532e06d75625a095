// What a thousand runs cost at Cloudflare. docs/performance.md links to the prices.

import type { Table } from "../table.ts";
import type { Figures } from "./figures.ts";

const USES = ["requests", "CPU ms", "object requests", "object GB-s", "KV writes"] as const;
type Uses = Record<(typeof USES)[number], number>;

/** Per million, in US dollars, beyond what the paid plan includes. */
const PRICES: Uses = { requests: 0.3, "CPU ms": 0.02, "object requests": 0.15, "object GB-s": 12.5, "KV writes": 5 };
/** What the free plan allows in a day. Its CPU time is limited for each request. */
const FREE_DAILY: Uses = {
  requests: 100_000,
  "CPU ms": Number.POSITIVE_INFINITY,
  "object requests": 100_000,
  "object GB-s": 13_000,
  "KV writes": 1_000,
};
/** How long a call keeps its object active, in seconds, and the memory that counts, in GB. */
const OBJECT = { activeS: 0.1, gb: 0.128 };

const ACTIONS = ["debug", "comment", "flamenco"];

export const tabulatePrices = (figures: Figures): Table => ({
  head: ["1,000 runs of", ...USES, "on the paid plan", "runs a day on the free plan"],
  rows: ACTIONS.map((action) => {
    const uses = countUses(figures, action);
    const dollars = USES.reduce((sum, use) => sum + (uses[use] * PRICES[use]) / 1_000, 0);
    const daily = Math.min(...USES.map((use) => FREE_DAILY[use] / uses[use]));
    return [
      `\`${action}\``,
      ...USES.map((use) => Math.round(uses[use] * 1_000).toLocaleString("en")),
      `$${dollars.toFixed(3)}`,
      Math.floor(daily).toLocaleString("en"),
    ];
  }),
});

/** What one run uses, from the click to the outcome, in a warm isolate and with a bot's account. */
function countUses({ counts, selections }: Figures, action: string): Uses {
  const steps = counts.filter(
    (one) => one.action === action && one.way === "bot" && one.isolate === "warm" && !one.step.startsWith("poll"),
  );
  const cpuMs = selections.find((one) => one.action === "debug" && one.asksKitsu)?.ms[0] ?? Number.NaN;
  const objects = steps.reduce((sum, { objectCalls, byObjects }) => sum + objectCalls + byObjects, 0);
  return {
    requests: steps.length,
    "CPU ms": steps.length * cpuMs,
    "object requests": objects,
    "object GB-s": objects * OBJECT.activeS * OBJECT.gb,
    "KV writes": steps.reduce((sum, { kv }) => sum + kv, 0),
  };
}
