// npm run bench [-- --write --rounds 3 --seconds 2]: what an action costs in rounds, requests and
// operations, how fast the worker is, compared with a minimal worker, with the limit and with its
// peers in Python, how its cost grows, and what the script and its injection cost Kitsu's page.
// "--counts" is only the first. "--write" also writes docs/performance.md. It fails only if an
// answer was wrong.
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { drawTable } from "../table.ts";
import { countAll } from "./counts/count.ts";
import { WAYS } from "./counts/studio.ts";
import { LEGEND, listRequests, tabulateCounts, toFigures } from "./counts/summary.ts";
import { writeCounts, writeDocument } from "./document.ts";
import { measureAll } from "./figures.ts";
import { compareHook } from "./hook.ts";
import { compareInjection } from "./injection.ts";
import { makeTables } from "./tables.ts";
import { canPin } from "./target.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    seconds: { type: "string", default: "2" },
    counts: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
  },
});
const [rounds, seconds] = [Number(values.rounds), Number(values.seconds)];
if (!(Number.isInteger(rounds) && rounds > 0 && seconds > 0))
  throw new Error("--rounds must be a whole number, --seconds a number; both greater than 0.");

await (values.counts ? countOnly() : measure());

async function countOnly(): Promise<void> {
  const steps = await countAll();
  const figures = toFigures(steps);
  const tables = WAYS.map((way) => tabulateCounts(figures, way));
  console.log([...tables.map(({ head, rows }) => drawTable(head, rows)), LEGEND, listRequests(steps)].join("\n\n"));
  if (values.write) await writeCounts(figures);
}

async function measure(): Promise<void> {
  const load = loadavg()[0]?.toFixed(2);
  const cores = canPin
    ? "server and load on a core each"
    : "server and load share all cores, which makes the ratios less precise";
  const { figures, problems, isRight } = await measureAll(rounds, seconds);
  const conditions = `AJAX calls with 12 tasks to "debug", which does not ask Kitsu here: medians of ${rounds} rounds of ${seconds} s,
32 keep-alive connections, ${cores}. Load average at the start: ${load}.`;
  for (const [name, { head, rows }] of Object.entries(makeTables(figures))) {
    if (name === "throughput") console.log(`\n${LEGEND}\n\n${conditions}`);
    console.log(`\n${drawTable(head, rows)}`);
  }
  console.log(problems.map((problem) => `\n${problem}`).join(""));
  console.log(
    `The userscript's hook, in headless Chromium: medians of 7 runs of 20,000 requests.\n\n${await compareHook()}`,
  );
  console.log(`\nThe script in Kitsu's page, by the worker: medians of 1,500 pages.\n\n${await compareInjection()}`);
  if (values.write) await writeDocument(figures);
  if (!isRight) process.exitCode = 1;
}
